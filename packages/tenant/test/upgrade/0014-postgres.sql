SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.accepted_terms (
    user_id text NOT NULL,
    terms text NOT NULL,
    accepted_at bigint NOT NULL
);
CREATE TABLE public.action_links (
    token_hash text NOT NULL,
    purpose text NOT NULL,
    user_id text NOT NULL,
    subject text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE TABLE public.apis (
    client_id text NOT NULL,
    name text NOT NULL,
    identifier_uri text NOT NULL,
    token_profile text NOT NULL,
    scopes text NOT NULL,
    roles text NOT NULL,
    created_at bigint NOT NULL,
    disabled_at bigint,
    group_claims integer DEFAULT 0 NOT NULL,
    CONSTRAINT apis_group_claims_check CHECK ((group_claims = ANY (ARRAY[0, 1]))),
    CONSTRAINT apis_token_profile_check CHECK ((token_profile = ANY (ARRAY['entra'::text, 'rfc9068'::text])))
);
CREATE TABLE public.app_assignments (
    client_id text NOT NULL,
    principal_id text NOT NULL
);
CREATE TABLE public.app_certificates (
    key_id text NOT NULL,
    client_id text NOT NULL,
    thumbprint text NOT NULL,
    certificate text NOT NULL,
    display_name text NOT NULL,
    not_before bigint NOT NULL,
    not_after bigint NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.app_secrets (
    key_id text NOT NULL,
    client_id text NOT NULL,
    secret_hash text NOT NULL,
    hint text,
    display_name text,
    starts_at bigint NOT NULL,
    ends_at bigint NOT NULL
);
CREATE TABLE public.apps (
    client_id text NOT NULL,
    name text NOT NULL,
    public_client integer NOT NULL,
    redirect_uris text NOT NULL,
    post_logout_redirect_uris text NOT NULL,
    created_at bigint NOT NULL,
    disabled_at bigint,
    user_flow_id text,
    require_mfa integer DEFAULT 0 NOT NULL,
    assignment_required integer DEFAULT 0 NOT NULL,
    group_claims integer DEFAULT 0 NOT NULL,
    grant_types text,
    administrative_scopes text DEFAULT '[]'::text NOT NULL,
    administration_by_device_code integer DEFAULT 0 NOT NULL,
    CONSTRAINT apps_administration_by_device_code_check CHECK ((administration_by_device_code = ANY (ARRAY[0, 1]))),
    CONSTRAINT apps_assignment_required_check CHECK ((assignment_required = ANY (ARRAY[0, 1]))),
    CONSTRAINT apps_group_claims_check CHECK ((group_claims = ANY (ARRAY[0, 1]))),
    CONSTRAINT apps_public_client_check CHECK ((public_client = ANY (ARRAY[0, 1]))),
    CONSTRAINT apps_require_mfa_check CHECK ((require_mfa = ANY (ARRAY[0, 1])))
);
CREATE TABLE public.audit_records (
    seq bigint NOT NULL,
    at bigint NOT NULL,
    event text NOT NULL,
    actor text NOT NULL,
    user_id text,
    client_id text,
    grant_id text,
    ip text,
    detail text NOT NULL,
    CONSTRAINT audit_records_actor_check CHECK ((actor = ANY (ARRAY['user'::text, 'client'::text, 'operator'::text, 'tenant'::text])))
);
CREATE SEQUENCE public.audit_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.audit_numbers OWNED BY public.audit_records.seq;
CREATE TABLE public.authorization_requests (
    id text NOT NULL,
    client_id text NOT NULL,
    redirect_uri text NOT NULL,
    response_mode text NOT NULL,
    state text,
    nonce text,
    code_challenge text,
    requested text NOT NULL,
    signed_in_since bigint,
    status text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    session_id text,
    user_id text,
    decided_at bigint,
    approved text,
    methods text NOT NULL,
    auth_time bigint,
    code_hash text,
    code_expires_at bigint,
    family_id text,
    reach text DEFAULT '[]'::text NOT NULL,
    CONSTRAINT authorization_requests_check CHECK (((code_hash IS NULL) = (code_expires_at IS NULL))),
    CONSTRAINT authorization_requests_check1 CHECK (((status <> 'pending'::text) OR ((user_id IS NULL) AND (code_hash IS NULL)))),
    CONSTRAINT authorization_requests_check2 CHECK (((status <> ALL (ARRAY['approved'::text, 'redeemed'::text])) OR ((user_id IS NOT NULL) AND (approved IS NOT NULL) AND (auth_time IS NOT NULL) AND (code_hash IS NOT NULL)))),
    CONSTRAINT authorization_requests_check3 CHECK (((status = 'redeemed'::text) = (family_id IS NOT NULL))),
    CONSTRAINT authorization_requests_response_mode_check CHECK ((response_mode = ANY (ARRAY['query'::text, 'form_post'::text]))),
    CONSTRAINT authorization_requests_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'denied'::text, 'redeemed'::text])))
);
CREATE TABLE public.client_ids (
    client_id text NOT NULL,
    kind text NOT NULL,
    object_id text,
    unique_name text,
    description text,
    tags text DEFAULT '[]'::text NOT NULL,
    required_resource_access text,
    service_principal_id text,
    CONSTRAINT client_ids_kind_check CHECK ((kind = ANY (ARRAY['app'::text, 'api'::text])))
);
CREATE TABLE public.consents (
    client_id text NOT NULL,
    user_id text NOT NULL,
    resource_id text NOT NULL,
    scope text NOT NULL
);
CREATE TABLE public.device_grants (
    id text NOT NULL,
    device_code_hash text NOT NULL,
    user_code text NOT NULL,
    client_id text NOT NULL,
    requested text NOT NULL,
    status text NOT NULL,
    denial_reason text,
    device_name text,
    device_platform text,
    initiated_ip text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    session_id text,
    user_id text,
    approved text,
    decided_at bigint,
    decided_by text,
    methods text NOT NULL,
    auth_time bigint,
    family_id text,
    reach text DEFAULT '[]'::text NOT NULL,
    CONSTRAINT device_grants_check CHECK (((session_id IS NULL) = (user_id IS NULL))),
    CONSTRAINT device_grants_check1 CHECK (((status <> ALL (ARRAY['claimed'::text, 'approved'::text, 'redeemed'::text])) OR (user_id IS NOT NULL))),
    CONSTRAINT device_grants_check2 CHECK (((status <> ALL (ARRAY['approved'::text, 'redeemed'::text])) OR ((approved IS NOT NULL) AND (auth_time IS NOT NULL)))),
    CONSTRAINT device_grants_check3 CHECK (((status = 'denied'::text) = (denial_reason IS NOT NULL))),
    CONSTRAINT device_grants_check4 CHECK (((status = 'redeemed'::text) = (family_id IS NOT NULL))),
    CONSTRAINT device_grants_decided_by_check CHECK ((decided_by = ANY (ARRAY['user'::text, 'operator'::text]))),
    CONSTRAINT device_grants_denial_reason_check CHECK ((denial_reason = ANY (ARRAY['user'::text, 'two_users'::text, 'operator'::text, 'withdrawn'::text]))),
    CONSTRAINT device_grants_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'claimed'::text, 'approved'::text, 'denied'::text, 'redeemed'::text])))
);
CREATE TABLE public.flows (
    id text NOT NULL,
    session_id text NOT NULL,
    grant_id text,
    email text,
    email_verified_at bigint,
    password_hash text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    email_purpose text,
    user_id text,
    methods text DEFAULT '[]'::text NOT NULL,
    first_factor_at bigint,
    keep_signed_in integer DEFAULT 0 NOT NULL,
    challenge_number bigint DEFAULT 0 NOT NULL,
    totp_secret_sealed text,
    intent text DEFAULT 'device'::text NOT NULL,
    CONSTRAINT flows_check CHECK (((email_verified_at IS NULL) OR (email IS NOT NULL))),
    CONSTRAINT flows_check1 CHECK (((password_hash IS NULL) OR (email_verified_at IS NOT NULL))),
    CONSTRAINT flows_intent_check CHECK ((intent = ANY (ARRAY['device'::text, 'account'::text, 'authorization'::text]))),
    CONSTRAINT flows_keep_signed_in_check CHECK ((keep_signed_in = ANY (ARRAY[0, 1])))
);
CREATE TABLE public.group_members (
    group_id text NOT NULL,
    user_id text NOT NULL
);
CREATE TABLE public.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);
CREATE TABLE public.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);
CREATE TABLE public.mail_codes (
    id text NOT NULL,
    purpose text NOT NULL,
    flow_id text NOT NULL,
    email_normalized text NOT NULL,
    code_hash text NOT NULL,
    mail_id text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    attempts bigint NOT NULL,
    used_at bigint,
    CONSTRAINT mail_codes_purpose_check CHECK ((purpose = ANY (ARRAY['sign_up'::text, 'sign_in'::text, 'second_factor'::text, 'reset'::text])))
);
CREATE TABLE public.mails (
    id text NOT NULL,
    seq bigint NOT NULL,
    recipient text NOT NULL,
    recipient_normalized text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    html text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.outbox (
    id text NOT NULL,
    state text NOT NULL,
    sealed text,
    attempts bigint NOT NULL,
    next_attempt_at bigint NOT NULL,
    lease_until bigint,
    last_error text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    ended_at bigint,
    CONSTRAINT outbox_check CHECK (((state = 'queued'::text) = (ended_at IS NULL))),
    CONSTRAINT outbox_check1 CHECK (((sealed IS NULL) = (ended_at IS NOT NULL))),
    CONSTRAINT outbox_check2 CHECK (((lease_until IS NULL) OR (ended_at IS NULL))),
    CONSTRAINT outbox_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text, 'expired'::text])))
);
CREATE TABLE public.passkeys (
    credential_id text NOT NULL,
    user_id text NOT NULL,
    public_key text NOT NULL,
    counter bigint NOT NULL,
    transports text NOT NULL,
    device_type text NOT NULL,
    backed_up integer NOT NULL,
    name text NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint,
    CONSTRAINT passkeys_backed_up_check CHECK ((backed_up = ANY (ARRAY[0, 1]))),
    CONSTRAINT passkeys_device_type_check CHECK ((device_type = ANY (ARRAY['singleDevice'::text, 'multiDevice'::text])))
);
CREATE TABLE public.policies (
    id text NOT NULL,
    name text NOT NULL,
    enabled integer NOT NULL,
    client_ids text,
    group_ids text,
    excluded_user_ids text NOT NULL,
    requires text NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT policies_enabled_check CHECK ((enabled = ANY (ARRAY[0, 1]))),
    CONSTRAINT policies_requires_check CHECK ((requires = 'mfa'::text))
);
CREATE TABLE public.recovery_codes (
    user_id text NOT NULL,
    code_hash text NOT NULL,
    created_at bigint NOT NULL,
    used_at bigint
);
CREATE TABLE public.refresh_tokens (
    token_hash text NOT NULL,
    family_id text NOT NULL,
    generation bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint,
    successor_sealed text,
    used_from text,
    CONSTRAINT refresh_tokens_check CHECK (((used_at IS NULL) = (successor_sealed IS NULL)))
);
CREATE TABLE public.role_assignments (
    api_client_id text NOT NULL,
    role_value text NOT NULL,
    user_id text NOT NULL
);
CREATE TABLE public.sessions (
    id text NOT NULL,
    user_id text,
    methods text NOT NULL,
    auth_time bigint,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    idle_expires_at bigint,
    keep_signed_in smallint DEFAULT 0 NOT NULL,
    CONSTRAINT sessions_check CHECK (((user_id IS NULL) = (auth_time IS NULL)))
);
CREATE TABLE public.settings (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.shown_scopes (
    client_id text NOT NULL,
    user_id text NOT NULL,
    resource_id text NOT NULL,
    scope text NOT NULL
);
CREATE TABLE public.signing_keys (
    kid text NOT NULL,
    public_jwk text NOT NULL,
    sealed_private text NOT NULL,
    certificate text NOT NULL,
    created_at bigint NOT NULL,
    activates_at bigint NOT NULL,
    retires_at bigint
);
CREATE TABLE public.throttles (
    bucket text NOT NULL,
    count bigint NOT NULL,
    ends_at bigint NOT NULL,
    CONSTRAINT throttles_count_check CHECK ((count >= 0))
);
CREATE TABLE public.token_families (
    id text NOT NULL,
    user_id text NOT NULL,
    client_id text NOT NULL,
    grant_id text,
    scopes text NOT NULL,
    methods text NOT NULL,
    auth_time bigint NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint,
    revoked_reason text,
    grant_type text DEFAULT 'device_code'::text NOT NULL,
    reach text DEFAULT '[]'::text NOT NULL,
    repeat_mailed_at bigint,
    CONSTRAINT token_families_check CHECK (((revoked_at IS NULL) = (revoked_reason IS NULL))),
    CONSTRAINT token_families_grant_type_check CHECK ((grant_type = ANY (ARRAY['device_code'::text, 'authorization_code'::text])))
);
CREATE TABLE public.totp_secrets (
    user_id text NOT NULL,
    secret_sealed text NOT NULL,
    last_step bigint NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.used_assertions (
    assertion_hash text NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.user_flow_attributes (
    id text NOT NULL,
    display_name text NOT NULL,
    description text,
    data_type text NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT user_flow_attributes_data_type_check CHECK ((data_type = ANY (ARRAY['string'::text, 'boolean'::text, 'int64'::text, 'stringCollection'::text])))
);
CREATE TABLE public.user_flows (
    id text NOT NULL,
    name text NOT NULL,
    sign_up_allowed integer NOT NULL,
    methods text NOT NULL,
    mfa_required integer NOT NULL,
    mfa_methods text NOT NULL,
    attributes text NOT NULL,
    terms_of_use text,
    created_at bigint NOT NULL,
    description text,
    priority bigint DEFAULT 500 NOT NULL,
    CONSTRAINT user_flows_mfa_required_check CHECK ((mfa_required = ANY (ARRAY[0, 1]))),
    CONSTRAINT user_flows_sign_up_allowed_check CHECK ((sign_up_allowed = ANY (ARRAY[0, 1])))
);
CREATE TABLE public.user_groups (
    id text NOT NULL,
    name text NOT NULL,
    created_at bigint NOT NULL,
    unique_name text,
    description text,
    mail_nickname text
);
CREATE TABLE public.users (
    id text NOT NULL,
    email text NOT NULL,
    email_normalized text NOT NULL,
    display_name text NOT NULL,
    password_hash text,
    created_at bigint NOT NULL,
    disabled_at bigint,
    attributes text DEFAULT '{}'::text NOT NULL,
    locale text,
    terms_accepted_at bigint,
    administrator integer DEFAULT 0 NOT NULL,
    credentials_version bigint DEFAULT 0 NOT NULL,
    CONSTRAINT users_administrator_check CHECK ((administrator = ANY (ARRAY[0, 1])))
);
ALTER TABLE ONLY public.audit_records ALTER COLUMN seq SET DEFAULT 
CASE
    WHEN (pg_current_xact_id() IS NOT NULL) THEN nextval('public.audit_numbers'::regclass)
    ELSE NULL::bigint
END;
INSERT INTO public.accepted_terms VALUES ('5fd3799d-4b85-4430-b58a-57749b7094dd', 'https://contoso.example/terms', 1795977681676);
INSERT INTO public.action_links VALUES ('qP3H2TmC4WnIs_uDw4YoKeZomhqKiGQQqn9IrXgl_dE', 'new_device', '5fd3799d-4b85-4430-b58a-57749b7094dd', '37805a40-8ba9-4daf-b2e7-956812cfb366', 1795977682535, 1796582482535, NULL);
INSERT INTO public.action_links VALUES ('link', 'password_changed', '5fd3799d-4b85-4430-b58a-57749b7094dd', '', 1795977681676, 1796582481676, NULL);
INSERT INTO public.apis VALUES ('9bf75db8-5b47-4404-a0c7-356668f64561', 'ciam-ToDoList-api', 'api://9bf75db8-5b47-4404-a0c7-356668f64561', 'entra', '[{"consent":"Admin","enabled":true,"value":"ToDoList.Read","displayName":"Read your to-do lists","displayNames":{"de":"Ihre Aufgabenlisten lesen"},"description":"Lets the app read your to-do lists."},{"consent":"Admin","enabled":true,"value":"ToDoList.ReadWrite","displayName":"Read and change your to-do lists","displayNames":{"de":"Ihre Aufgabenlisten lesen und ändern"},"description":"Lets the app read your to-do lists, add to them, change and delete them."}]', '[{"id":"7e934953-ae84-4b1c-bded-fb1a139fb658","value":"ToDoList.Read.All","displayName":"Read all users'' to-do lists"},{"id":"433fa02e-af83-45ec-8828-330f5276e497","value":"ToDoList.ReadWrite.All","displayName":"Read and change all users'' to-do lists"}]', 1795977680517, NULL, 0);
INSERT INTO public.apis VALUES ('204b7c1f-e110-43e6-a842-24a14220b4fe', 'Example API', 'api://204b7c1f-e110-43e6-a842-24a14220b4fe', 'entra', '[{"description":"","enabled":true,"value":"ToDoList.Read","consent":"User","displayName":"Read your to-do lists"},{"description":"","enabled":true,"value":"ToDoList.Admin","consent":"Admin","displayName":"Read all users'' to-do lists"}]', '[{"id":"8066847a-7345-4ecd-90c9-9dc100126701","value":"ToDoList.Reader","displayName":"Reader"}]', 1795977681676, NULL, 0);
INSERT INTO public.app_assignments VALUES ('89da5154-52a3-4b58-b76c-3d2f8b15ec97', '5fd3799d-4b85-4430-b58a-57749b7094dd');
INSERT INTO public.app_certificates VALUES ('3a92debd-fec0-4e38-a5f6-ed033aeaa0a6', '89da5154-52a3-4b58-b76c-3d2f8b15ec97', 'print', 'MIIB', 'CI', 1795977681676, 1827513681676, 1795977681676);
INSERT INTO public.app_secrets VALUES ('5b236f20-690a-4748-9623-968b4c17c7fc', '89da5154-52a3-4b58-b76c-3d2f8b15ec97', '7g0hI0ZhdxohDoWFdm45Q4Rv90kh6Wr75_9XdJcjqzs', 'a s', NULL, 0, 4102444800000);
INSERT INTO public.apps VALUES ('ae7f682d-5fcd-4a15-9aa4-4ba75f187660', 'ciam-client-app', 1, '[]', '[]', 1795977680511, NULL, NULL, 0, 0, 0, NULL, '[]', 0);
INSERT INTO public.apps VALUES ('14d82eec-204b-4c2f-b7e8-296a70dab67e', 'Doorcode command line', 1, '["http://localhost"]', '[]', 1795977680700, NULL, NULL, 0, 0, 0, NULL, '["Application.Read.All","Application.ReadWrite.All","AppRoleAssignment.ReadWrite.All","DelegatedPermissionGrant.Read.All","DelegatedPermissionGrant.ReadWrite.All","EventListener.Read.All","EventListener.ReadWrite.All","Group.Read.All","Group.ReadWrite.All","IdentityUserFlow.Read.All","IdentityUserFlow.ReadWrite.All","Organization.Read.All","Organization.ReadWrite.All","OrganizationalBranding.Read.All","OrganizationalBranding.ReadWrite.All","Policy.Read.All","Policy.ReadWrite.AuthenticationFlows","Policy.ReadWrite.ConditionalAccess","RoleManagement.Read.Directory","RoleManagement.ReadWrite.Directory","User.Read.All","User.ReadWrite.All","User.RevokeSessions.All"]', 0);
INSERT INTO public.apps VALUES ('89da5154-52a3-4b58-b76c-3d2f8b15ec97', 'Example app', 1, '["http://localhost/callback"]', '[]', 1795977681676, NULL, NULL, 0, 1, 0, NULL, '["Application.Read.All","Application.ReadWrite.All","AppRoleAssignment.ReadWrite.All","DelegatedPermissionGrant.Read.All","DelegatedPermissionGrant.ReadWrite.All","EventListener.Read.All","EventListener.ReadWrite.All","Group.Read.All","Group.ReadWrite.All","IdentityUserFlow.Read.All","IdentityUserFlow.ReadWrite.All","Organization.Read.All","Organization.ReadWrite.All","OrganizationalBranding.Read.All","OrganizationalBranding.ReadWrite.All","Policy.Read.All","Policy.ReadWrite.AuthenticationFlows","Policy.ReadWrite.ConditionalAccess","RoleManagement.Read.Directory","RoleManagement.ReadWrite.Directory","User.Read.All","User.ReadWrite.All","User.RevokeSessions.All"]', 1);
INSERT INTO public.audit_records VALUES (1, 1795977680517, 'application.created', 'tenant', NULL, 'ae7f682d-5fcd-4a15-9aa4-4ba75f187660', NULL, NULL, '{"app_id":"ae7f682d-5fcd-4a15-9aa4-4ba75f187660","name":"ciam-client-app","kind":"app"}');
INSERT INTO public.audit_records VALUES (2, 1795977680567, 'application.created', 'tenant', NULL, '9bf75db8-5b47-4404-a0c7-356668f64561', NULL, NULL, '{"app_id":"9bf75db8-5b47-4404-a0c7-356668f64561","name":"ciam-ToDoList-api","kind":"api"}');
INSERT INTO public.audit_records VALUES (3, 1795977680583, 'permission_grant.created', 'tenant', NULL, 'ae7f682d-5fcd-4a15-9aa4-4ba75f187660', NULL, NULL, '{"app_id":"ae7f682d-5fcd-4a15-9aa4-4ba75f187660","resource_app_id":"00000003-0000-0000-c000-000000000000","scopes":"openid profile email offline_access"}');
INSERT INTO public.audit_records VALUES (4, 1795977680651, 'permission_grant.created', 'tenant', NULL, 'ae7f682d-5fcd-4a15-9aa4-4ba75f187660', NULL, NULL, '{"app_id":"ae7f682d-5fcd-4a15-9aa4-4ba75f187660","resource_app_id":"9bf75db8-5b47-4404-a0c7-356668f64561","scopes":"ToDoList.Read ToDoList.ReadWrite"}');
INSERT INTO public.audit_records VALUES (5, 1795977680700, 'application.created', 'tenant', NULL, '14d82eec-204b-4c2f-b7e8-296a70dab67e', NULL, NULL, '{"app_id":"14d82eec-204b-4c2f-b7e8-296a70dab67e","name":"Doorcode command line","kind":"app"}');
INSERT INTO public.audit_records VALUES (6, 1795977681843, 'user.created', 'operator', '4fc9f239-f2e1-4c3a-a298-837de26776de', NULL, NULL, NULL, '{"user_id":"4fc9f239-f2e1-4c3a-a298-837de26776de"}');
INSERT INTO public.audit_records VALUES (7, 1795977682021, 'user.created', 'operator', '5fd3799d-4b85-4430-b58a-57749b7094dd', NULL, NULL, NULL, '{"user_id":"5fd3799d-4b85-4430-b58a-57749b7094dd"}');
INSERT INTO public.audit_records VALUES (8, 1795977682439, 'device_grant.approved', 'operator', '5fd3799d-4b85-4430-b58a-57749b7094dd', 'ae7f682d-5fcd-4a15-9aa4-4ba75f187660', '37805a40-8ba9-4daf-b2e7-956812cfb366', NULL, '{}');
INSERT INTO public.audit_records VALUES (9, 1795977688151, 'device_grant.redeemed', 'client', '5fd3799d-4b85-4430-b58a-57749b7094dd', 'ae7f682d-5fcd-4a15-9aa4-4ba75f187660', '37805a40-8ba9-4daf-b2e7-956812cfb366', '127.0.0.1', '{"family":"7bbe6728-4a34-4678-bb2a-e8fdc18cceb2"}');
INSERT INTO public.audit_records VALUES (10, 1795977688409, 'application.created', 'operator', NULL, '89da5154-52a3-4b58-b76c-3d2f8b15ec97', NULL, NULL, '{"app_id":"89da5154-52a3-4b58-b76c-3d2f8b15ec97","name":"Example app","kind":"app"}');
INSERT INTO public.audit_records VALUES (11, 1795977688453, 'application.created', 'operator', NULL, '204b7c1f-e110-43e6-a842-24a14220b4fe', NULL, NULL, '{"app_id":"204b7c1f-e110-43e6-a842-24a14220b4fe","name":"Example API","kind":"api"}');
INSERT INTO public.audit_records VALUES (12, 1795977688474, 'test.seeded', 'operator', NULL, NULL, NULL, NULL, '{}');
INSERT INTO public.audit_records VALUES (13, 1795977681676, 'test.seeded', 'operator', NULL, NULL, NULL, NULL, '{}');
INSERT INTO public.audit_records VALUES (14, 1795977688561, 'permission_grant.created', 'operator', NULL, '89da5154-52a3-4b58-b76c-3d2f8b15ec97', NULL, NULL, '{"app_id":"89da5154-52a3-4b58-b76c-3d2f8b15ec97","resource_app_id":"204b7c1f-e110-43e6-a842-24a14220b4fe","scopes":"ToDoList.Read"}');
INSERT INTO public.audit_records VALUES (15, 1795977688597, 'role_assignment.created', 'operator', NULL, '204b7c1f-e110-43e6-a842-24a14220b4fe', NULL, NULL, '{"app_id":"204b7c1f-e110-43e6-a842-24a14220b4fe","principal_id":"5fd3799d-4b85-4430-b58a-57749b7094dd","role":"ToDoList.Reader"}');
INSERT INTO public.audit_records VALUES (16, 1795977688627, 'role_assignment.created', 'operator', NULL, '89da5154-52a3-4b58-b76c-3d2f8b15ec97', NULL, NULL, '{"app_id":"89da5154-52a3-4b58-b76c-3d2f8b15ec97","principal_id":"5fd3799d-4b85-4430-b58a-57749b7094dd"}');
INSERT INTO public.audit_records VALUES (17, 1795977681676, 'device_grant.approved', 'user', '5fd3799d-4b85-4430-b58a-57749b7094dd', '89da5154-52a3-4b58-b76c-3d2f8b15ec97', NULL, '192.0.2.7', '{"name":"Ärger ''quoted''","times":2,"ok":true}');
INSERT INTO public.audit_records VALUES (18, 1795977688806, 'user_flow_attribute.created', 'operator', NULL, NULL, NULL, NULL, '{"attribute":"extension_city","data_type":"string"}');
INSERT INTO public.audit_records VALUES (19, 1795977688856, 'user_flow.created', 'operator', NULL, NULL, NULL, NULL, '{"flow_id":"0fe61e28-2a6c-4450-aff5-1708345359aa","name":"Flow 75b7f7d1-923e-4c9e-8085-cf8c4d4f817a","apps":""}');
INSERT INTO public.audit_records VALUES (20, 1795977681676, 'test.seeded', 'operator', NULL, NULL, NULL, NULL, '{}');
INSERT INTO public.audit_records VALUES (21, 1795977688943, 'group.member_added', 'operator', NULL, NULL, NULL, NULL, '{"group_id":"183b5fa5-8bb2-46d6-850a-d1c43f3aa3a0","member_id":"5fd3799d-4b85-4430-b58a-57749b7094dd"}');
INSERT INTO public.audit_records VALUES (22, 1795977689050, 'policy.created', 'operator', NULL, NULL, NULL, NULL, '{"policy_id":"e7d95d61-2071-43eb-99c1-b2612f9b93d1","name":"All users, all apps","enabled":false}');
INSERT INTO public.audit_records VALUES (23, 1795977681676, 'user.profile_completed', 'user', '5fd3799d-4b85-4430-b58a-57749b7094dd', '89da5154-52a3-4b58-b76c-3d2f8b15ec97', NULL, '192.0.2.7', '{"name":"Ärger ''quoted''","times":2,"ok":true}');
INSERT INTO public.authorization_requests VALUES ('ac697c24-fb8c-4b80-b589-2de6d4adb096', '89da5154-52a3-4b58-b76c-3d2f8b15ec97', 'http://localhost/callback', 'query', 'state', NULL, 'challenge', '{"oidc":["openid","offline_access"],"resourceId":"204b7c1f-e110-43e6-a842-24a14220b4fe","resourceScopes":["ToDoList.Read"],"isDefault":false,"asked":["openid","offline_access","api://204b7c1f-e110-43e6-a842-24a14220b4fe/ToDoList.Read"]}', NULL, 'pending', 1795977681676, 1795978581676, NULL, NULL, NULL, NULL, '[]', NULL, NULL, NULL, NULL, '[]');
INSERT INTO public.client_ids VALUES ('ae7f682d-5fcd-4a15-9aa4-4ba75f187660', 'app', '41d1428e-3cd8-4a4b-b72b-cb1f1c387a51', 'ciam-client-app', NULL, '[]', NULL, 'ed50e30f-776e-4a50-b316-17c386e73c7b');
INSERT INTO public.client_ids VALUES ('9bf75db8-5b47-4404-a0c7-356668f64561', 'api', '01614143-89ec-4489-a709-b851843c7ec7', 'ciam-ToDoList-api', NULL, '[]', NULL, '1c3dcb8e-0c23-45c3-a253-a668fc01a6e7');
INSERT INTO public.client_ids VALUES ('14d82eec-204b-4c2f-b7e8-296a70dab67e', 'app', 'd96b50c0-f8c2-41a9-8001-0a640759fc7b', NULL, NULL, '[]', NULL, 'c6cd3a23-03be-476a-b3f4-ba78d6cae401');
INSERT INTO public.client_ids VALUES ('89da5154-52a3-4b58-b76c-3d2f8b15ec97', 'app', 'e4697258-90c8-4827-87a2-79b95d2396ef', NULL, NULL, '[]', NULL, '5c0967a3-87ea-45ac-80a7-6c2a6a925965');
INSERT INTO public.client_ids VALUES ('204b7c1f-e110-43e6-a842-24a14220b4fe', 'api', 'e0cb5991-6458-4349-8540-25336e9ed6bb', NULL, NULL, '[]', NULL, 'db6f0f20-ec4b-45dc-95fd-db66ce9dbd15');
INSERT INTO public.consents VALUES ('ae7f682d-5fcd-4a15-9aa4-4ba75f187660', '', '00000003-0000-0000-c000-000000000000', 'openid');
INSERT INTO public.consents VALUES ('ae7f682d-5fcd-4a15-9aa4-4ba75f187660', '', '00000003-0000-0000-c000-000000000000', 'profile');
INSERT INTO public.consents VALUES ('ae7f682d-5fcd-4a15-9aa4-4ba75f187660', '', '00000003-0000-0000-c000-000000000000', 'email');
INSERT INTO public.consents VALUES ('ae7f682d-5fcd-4a15-9aa4-4ba75f187660', '', '00000003-0000-0000-c000-000000000000', 'offline_access');
INSERT INTO public.consents VALUES ('ae7f682d-5fcd-4a15-9aa4-4ba75f187660', '', '9bf75db8-5b47-4404-a0c7-356668f64561', 'ToDoList.Read');
INSERT INTO public.consents VALUES ('ae7f682d-5fcd-4a15-9aa4-4ba75f187660', '', '9bf75db8-5b47-4404-a0c7-356668f64561', 'ToDoList.ReadWrite');
INSERT INTO public.consents VALUES ('ae7f682d-5fcd-4a15-9aa4-4ba75f187660', '5fd3799d-4b85-4430-b58a-57749b7094dd', '00000003-0000-0000-c000-000000000000', 'openid');
INSERT INTO public.consents VALUES ('ae7f682d-5fcd-4a15-9aa4-4ba75f187660', '5fd3799d-4b85-4430-b58a-57749b7094dd', '00000003-0000-0000-c000-000000000000', 'profile');
INSERT INTO public.consents VALUES ('ae7f682d-5fcd-4a15-9aa4-4ba75f187660', '5fd3799d-4b85-4430-b58a-57749b7094dd', '00000003-0000-0000-c000-000000000000', 'offline_access');
INSERT INTO public.consents VALUES ('89da5154-52a3-4b58-b76c-3d2f8b15ec97', '', '204b7c1f-e110-43e6-a842-24a14220b4fe', 'ToDoList.Read');
INSERT INTO public.consents VALUES ('89da5154-52a3-4b58-b76c-3d2f8b15ec97', '5fd3799d-4b85-4430-b58a-57749b7094dd', '00000003-0000-0000-c000-000000000000', 'openid');
INSERT INTO public.consents VALUES ('89da5154-52a3-4b58-b76c-3d2f8b15ec97', '5fd3799d-4b85-4430-b58a-57749b7094dd', '00000003-0000-0000-c000-000000000000', 'offline_access');
INSERT INTO public.consents VALUES ('89da5154-52a3-4b58-b76c-3d2f8b15ec97', '5fd3799d-4b85-4430-b58a-57749b7094dd', '204b7c1f-e110-43e6-a842-24a14220b4fe', 'ToDoList.Read');
INSERT INTO public.device_grants VALUES ('37805a40-8ba9-4daf-b2e7-956812cfb366', 'zmK-c_2MPLZUttPmk470ZvASwqABtD84tqk-o9t4u0Y', 'NCHVPQSF', 'ae7f682d-5fcd-4a15-9aa4-4ba75f187660', '{"oidc":["openid","profile","offline_access"],"resourceId":"9bf75db8-5b47-4404-a0c7-356668f64561","resourceScopes":["ToDoList.Read"],"isDefault":false,"asked":["openid","profile","offline_access","api://9bf75db8-5b47-4404-a0c7-356668f64561/ToDoList.Read"]}', 'redeemed', NULL, NULL, NULL, '127.0.0.1', 1795977682202, 1795978582202, 'operator:99d6cfc9-3ee6-4b02-b4f8-4cdb49167ca4', '5fd3799d-4b85-4430-b58a-57749b7094dd', '{"oidc":["openid","profile","offline_access"],"resourceId":"9bf75db8-5b47-4404-a0c7-356668f64561","resourceScopes":["ToDoList.Read"],"isDefault":false,"asked":["openid","profile","offline_access","api://9bf75db8-5b47-4404-a0c7-356668f64561/ToDoList.Read"]}', 1795977682439, 'operator', '["operator"]', 1795977682345, '7bbe6728-4a34-4678-bb2a-e8fdc18cceb2', '["00000003-0000-0000-c000-000000000000/email","9bf75db8-5b47-4404-a0c7-356668f64561/ToDoList.ReadWrite"]');
INSERT INTO public.device_grants VALUES ('23c7ee65-14fc-4d7c-bdb3-0e85a0cf6dcc', 'VPKOYk3pn80XCBE2S2ZM9rtnVgP4CdldoRPCX2wE97E', 'THQQTSCQ', 'ae7f682d-5fcd-4a15-9aa4-4ba75f187660', '{"oidc":["openid","profile","offline_access"],"resourceId":"9bf75db8-5b47-4404-a0c7-356668f64561","resourceScopes":["ToDoList.Read"],"isDefault":false,"asked":["openid","profile","offline_access","api://9bf75db8-5b47-4404-a0c7-356668f64561/ToDoList.Read"]}', 'pending', NULL, NULL, NULL, '127.0.0.1', 1795977688324, 1795978588324, NULL, NULL, NULL, NULL, NULL, '[]', NULL, NULL, '[]');
INSERT INTO public.device_grants VALUES ('0759c678-81a8-4bbc-9803-124fdb0f8f6d', 'hash-10b3a695-33a2-48db-8423-791150b7518a', 'WPCMCMPTCCZW', '89da5154-52a3-4b58-b76c-3d2f8b15ec97', '{"oidc":["openid","offline_access"],"resourceId":"204b7c1f-e110-43e6-a842-24a14220b4fe","resourceScopes":["ToDoList.Read"],"isDefault":false,"asked":["openid","offline_access","api://204b7c1f-e110-43e6-a842-24a14220b4fe/ToDoList.Read"]}', 'approved', NULL, 'Kitchen TV', NULL, '192.0.2.7', 1795977681676, 1795978581676, 'UaG_aKw0zu9S_XAGM66OByIeH4yA75iMDQAk60eJdZk', '5fd3799d-4b85-4430-b58a-57749b7094dd', '{"oidc":["openid","offline_access"],"resourceId":"204b7c1f-e110-43e6-a842-24a14220b4fe","resourceScopes":["ToDoList.Read"],"isDefault":false,"asked":["openid","offline_access","api://204b7c1f-e110-43e6-a842-24a14220b4fe/ToDoList.Read"]}', 1795977681676, 'user', '["password"]', 1795977681676, NULL, '[]');
INSERT INTO public.flows VALUES ('8bfa26f2-e96c-41f2-8218-de9a6ddf85ad', '87bdc200-ec30-45fc-921c-4b1854a32f51', NULL, NULL, NULL, NULL, 1795977682047, 1795977682048, NULL, '5fd3799d-4b85-4430-b58a-57749b7094dd', '["password"]', 1795977682047, 0, 0, NULL, 'device');
INSERT INTO public.flows VALUES ('036507ff-46fb-4136-aa36-ef67d4f3709d', 'UaG_aKw0zu9S_XAGM66OByIeH4yA75iMDQAk60eJdZk', NULL, NULL, NULL, NULL, 1795977681676, 1795978581676, NULL, NULL, '[]', NULL, 0, 0, NULL, 'device');
INSERT INTO public.group_members VALUES ('183b5fa5-8bb2-46d6-850a-d1c43f3aa3a0', '5fd3799d-4b85-4430-b58a-57749b7094dd');
INSERT INTO public.kysely_migration VALUES ('0001-first-tables', '2026-11-29T18:41:16.841Z');
INSERT INTO public.kysely_migration VALUES ('0002-user-flows-and-factors', '2026-11-29T18:41:17.130Z');
INSERT INTO public.kysely_migration VALUES ('0003-outbox', '2026-11-29T18:41:17.171Z');
INSERT INTO public.kysely_migration VALUES ('0004-flows-keep-no-answers', '2026-11-29T18:41:17.183Z');
INSERT INTO public.kysely_migration VALUES ('0005-administrators', '2026-11-29T18:41:17.185Z');
INSERT INTO public.kysely_migration VALUES ('0006-graph', '2026-11-29T18:41:17.275Z');
INSERT INTO public.kysely_migration VALUES ('0007-authorization-requests', '2026-11-29T18:41:17.317Z');
INSERT INTO public.kysely_migration VALUES ('0008-app-certificates', '2026-11-29T18:41:17.343Z');
INSERT INTO public.kysely_migration VALUES ('0009-sign-in-methods', '2026-11-29T18:41:17.396Z');
INSERT INTO public.kysely_migration VALUES ('0010-client-permissions', '2026-11-29T18:41:17.469Z');
INSERT INTO public.kysely_migration VALUES ('0011-reach-of-sign-ins', '2026-11-29T18:41:17.517Z');
INSERT INTO public.kysely_migration VALUES ('0012-ends', '2026-11-29T18:41:17.544Z');
INSERT INTO public.kysely_migration VALUES ('0013-bounded-work', '2026-11-29T18:41:17.592Z');
INSERT INTO public.kysely_migration VALUES ('0014-operators-commands', '2026-11-29T18:41:17.627Z');
INSERT INTO public.kysely_migration_lock VALUES ('migration_lock', 0);
INSERT INTO public.mail_codes VALUES ('4d7154f2-a946-4032-a006-2bf1ba98a68c', 'sign_in', '036507ff-46fb-4136-aa36-ef67d4f3709d', 'ada@contoso.example', 'hash', NULL, 1795977681676, 1795978281676, 0, NULL);
INSERT INTO public.mails VALUES ('03425733-84f2-4d60-8377-b7b6fbcae289', 1, 'ada@contoso.example', 'ada@contoso.example', 'Grüße', 'Zeile 1
Zeile ''zwei''', '<p>', 1795977681676);
INSERT INTO public.outbox VALUES ('d207f4b5-3689-46f3-bf95-a5a5590228cf', 'queued', 'rUHmuoxvt82AKvKEIwz0B0eJPr94W_ZR3-dovoUaFqxy7b4u5PsR1Nv-njpH8Ak6hkz72dZpbdnYDGlsECgC-G2yjoIMgrrw85Zy7Q5Za3L2uGOjTG027s3PWT3NmPEQL8h04A02db-dSLjv-_28yxTXSWZBppsYhkJxLEOHeetNTzerZrPDSrpDXjaHD173zwNODPxPjmDKbv2AHayBa8DdkNtc9uN-pPvM7jRLYlQZh2PTD5G8NUOQfpicAefoPPPY3HKv7y3N1J-LLf5f5C_R43f3KEXQWD3yUHs0REC6UaIG0pMzY4FvkMtzZyR2FhZiOD2mhGwlWVbWG2gsB_fzGSuVC0Fq7SG1uEbUxFNtHGUfXxnlvMADbbHrdznwIUqZkuUrIUo036k86yhsUyCP26u2bHWiJwB-_pvfUdVHLnMrYPDtM44gGmTydJK7s4LRiK4dKzCpW3p0mUuo_xIUdHXAVJNTYvFjjc0PGyICm5H9bohYGY1SZtf3J0HN6riF2vNnIEvs9libmS_dl6Qe0PL78LozjEKrOhTgZEQDazp7UVaYvzm_Yf46yfjVaDbf9he4ft2JPhLY44TxgXOnAEwN_Ylbi01NKXeDRIDK6U9Wl5LmfO3A8S9lDuPeY6e5Vfp6MGhES4crnhlWBEZ8tHvWghQfuFty6aNvOsJH_6IioiIFDUYLy5PVLnpTA6X8IYzLZBA0uGvg9rsUjvXQ4076kStbXlzRfilulGjduv7Ao3PBatLFmnU6c2RHY8NH8VLussO6wG4zW7XMSf-cGqJdgsY2NDzDEoEwLEfhCJNtLoY18VZTMQbOj3vkHsdYfNfA4HDaXeeVJPswLN9idFVuX0ZtJ54CRDr6f4xw7n-vZofLJ6tWUEYXNVmV0Ha1o9Lga6vGznMCnwK0hMoO5gNRHq7grmF-Tx5GsUdQNBP-gkCxlwfcs9_ZQC9ZBNrK8z7-JPZvh8tmNQrb2f85AnTGde1DFZwLZls-zGoBtgdWC_x_uwXvMiR-YK98b1TJdqBJe6aZKUGRawWUsyGBB1HTLq3aTsZ4_ZP214y9z5GG9yKj4jr9M9szB6wadXXh8Wi11pwYiwXi254_hJ6lVViY7jOTH2Ypwmiejh1mrTs6y4PkT5ZN9qdnq40u2tROKwSM1QGpxRJwqo0mn9z1qh2i1Z7fVKNMfQHzbobPlHffOGoVk5iaTkeM681Lsyq4MG6ym_J4cCjbxc0Ts73zlkwHAnYLEwJhten15n4VvE-pznTh2tpu4eAPLeVs_Xb03CHZ6eRS6pEF2_clDUjihjieFX88tCxI3l_rAE2tvpQVq4WfZB3Y76E2Ew2cntcaX8lhrs_E2U1wP9OE1LL43R8jpxaqO1Z9eVhG3kavA11bmGaW0WNt5qQt9aPOm_8nwU_qZFT7bSWE6zNCUo6m4ZuwQL-UMM6vYRWcSkTC8c9loa4ISltAuT11hMgFzEod0Tt9YU0emdUVGQjdl2t_o9aolSbYKC_ykxe-MNQOxXVx8EIG9cYkUvllofcR3BW32GHNnB54CxrDZPtHq310iqf_5f_nP63kVLmgtPOl3eyoEi5jEmdxBF_SSHFBcUvMWi206WUXChDq7Q3i5qoKrEUgN02aPW8A5Mqsql8tglSwyW513YdFv019QNQwBhmgY_lsoB6QtTke82PL_SCUrPbuZcx7pypuoEfhYF3y-rL1P8hAWMh6XVZSYzbf5ldWcFFmf079C4JlaGu7r0JsFfuqa17qxwwIIrONng6rSkvA18uh4OG9_-wSWl-ZTgFxoUF7d4aJ5zszkW0OY2rVM4jzEtcIgnE64q4y9rBtxaADi9WSg9OLWMV-CUKsvE6on26xHb2dBA3q6BLhmKuWuHR0zxvxltGFzloGgDgy9_bPJ1UtnPpxH5RWVwD_wbfq8PFRjTzYNFlOoLDURN4LFJv7RwlXjUeWUpMXlKe4zNjAtY2zy2WGNAFpaNRRAkdqXA8hlMPHSfollM3G9nbmpWPjRZNwMrtO4pAFVEt1I0Psp0wXRxc8nJ8Nng957KixiUbHYq9vE0KGLsXo_DKvwCZFtYoB7C_ceUPlcjLjKnb6LGC6HoNymKa9993hUiHIi32hByjH47kGNDHxicKvtW0nQQMns2fxJATc-pc4V9AQRAOCy_dhKm3pAbaTVbC_VstaP-AQHRHXLfXncKRLLnB2Uv2D4hSKzcAyx9nT1pvXZG3GLSo1R-dHgWYic3ozlkJvM6ACMGa6c7FqEy4ZWexM7oqH5Iyx-Dw6iUmzGtJgomuj9QLqL2ZiPBuJpIWj1eljbgv_xOfLpTZDrWjrxO9lZZPvTe2jPsPeV5D0WirJCJeteOFG6vCtkmYpCxzbiAnEnkiZdt8oXcaIOGLMlmMtPSGp7Eyi_eUVpiIdtDz55GG74G23_H8CafoWWOluvyh9MHS4J0TpmdcuHz_v81DnT4Sqdsg0wlRicERLn9LVjGDGfHyPHPl0kWpKNFRlHvRk_678L6ds1gZd86F7nvozWWJ_TfrbenmdrJG2bysJ6O_4IOnFnr_BbE-JXM7_x-JiRtfRKVZKKChxLC4Y3iwShG5e8f-iDztYjy6mfyEiu7ZuK9kJS7CZcXfDbxr3Qqj-PqIhN3Tsq96Ap7xfbEcjh3GqQ0ldJZIiwco-rEXFk5HX1v6z-hXpVZZH1vQbI3cdfnCD7c0NuvuLuywvEDh-bDSNFLq6a0iZ3AhZscYcNnaXvztr1r_OaQBjhLvvInSGO-n5cnQg6jUfehZYJ7WX5cMUpP7nF3_QOrEOiuUOTCv8lbtu1tuJEeWiZcH4KisoHqiLNFxkOOI13renxVah8dgZ37VpxjgjZgNwWMrljHKeS1YhDNzDPXGklQ1Xh7jTVxZWg3CkVgauNt0xjC-R3tEIOnbuXK5bSG9Jq0fNLeetwaWgRUdRbDeFhzg-rrR3qes_WVgao9rMa_Gyq8EEn2FGx-OiPJASFf-jzhc5iMs-Q8oP7vN2Nsch4WwUb54G7yrjndqWgy7ZgnZr_vTnWZjyUATkC9coHBz5x0dz7uvhro1eSf_aLtDoA0rgtqsaw-clTzqWznpA92sbbofT3g', 2, 1795977696893, NULL, 'unexpected', 1795977682544, 1796582482535, NULL);
INSERT INTO public.outbox VALUES ('a58051bc-a8f5-406c-9d56-b3e27c69a85a', 'queued', 'u6SLHfSwOrXZTvm2kOzertijUkUlU7QR9Hg6l6gazsi6DQpGPCza2SHEaJhgZKJrauR-tK87aMjX1keGAHthVJ3O7zWUdlIuWKpoeMmhVy9fzy3rUEbFJwmtbGz78wS-eJbd_KpxvTM', 1, 1795977692902, NULL, 'unexpected', 1795977688390, 1796064081676, NULL);
INSERT INTO public.passkeys VALUES ('xJ3eG_sIEBFx078unZ1RBg', '5fd3799d-4b85-4430-b58a-57749b7094dd', 'uGswqCcd6Manlq0trlLYAXMYCMUNJL6nybsmgwUSQdlN-Z-FMLDf578T3N4XpeK1purpqC6kPblGG6Ke7FwuAFzmOEdEQkDZ7n1nS2s', 0, '["internal"]', 'multiDevice', 0, 'Laptop', 1795977681676, NULL);
INSERT INTO public.policies VALUES ('e7d95d61-2071-43eb-99c1-b2612f9b93d1', 'All users, all apps', 0, '["89da5154-52a3-4b58-b76c-3d2f8b15ec97"]', NULL, '[]', 'mfa', 1795977681676);
INSERT INTO public.recovery_codes VALUES ('5fd3799d-4b85-4430-b58a-57749b7094dd', 'qrFvzOeLI4X5rCCQN7iLpe5JY_BdJJtV6VnIuqsime4', 1795977682047, NULL);
INSERT INTO public.recovery_codes VALUES ('5fd3799d-4b85-4430-b58a-57749b7094dd', 'p_0_Yh-3X4Ylm_7hSOEVer9j_TFKZPl4VgrftA_JfDU', 1795977682047, NULL);
INSERT INTO public.recovery_codes VALUES ('5fd3799d-4b85-4430-b58a-57749b7094dd', 'MHs1Lmc2o9Cjgbj7610F9o21cZK94nd196C5UUIApnQ', 1795977682047, NULL);
INSERT INTO public.recovery_codes VALUES ('5fd3799d-4b85-4430-b58a-57749b7094dd', 'S3GJ2G7muqih2g5u-s2uC9-cduGZKouuNCa6UPkGc-o', 1795977682047, NULL);
INSERT INTO public.recovery_codes VALUES ('5fd3799d-4b85-4430-b58a-57749b7094dd', 'pwz8w351Th-9UTB5Noc9Zx6Hzzw6O5DWzZF2vaid5wI', 1795977682047, NULL);
INSERT INTO public.recovery_codes VALUES ('5fd3799d-4b85-4430-b58a-57749b7094dd', 'DIRK5TfGIjMc81bzSImwJRmrFlCRXP7ZXt9aDx-HTL8', 1795977682047, NULL);
INSERT INTO public.recovery_codes VALUES ('5fd3799d-4b85-4430-b58a-57749b7094dd', 'gt1UXoEpA9Rddys1Jcm0AJPstbwdIU-GiwtKvJmYGVk', 1795977682047, NULL);
INSERT INTO public.recovery_codes VALUES ('5fd3799d-4b85-4430-b58a-57749b7094dd', 'hfbccS7o1fuzjBBzlrIE7lR6wYaA6wOCi08OIuF8qYU', 1795977682047, NULL);
INSERT INTO public.recovery_codes VALUES ('5fd3799d-4b85-4430-b58a-57749b7094dd', 'Kb8Rljrngaep7YmqgyUMg-gz0XRUDcVTgHwQLQOIP4w', 1795977682047, NULL);
INSERT INTO public.recovery_codes VALUES ('5fd3799d-4b85-4430-b58a-57749b7094dd', 'Ggbltu8VYRXF2GA2wRzpwZ4vOceO3wljuzufW7-cY6Q', 1795977682047, NULL);
INSERT INTO public.refresh_tokens VALUES ('Ko-n_zHn16wYAEOpYnl8jcUVQPdu1MyZ651ybv8fKF0', '7bbe6728-4a34-4678-bb2a-e8fdc18cceb2', 1, 1803753688151, NULL, NULL, NULL);
INSERT INTO public.role_assignments VALUES ('204b7c1f-e110-43e6-a842-24a14220b4fe', 'ToDoList.Reader', '5fd3799d-4b85-4430-b58a-57749b7094dd');
INSERT INTO public.sessions VALUES ('87bdc200-ec30-45fc-921c-4b1854a32f51', NULL, '[]', NULL, 1795977682047, 1795977682048, NULL, 0);
INSERT INTO public.sessions VALUES ('UaG_aKw0zu9S_XAGM66OByIeH4yA75iMDQAk60eJdZk', '5fd3799d-4b85-4430-b58a-57749b7094dd', '["password"]', 1795977681676, 1795977681676, 1827513681676, NULL, 0);
INSERT INTO public.settings VALUES ('seal_key_fingerprint', 'oAZ-gy7VgCJZGa-GA6ixJ767oB61mp5l5T0jbUs_0Ps');
INSERT INTO public.settings VALUES ('domain', 'doorcode.localhost');
INSERT INTO public.settings VALUES ('tenant_id', '31ef0df3-d264-47fd-a355-cff815bb32f3');
INSERT INTO public.settings VALUES ('name', 'Doorcode');
INSERT INTO public.settings VALUES ('issuer', 'https://localhost:37485/31ef0df3-d264-47fd-a355-cff815bb32f3/v2.0');
INSERT INTO public.settings VALUES ('described_by', 'built-in');
INSERT INTO public.settings VALUES ('built_in_app', 'ae7f682d-5fcd-4a15-9aa4-4ba75f187660');
INSERT INTO public.settings VALUES ('built_in_api', '9bf75db8-5b47-4404-a0c7-356668f64561');
INSERT INTO public.settings VALUES ('built_in_tenant', 'seeded');
INSERT INTO public.shown_scopes VALUES ('89da5154-52a3-4b58-b76c-3d2f8b15ec97', '5fd3799d-4b85-4430-b58a-57749b7094dd', '00000003-0000-0000-c000-000000000000', 'offline_access');
INSERT INTO public.shown_scopes VALUES ('89da5154-52a3-4b58-b76c-3d2f8b15ec97', '5fd3799d-4b85-4430-b58a-57749b7094dd', '00000003-0000-0000-c000-000000000000', 'openid');
INSERT INTO public.shown_scopes VALUES ('89da5154-52a3-4b58-b76c-3d2f8b15ec97', '5fd3799d-4b85-4430-b58a-57749b7094dd', '204b7c1f-e110-43e6-a842-24a14220b4fe', 'ToDoList.Read');
INSERT INTO public.signing_keys VALUES ('cZSTi1NoPF_ikXQb8u5DIyIlmNo3vhk5usUfN50hZD4', '{"kty":"RSA","n":"r3gzovNs6kvZ_ENJvxQiI3PQoLlaHPRVMWr1JQaA7QprHn08NUdgj6AXzwyCx6IGg8f2HYwSP7plMubOsS4YYsDJgs26358gSF7ivzabHY1D2vITZ9tLyaG0DpXmSygW3KOkXQnsYOuxMztTf_3ZIZeZwAa1Q9Juj-pPj_P9pGydkyR3S6bT43-ndLiFtphC-sCgDCctMh3l1KIDd6MAHPO8Ln10PKUYWwz6LBC6gjDct7W3_5uhxzJY7XMVe25uCOMt87QoqmqFfMj5jYV1YNe2f2XMz7O703Bqjedg5Swl6W6cX_f1eXClQ6Awi1QsThN0u2f-VQ455ZEIvuNglQ","e":"AQAB"}', 'oMYexEHkFSugG7ZqqIooYe_moCUDP8TXA_FpJkE1w2724fLJcv2VewZYi9FuvLnwEKMHq4MwK0hSsEnbEzqyROS2ue6gNilDx9zeqPAYAoTXDDko8IJCTesj7pGk7Dv3GGm40JtvQfQewYKirpsyGI9xjE5sqENjUseGtwVq5M74h4D2MbbEGpesm7niiE_u-uvem-7rO7urLYiLaFj4kkmAMLZYZeVHQarkjdSnqzAvfpE9FWj0wBRckOmQAltX3uxjWA5tgtRLkHUeHYgQbZqDJSYOaXx_K9IuPzJN3nnsruL-nslnA6UcTiOkco6MUzA7joK8RayLPG2BKA8mBWLx3XqDqw_-JP2SEEoQKJBu3qzUHpJCvjrg8zu02AY80V9qrCQGRskHZP-_Xb-6EG70vdkZe9yVSOi59IoiDmbfk-fiRzHnlx3TSaby7som3xive869qBHWRxd0bKV5Sw5hul3jFihu4_WhxqRBiLDK0WLjj3fMvwQtEOrCcyB4_mwbv04x9pqIMQ5YKrYkRU1mmlFJ3Pt_sxJgrSTen_fb8hDmJNG_vUNNIGkhwlMb1Ap8TsORETRWj3J-xGEU89_jUGMaWSTt2_YzOIBHhFU7zQ_HFpWNVQoLPBQaQFJqzWghsTkVbQry2Za-urV1ir70xJBoBy1sQ10iKNvMQvm4mjFwha6lRSwGzNZ3MXb5qPTvoT7fY7Rx1M1lbQ6PdEkw9lhIa7EpROS9jDd341Ylc-nLcfa3e6QXlmmjfAC9T2XsHkYvKR71TmsILI2BwrtIWjDtFDM8bTUO5DPdgIJmv5pFe14pBuZLUzWJUU1LQJngCVV3XZ4Tj5kf7MMeWPm4_W0AOHSEH-YKBZEeBelz4FUb5J73newApwAvvY67D0rmpFvutqAQrZOAhWYxLZ_FHAwEU9pxEdlrTYNWabuCUPHdEUofK4FIipVLrJCE6TowaTmpJq0tcwdZGEhhDY99znhkQMdsHq1oEktNDn2aHIhBE1pg2g_eU0rg-q5EYfK619ZbD-b59Q8qU17U6HW1AAoRxIKFePgj3pxGSjyG9SKIlEMMNFimg6olcqJvylUWBQSeI-anKs7DKmHG77mDbHEyN6ozotmsVG8nwvAQg7BOciktClvHqQ1f0ANmH_AxECDcOv52kJ7W04nxIdw1VUrwpWFfFldNSZFupaC1ed5Uft2UtXzr_zad50wHl5E5vUPFQu05kDBVK9-wkZLu_mDcvzIYCykL_dlUnZM1HjSEyB7WP1wiI8TmrYn1y165v1Keaq1bNoZAugvrSqXo_b98iW0RZFUyRQldiu_fVLJ2uBZ8v3WQQBSyxySQWaKFiZMpm-r15nadK5uyImw4nbl-Crj0A-XZa3qjQR1ceeXInV25eNbrNlUH9TfksPl0v3ake7bHG2qsKCjFelZby__Pb3ZjWrrlV3ZNSrZBZQ9HeKmjqy8IoRcIl4PSDOwPnkWxJJ1b2HGyw1JY3JNMf3yXxHCsWukfsGoS7bjZYraQU9YAx-Z2yEFLUqo7iHccMPOrEs3hLOxp68o4A4SEOmGBNC37zsPn3Ju2r51ug8TLbnzMaurTs1eBfAc8TQBY3S2JT3VhigRKl14aTj02ZVHGoryUVvCt2fUeu1zijFjOeedt4zhvzZXSs84cOcXxXlloHaqRWct3OcsjOGdlUmuxU80LoB9epf3dUYMh0DHFQo7onvk4w3azwIOiuaFLyydQHVpmXdlETK-9DzkC4nhWUSa-g7ncQinaRu11EcngLtkzWgi5O_ftHVo2AkUjDWdCdRy742LNEJSmeYnzs8-ztROoqXN2AdaR42uadW2ePyQ9aewDU8_eOLU1xYD7U5rZGYvo5XvqkN1U8dT6WUABQdZklHEHwhtY_JQhNhYeudSmtRC0n0ogepXobgvsR9cugnsTJp97PUeYq6-DU9QI0LX9bkYBr8UOR_TLEcCcHAyIsvG1xfm_AhtmUBWhWH3iNK7e_0hGXtakEY9XvJuYbO1n_sfBMzG7QPdUcas2ULDJWE6XP3Vp-eO6g3lUfpuJcDFrgph1kBCFgRmyLSwO6N3xWSHLnT6ugaM-bvCNTzCOS2tBEo81sOqggRUrJmIf34lmWtP4IH8GmlhEu6IkMpHZTvexrJUVH_chKLBCJwx1PBhNvj9whIa5YyLx4jkGzeseRGQ', 'MIICzjCCAbagAwIBAgIQAObUSXHCc7dOMrl5Om+PBzANBgkqhkiG9w0BAQsFADAhMR8wHQYDVQQDExZEb29yY29kZSB0b2tlbiBzaWduaW5nMB4XDTI2MTEyOTE4NDExOFoXDTI3MDUyODE4NDExOFowITEfMB0GA1UEAxMWRG9vcmNvZGUgdG9rZW4gc2lnbmluZzCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAK94M6LzbOpL2fxDSb8UIiNz0KC5Whz0VTFq9SUGgO0Kax59PDVHYI+gF88MgseiBoPH9h2MEj+6ZTLmzrEuGGLAyYLNut+fIEhe4r82mx2NQ9ryE2fbS8mhtA6V5ksoFtyjpF0J7GDrsTM7U3/92SGXmcAGtUPSbo/qT4/z/aRsnZMkd0um0+N/p3S4hbaYQvrAoAwnLTId5dSiA3ejABzzvC59dDylGFsM+iwQuoIw3Le1t/+boccyWO1zFXtubgjjLfO0KKpqhXzI+Y2FdWDXtn9lzM+zu9Nwao3nYOUsJelunF/39XlwpUOgMItULE4TdLtn/lUOOeWRCL7jYJUCAwEAAaMCMAAwDQYJKoZIhvcNAQELBQADggEBACegcC3f/hfaQo2HolY6gfQqVZPQQZ9/p9O7yohjK2CYVsVvPSJRTX4HZirJF6hUU7OzLKcfpkSXatt7G8xeLZMBRD6EgnRBnd/n4GXWT2H7X2QCInHavsOky3kVHrHOvqkbCe/ay39cdlQIbQ/Y+ibzf1QGsIjhlwWcZ67zccFngTjbJqUXo6BeaGeql8Tsp2rLVLcBUgs4Onblm7pByK7ZPpQfZuygidd17YzUK0169qiYs2fi1Z4l9vWF0MZSt4iSQjaH4XHX4CmNAmwp1vXC/d97TsyPuyrKFigeUgvl2mrx/XeF4bcEdfnjFx82fH2gOVC4Aoq089r3Vs1KTuM=', 1795977678296, 1795977678296, NULL);
INSERT INTO public.signing_keys VALUES ('XIy2hmITdJxSYV-F3Y3Ly7tt6agalZxqfRgRt02Uv4Y', '{"kty":"RSA","n":"rQ-HeloUVun8VtHTcryg3P2wO6wSbbEfGg07eoo2vxANTrdTvFngkvuubr1jWPlg6QkEdenkZQpMaTpneodzhMUfpWIbBdb2_3NxJIC2ZhJzfYA9PgbVdYvqgAr89XNy28SvjJqDb0Vjd7BMStotH1tEmPH2X6-bhMegiAC9-zzJt0a1_Wrxg_6NVXZBBxNFLH-1N6qyXWvSBKOVcWKBrsdh2xcFLx_ZplQrbIPJckuerDdSLfqf2smQxtqG1zOpTHqmaCFc1b_JSbd2Bs_lixLpVBhQP-j33mBfqPX732IUpO2oeHVmNUNdQg-dCnqxv0Az2PrWLykaY2g_T9XLfQ","e":"AQAB"}', 'XS2YMSwgJt5acTPrIuO_ynmc9acbujfX6cW8wf2DbioAYUMhfWZxaWwykSMhNWFCNy6pujYOV5vaidvLzS1ijGNIXlSQOjf4DeSosROL36eBalrVde4VMtZq2QC3B3O11MT2e4V8F6joEaJjoMv3At634V6UF6kdwFsAchMGG57bzwrw_E8LQHvL_LrETg32ARWMsrf8CZn7LkYLjEaDNvdg3ZxD__STbQT3zAvcfUOXjq4V_ZdyQz7N3j2sGyWAb79ns25qyXngAZ_X7bJ_fOwS58AKjaLpk83zOLpcwaF-fD2F1r1mCrImi7L41m2T2UDCmNw7qbeU0KDSP9r0ohMeZnLUXTb6FP6TpDalvsjHZduSwe9srebBX4ztazPCmMnD2-gjA4vNUkz2QJuuabb0J2vjr9U0skccRJ0DqE1jNPObExmQYRn8XBYtw4mFkXYTM70ACMylBcgDQ34H5QjSlYSTvYnGnh5o9UIeb94665KXWhjA4E96qcN2eGmgvtrzvAxJTyq5h8q4UsFLbQcweocvbYSjeAI_4luiB8n1HpX8MCi3sDJ0rTXJvkYRbVmnpDpdq63t7N5WUnjG0x-PqY3xHirb5QlucBrqjYGmiHijQTNBaLJE8j8T45AMKIbNdzIrclD2-ojqMaM3z2-SLUE4g2wNSwah4e6o-EWwYLdFJNbaLno8x8xVA1BitcTPk9Z0Qw1R_WUM6VhBj4Ws52I_G-GIYHIYbH7jxtXPaaNEg7nZWPqxtEqezJBR1C2UFb7RyQC4NyAZcgcC3KUOSIe3u451ueVRuu7Z19wiEEGxF4bE2b1afUjmQtIqeWADRurSZZ0D3qdgv95o46f51Ko3xuwUPQuXs8UdIE4Iw6XXgDCnmhezUp8WAYQ-HHp1ba_wsfVt_-Wuyg4AJhGNXJDZy5kMaUlVByglkPYVKayXRG5Ao25nFkhaMnX5b6mOVPRj1sBBDihP_gIe4a9Ai1qLYFMO6Ti26OE07qkoL7DV3VFUdHNbstwGQBOjgOc_iPRU74sPts3MfjsCthzD_89hBWs_tu8EDWa3K2v_UYoZDCt-eZnhKiNhG7MX-Rafyfi8LsEwAhfCqfB0anPZV1VgTrArBBAypVKLsUJVrzKgH007ColMNxlQ-xa-xPPeUSGLhPSAEPaK3DjaD6PbhvTkaKqzTGszpGUScnSZE37I-NftWl8mAv4vP4ups-xw0BY36BzAaOmeziTQf3qmT0xHpY_90-Judj3QqG-jMpBRSTg_u3X79CwxY0qksBAIoLUrOHTnEuxAKButAZUFI-2Rj7ScR4aejwyPQbRZtY4hwYFNYsjLVDKSIrnaCN3z5pFMx_tc749E1BgRd6CqLEsRgDTwIAj_upv0ANOwznVU5In92QIZjGK_2COp6aYJos0-mZh8Ke6mmQBqSQQvlfEoVbmtsQQq0E4NLljM9c5Zn1qvOlUM8RlO9uB1Ny_NYWJt9K84aOBPOXEp28MJYIfOvSQTvTf0ZL-q-hfv8DwBPGeT-vzXjmAajFzh5aSWT2vpmh81yrmMc-GQgN7M9IPCWfBft21mg8WyFxVh4tbqQMz-Ko7J1kuW5xDVHkfj7NYlMOd2cVndnEltlJuw9qYtTbPcqb3DaKS0PM6wLDgiAPrOC-QrT9Uhn8I1bf3Bng82KEtHJtall04cJDIqajfRQrfRAMkCVZXx2r_J7f4aGdKlUHISdYHnZ8Pi7j_fMQd-HuP9fH1QyJjcRzSks5C1xDpzcw61xu16Bv84QAg9HqkoRUADtjF7qYHkIc-UCfucdlKYnzx5vHF5L2CHYFsoiy5zRrq_8d5sFvZ9Ks5CkdHtfnT4tXwdX61llwNasrBnM-OlnhLYufBiiP2Wrcdzz00Ak9RKIpcTsF9vohixmuWVMO5SbLLBjt-HGR2FXUu-yAPGai5Nl68qlVgf3WIvPorZybBQl1oKEOGtI7QC_I_JS5SSV-3ba02LOOerV-AmWxm__3LwmPdhr22xBm7BLKfed1tGq7npJ2NFMPVGzBLHajgF7xY2Ar_qTOoOerD9SkMaAuR05-asnZvS-I9Op3zBk3Gl-mZR0NsxG31_hWSQRk1x1fx4S7_IERIC-7ak0MN0VeH-dYvISUFou_bSdL-Wr-F60tNI4y28XpkK55J9GnRCVp2vkRIaxP0De89Gpy1Telo', 'MIICzjCCAbagAwIBAgIQALZlGdU0W32Lae2R9Qr1PjANBgkqhkiG9w0BAQsFADAhMR8wHQYDVQQDExZEb29yY29kZSB0b2tlbiBzaWduaW5nMB4XDTI2MTEyOTE4NDExOFoXDTI3MDgyNjE4NDExOFowITEfMB0GA1UEAxMWRG9vcmNvZGUgdG9rZW4gc2lnbmluZzCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAK0Ph3paFFbp/FbR03K8oNz9sDusEm2xHxoNO3qKNr8QDU63U7xZ4JL7rm69Y1j5YOkJBHXp5GUKTGk6Z3qHc4TFH6ViGwXW9v9zcSSAtmYSc32APT4G1XWL6oAK/PVzctvEr4yag29FY3ewTEraLR9bRJjx9l+vm4THoIgAvfs8ybdGtf1q8YP+jVV2QQcTRSx/tTeqsl1r0gSjlXFiga7HYdsXBS8f2aZUK2yDyXJLnqw3Ui36n9rJkMbahtczqUx6pmghXNW/yUm3dgbP5YsS6VQYUD/o995gX6j1+99iFKTtqHh1ZjVDXUIPnQp6sb9AM9j61i8pGmNoP0/Vy30CAwEAAaMCMAAwDQYJKoZIhvcNAQELBQADggEBAEWKZ31YVGV135Vh5u733UTEsQW3wrlB/M5E0r5QBUM2JlLGYVPumhheFcC0v8IQ27lP+/TT31XQguaizyQQ5gAWpdyzd9v35HXo9fjAN6QCFTi7HT90HWqSjCy4MCUYHElGMez5xbvdDxKMUzCUaKmw8J5XuY88CXt4PsofGkqg2viD2XRaFmr5cMk4ZabuRsZFts3XyNtX/rGcxrPaVwSzzpEu4A3fkQPiwpCowY+xs2GqpimfSlQ1j5lT7aRqvJP59G4evrNdRPLsTg5S6qjUXpC0iYXwAvkTW+w9MJUr836JktqHUxJQBgw5IcOhK310MHzW1pE+gfUQajrQDcI=', 1795977678296, 1803753678296, NULL);
INSERT INTO public.throttles VALUES ('noticeByPersonAndKind:5fd3799d-4b85-4430-b58a-57749b7094dd new_device', 1, 1795981282514);
INSERT INTO public.throttles VALUES ('firstNotices:tenant', 1, 1795981282514);
INSERT INTO public.throttles VALUES ('deviceCodeByIp:127.0.0.1', 2, 1795978282202);
INSERT INTO public.throttles VALUES ('signInByAccount:5fd3799d-4b85-4430-b58a-57749b7094dd', 1, 1796064081676);
INSERT INTO public.token_families VALUES ('7bbe6728-4a34-4678-bb2a-e8fdc18cceb2', '5fd3799d-4b85-4430-b58a-57749b7094dd', 'ae7f682d-5fcd-4a15-9aa4-4ba75f187660', '37805a40-8ba9-4daf-b2e7-956812cfb366', '{"oidc":["openid","profile","offline_access"],"resourceId":"9bf75db8-5b47-4404-a0c7-356668f64561","resourceScopes":["ToDoList.Read"],"isDefault":false,"asked":["openid","profile","offline_access","api://9bf75db8-5b47-4404-a0c7-356668f64561/ToDoList.Read"]}', '["operator"]', 1795977682345, 1795977688151, 1803753688151, NULL, NULL, 'device_code', '["00000003-0000-0000-c000-000000000000/email","9bf75db8-5b47-4404-a0c7-356668f64561/ToDoList.ReadWrite"]', NULL);
INSERT INTO public.totp_secrets VALUES ('5fd3799d-4b85-4430-b58a-57749b7094dd', '0JFpyt23gutIoF-p7OJEw94DhLYvD2JOVrxJJ4qhyVX_5OLRZD5f849MgRmELg0Rxp2LMTiTp08tbElM', 59865822, 1795977682047);
INSERT INTO public.used_assertions VALUES ('assertion', 1796064081676);
INSERT INTO public.user_flow_attributes VALUES ('extension_city', 'extension_city', NULL, 'string', 1795977688805);
INSERT INTO public.user_flows VALUES ('0fe61e28-2a6c-4450-aff5-1708345359aa', 'Flow 75b7f7d1-923e-4c9e-8085-cf8c4d4f817a', 1, '["password","email_code"]', 0, '["totp"]', '[{"id":"extension_city","label":"City","inputType":"TextBox","dataType":"String","required":true,"options":[],"validationRegEx":"[A-Z].*"}]', '{"label":"I accept the terms of use.","url":"https://contoso.example/terms"}', 1795977681676, NULL, 500);
INSERT INTO public.user_groups VALUES ('183b5fa5-8bb2-46d6-850a-d1c43f3aa3a0', 'Readers', 1795977681676, NULL, NULL, NULL);
INSERT INTO public.users VALUES ('4fc9f239-f2e1-4c3a-a298-837de26776de', 'bob@contoso.example', 'bob@contoso.example', 'bob', '$argon2id$v=19$m=19456,t=2,p=1$zp+mpmDB9GGBGoSuz69YYQ$0cNWCT99WoE3yO02bGlFCO4ztkNMMYBe2Fwvklivd38', 1795977681843, NULL, '{}', NULL, NULL, 0, 0);
INSERT INTO public.users VALUES ('5fd3799d-4b85-4430-b58a-57749b7094dd', 'ada@contoso.example', 'ada@contoso.example', 'ada', '$argon2id$v=19$m=19456,t=2,p=1$YCnSPmZTh/CU3rJxZhAszQ$dXF7Tqs/H8sgIBK7ZKMm4kxFBTlnxHM9oUMOL3At5yw', 1795977682021, NULL, '{"city":"Köln"}', NULL, 1795977681676, 0, 0);
SELECT pg_catalog.setval('public.audit_numbers', 23, true);
ALTER TABLE ONLY public.accepted_terms
    ADD CONSTRAINT accepted_terms_pkey PRIMARY KEY (user_id, terms);
ALTER TABLE ONLY public.action_links
    ADD CONSTRAINT action_links_pkey PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.apis
    ADD CONSTRAINT apis_identifier_uri_key UNIQUE (identifier_uri);
ALTER TABLE ONLY public.apis
    ADD CONSTRAINT apis_pkey PRIMARY KEY (client_id);
ALTER TABLE ONLY public.app_assignments
    ADD CONSTRAINT app_assignments_pkey PRIMARY KEY (client_id, principal_id);
ALTER TABLE ONLY public.app_certificates
    ADD CONSTRAINT app_certificates_client_id_thumbprint_key UNIQUE (client_id, thumbprint);
ALTER TABLE ONLY public.app_certificates
    ADD CONSTRAINT app_certificates_pkey PRIMARY KEY (key_id);
ALTER TABLE ONLY public.app_secrets
    ADD CONSTRAINT app_secrets_pkey PRIMARY KEY (key_id);
ALTER TABLE ONLY public.apps
    ADD CONSTRAINT apps_pkey PRIMARY KEY (client_id);
ALTER TABLE ONLY public.authorization_requests
    ADD CONSTRAINT authorization_requests_code_hash_key UNIQUE (code_hash);
ALTER TABLE ONLY public.authorization_requests
    ADD CONSTRAINT authorization_requests_family_id_key UNIQUE (family_id);
ALTER TABLE ONLY public.authorization_requests
    ADD CONSTRAINT authorization_requests_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.client_ids
    ADD CONSTRAINT client_ids_client_id_kind_key UNIQUE (client_id, kind);
ALTER TABLE ONLY public.client_ids
    ADD CONSTRAINT client_ids_pkey PRIMARY KEY (client_id);
ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_pkey PRIMARY KEY (client_id, user_id, resource_id, scope);
ALTER TABLE ONLY public.device_grants
    ADD CONSTRAINT device_grants_device_code_hash_key UNIQUE (device_code_hash);
ALTER TABLE ONLY public.device_grants
    ADD CONSTRAINT device_grants_family_id_key UNIQUE (family_id);
ALTER TABLE ONLY public.device_grants
    ADD CONSTRAINT device_grants_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.device_grants
    ADD CONSTRAINT device_grants_user_code_key UNIQUE (user_code);
ALTER TABLE ONLY public.flows
    ADD CONSTRAINT flows_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.group_members
    ADD CONSTRAINT group_members_pkey PRIMARY KEY (group_id, user_id);
ALTER TABLE ONLY public.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.mail_codes
    ADD CONSTRAINT mail_codes_id_key UNIQUE (id);
ALTER TABLE ONLY public.mail_codes
    ADD CONSTRAINT mail_codes_pkey PRIMARY KEY (flow_id);
ALTER TABLE ONLY public.mails
    ADD CONSTRAINT mails_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_pkey PRIMARY KEY (credential_id);
ALTER TABLE ONLY public.policies
    ADD CONSTRAINT policies_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hash);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_family_id_generation_key UNIQUE (family_id, generation);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.role_assignments
    ADD CONSTRAINT role_assignments_pkey PRIMARY KEY (api_client_id, user_id, role_value);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.shown_scopes
    ADD CONSTRAINT shown_scopes_pkey PRIMARY KEY (client_id, user_id, resource_id, scope);
ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (kid);
ALTER TABLE ONLY public.throttles
    ADD CONSTRAINT throttles_pkey PRIMARY KEY (bucket);
ALTER TABLE ONLY public.token_families
    ADD CONSTRAINT token_families_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.totp_secrets
    ADD CONSTRAINT totp_secrets_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY public.used_assertions
    ADD CONSTRAINT used_assertions_pkey PRIMARY KEY (assertion_hash);
ALTER TABLE ONLY public.user_flow_attributes
    ADD CONSTRAINT user_flow_attributes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.user_flows
    ADD CONSTRAINT user_flows_name_key UNIQUE (name);
ALTER TABLE ONLY public.user_flows
    ADD CONSTRAINT user_flows_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.user_groups
    ADD CONSTRAINT user_groups_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_normalized_key UNIQUE (email_normalized);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE INDEX action_links_expires_at ON public.action_links USING btree (expires_at);
CREATE INDEX app_secrets_client_id ON public.app_secrets USING btree (client_id);
CREATE INDEX audit_records_at ON public.audit_records USING btree (at);
CREATE INDEX audit_records_event ON public.audit_records USING btree (event, seq);
CREATE INDEX audit_records_seq ON public.audit_records USING btree (seq);
CREATE INDEX authorization_requests_expires_at ON public.authorization_requests USING btree (expires_at);
CREATE INDEX authorization_requests_user_id ON public.authorization_requests USING btree (user_id);
CREATE UNIQUE INDEX client_ids_object_id ON public.client_ids USING btree (object_id);
CREATE UNIQUE INDEX client_ids_service_principal_id ON public.client_ids USING btree (service_principal_id);
CREATE UNIQUE INDEX client_ids_unique_name ON public.client_ids USING btree (unique_name);
CREATE INDEX consents_resource_id ON public.consents USING btree (resource_id);
CREATE INDEX device_grants_client_id ON public.device_grants USING btree (client_id, expires_at);
CREATE INDEX device_grants_expires_at ON public.device_grants USING btree (expires_at);
CREATE INDEX flows_expires_at ON public.flows USING btree (expires_at);
CREATE INDEX flows_session_id ON public.flows USING btree (session_id);
CREATE INDEX group_members_user_id ON public.group_members USING btree (user_id);
CREATE INDEX mail_codes_expires_at ON public.mail_codes USING btree (expires_at);
CREATE INDEX mail_codes_used_at ON public.mail_codes USING btree (used_at) WHERE (used_at IS NOT NULL);
CREATE INDEX mails_created_at ON public.mails USING btree (created_at);
CREATE INDEX mails_recipient ON public.mails USING btree (recipient_normalized, seq);
CREATE INDEX mails_seq ON public.mails USING btree (seq);
CREATE INDEX outbox_due ON public.outbox USING btree (next_attempt_at) WHERE (ended_at IS NULL);
CREATE INDEX outbox_ended_at ON public.outbox USING btree (ended_at) WHERE (ended_at IS NOT NULL);
CREATE INDEX passkeys_user_id ON public.passkeys USING btree (user_id);
CREATE INDEX sessions_expires_at ON public.sessions USING btree (expires_at);
CREATE INDEX sessions_idle_expires_at ON public.sessions USING btree (idle_expires_at);
CREATE INDEX sessions_user_id ON public.sessions USING btree (user_id);
CREATE INDEX throttles_ends_at ON public.throttles USING btree (ends_at);
CREATE INDEX token_families_client_id ON public.token_families USING btree (client_id);
CREATE INDEX token_families_created_at ON public.token_families USING btree (created_at, id);
CREATE INDEX token_families_expires_at ON public.token_families USING btree (expires_at);
CREATE INDEX token_families_user_id ON public.token_families USING btree (user_id);
CREATE INDEX used_assertions_expires_at ON public.used_assertions USING btree (expires_at);
CREATE UNIQUE INDEX user_groups_unique_name ON public.user_groups USING btree (unique_name);
ALTER TABLE ONLY public.accepted_terms
    ADD CONSTRAINT accepted_terms_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.action_links
    ADD CONSTRAINT action_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.apis
    ADD CONSTRAINT apis_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.client_ids(client_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.app_certificates
    ADD CONSTRAINT app_certificates_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.apps(client_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.app_secrets
    ADD CONSTRAINT app_secrets_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.apps(client_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.apps
    ADD CONSTRAINT apps_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.client_ids(client_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.flows
    ADD CONSTRAINT flows_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.group_members
    ADD CONSTRAINT group_members_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.user_groups(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mail_codes
    ADD CONSTRAINT mail_codes_flow_id_fkey FOREIGN KEY (flow_id) REFERENCES public.flows(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_family_id_fkey FOREIGN KEY (family_id) REFERENCES public.token_families(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.totp_secrets
    ADD CONSTRAINT totp_secrets_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
