CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
CREATE TABLE "kysely_migration_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);
CREATE TABLE settings (name text primary key, value text not null);
CREATE TABLE device_grants (
    id text primary key,
    device_code_hash text not null unique,
    user_code text not null unique,
    client_id text not null,
    requested text not null,
    status text not null check (status in ('pending', 'claimed', 'approved', 'denied', 'redeemed')),
    denial_reason text check (denial_reason in ('user', 'two_users', 'operator', 'withdrawn')),
    device_name text,
    device_platform text,
    initiated_ip text not null,
    created_at bigint not null,
    expires_at bigint not null,
    session_id text,
    user_id text,
    approved text,
    decided_at bigint,
    decided_by text check (decided_by in ('user', 'operator')),
    methods text not null,
    auth_time bigint,
    family_id text unique, reach text not null default '[]',
    check ((session_id is null) = (user_id is null)),
    check (status not in ('claimed', 'approved', 'redeemed') or user_id is not null),
    check (status not in ('approved', 'redeemed') or (approved is not null and auth_time is not null)),
    check ((status = 'denied') = (denial_reason is not null)),
    check ((status = 'redeemed') = (family_id is not null))
  );
CREATE INDEX device_grants_expires_at on device_grants (expires_at);
CREATE TABLE token_families (
    id text primary key,
    user_id text not null,
    client_id text not null,
    grant_id text,
    scopes text not null,
    methods text not null,
    auth_time bigint not null,
    created_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint,
    revoked_reason text, grant_type text not null default 'device_code'
    check (grant_type in ('device_code', 'authorization_code')), reach text not null default '[]', repeat_mailed_at bigint,
    check ((revoked_at is null) = (revoked_reason is null))
  );
CREATE INDEX token_families_user_id on token_families (user_id);
CREATE INDEX token_families_client_id on token_families (client_id);
CREATE INDEX token_families_expires_at on token_families (expires_at);
CREATE TABLE refresh_tokens (
    token_hash text primary key,
    family_id text not null references token_families (id) on delete cascade,
    generation bigint not null,
    expires_at bigint not null,
    used_at bigint,
    successor_sealed text, used_from text,
    unique (family_id, generation),
    check ((used_at is null) = (successor_sealed is null))
  );
CREATE TABLE users (
    id text primary key,
    email text not null,
    email_normalized text not null unique,
    display_name text not null,
    password_hash text,
    created_at bigint not null,
    disabled_at bigint
  , attributes text not null default '{}', locale text, terms_accepted_at bigint, administrator integer not null default 0 check (administrator in (0, 1)), credentials_version bigint
    not null default 0);
CREATE TABLE client_ids (
    client_id text primary key,
    kind text not null check (kind in ('app', 'api')), object_id text, unique_name text, description text, tags text not null default '[]', required_resource_access text, service_principal_id text,
    unique (client_id, kind)
  );
CREATE TABLE apps (
    client_id text primary key references client_ids (client_id) on delete cascade,
    name text not null,
    public_client integer not null check (public_client in (0, 1)),
    redirect_uris text not null,
    post_logout_redirect_uris text not null,
    created_at bigint not null,
    disabled_at bigint
  , user_flow_id text, require_mfa integer not null default 0 check (require_mfa in (0, 1)), assignment_required integer not null default 0 check (assignment_required in (0, 1)), group_claims integer not null default 0 check (group_claims in (0, 1)), grant_types text, administrative_scopes text not null default '[]', administration_by_device_code integer not null default 0
    check (administration_by_device_code in (0, 1)));
CREATE TABLE apis (
    client_id text primary key references client_ids (client_id) on delete cascade,
    name text not null,
    identifier_uri text not null unique,
    token_profile text not null check (token_profile in ('entra', 'rfc9068')),
    scopes text not null,
    roles text not null,
    created_at bigint not null,
    disabled_at bigint
  , group_claims integer not null default 0 check (group_claims in (0, 1)));
CREATE TABLE consents (
    client_id text not null,
    user_id text not null,
    resource_id text not null,
    scope text not null,
    primary key (client_id, user_id, resource_id, scope)
  );
CREATE TABLE role_assignments (
    api_client_id text not null,
    role_value text not null,
    user_id text not null,
    primary key (api_client_id, user_id, role_value)
  );
CREATE TABLE sessions (
    id text primary key,
    user_id text,
    methods text not null,
    auth_time bigint,
    created_at bigint not null,
    expires_at bigint not null, idle_expires_at bigint, keep_signed_in smallint not null default 0,
    check ((user_id is null) = (auth_time is null))
  );
CREATE INDEX sessions_user_id on sessions (user_id);
CREATE INDEX sessions_expires_at on sessions (expires_at);
CREATE TABLE flows (
    id text primary key,
    session_id text not null references sessions (id) on delete cascade,
    grant_id text,
    email text,
    email_verified_at bigint,
    password_hash text,
    created_at bigint not null,
    expires_at bigint not null, email_purpose text, user_id text, methods text not null default '[]', first_factor_at bigint, keep_signed_in integer not null default 0 check (keep_signed_in in (0, 1)), challenge_number bigint not null default 0, totp_secret_sealed text, intent text not null default 'device' check (intent in ('device', 'account', 'authorization')),
    check (email_verified_at is null or email is not null),
    check (password_hash is null or email_verified_at is not null)
  );
CREATE INDEX flows_session_id on flows (session_id);
CREATE INDEX flows_expires_at on flows (expires_at);
CREATE TABLE mails (
    id text primary key,
    seq bigint not null,
    recipient text not null,
    recipient_normalized text not null,
    subject text not null,
    text text not null,
    html text not null,
    created_at bigint not null
  );
CREATE INDEX mails_seq on mails (seq);
CREATE INDEX mails_recipient on mails (recipient_normalized, seq);
CREATE TABLE throttles (bucket text primary key, count bigint not null check (count >= 0), ends_at bigint not null);
CREATE INDEX throttles_ends_at on throttles (ends_at);
CREATE TABLE signing_keys (
    kid text primary key,
    public_jwk text not null,
    sealed_private text not null,
    certificate text not null,
    created_at bigint not null,
    activates_at bigint not null,
    retires_at bigint
  );
CREATE TABLE audit_records (
    seq bigint not null,
    at bigint not null,
    event text not null,
    actor text not null check (actor in ('user', 'client', 'operator', 'tenant')),
    user_id text,
    client_id text,
    grant_id text,
    ip text,
    detail text not null
  );
CREATE INDEX audit_records_seq on audit_records (seq);
CREATE INDEX audit_records_event on audit_records (event, seq);
CREATE TABLE user_flows (
    id text primary key,
    name text not null unique,
    sign_up_allowed integer not null check (sign_up_allowed in (0, 1)),
    methods text not null,
    mfa_required integer not null check (mfa_required in (0, 1)),
    mfa_methods text not null,
    attributes text not null,
    terms_of_use text,
    created_at bigint not null
  , description text, priority bigint not null default 500);
CREATE TABLE policies (
    id text primary key,
    name text not null,
    enabled integer not null check (enabled in (0, 1)),
    client_ids text,
    group_ids text,
    excluded_user_ids text not null,
    requires text not null check (requires in ('mfa')),
    created_at bigint not null
  );
CREATE TABLE user_groups (id text primary key, name text not null, created_at bigint not null, unique_name text, description text, mail_nickname text);
CREATE TABLE group_members (
    group_id text not null references user_groups (id) on delete cascade,
    user_id text not null,
    primary key (group_id, user_id)
  );
CREATE INDEX group_members_user_id on group_members (user_id);
CREATE TABLE app_assignments (
    client_id text not null,
    principal_id text not null,
    primary key (client_id, principal_id)
  );
CREATE TABLE totp_secrets (
    user_id text primary key references users (id) on delete cascade,
    secret_sealed text not null,
    last_step bigint not null,
    created_at bigint not null
  );
CREATE TABLE recovery_codes (
    user_id text not null references users (id) on delete cascade,
    code_hash text not null,
    created_at bigint not null,
    used_at bigint,
    primary key (user_id, code_hash)
  );
CREATE TABLE passkeys (
    credential_id text primary key,
    user_id text not null references users (id) on delete cascade,
    public_key text not null,
    counter bigint not null,
    transports text not null,
    device_type text not null check (device_type in ('singleDevice', 'multiDevice')),
    backed_up integer not null check (backed_up in (0, 1)),
    name text not null,
    created_at bigint not null,
    last_used_at bigint
  );
CREATE INDEX passkeys_user_id on passkeys (user_id);
CREATE TABLE action_links (
    token_hash text primary key,
    purpose text not null,
    user_id text not null references users (id) on delete cascade,
    subject text not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
  );
CREATE INDEX action_links_expires_at on action_links (expires_at);
CREATE TABLE mail_codes (
    id text not null unique,
    purpose text not null check (purpose in ('sign_up', 'sign_in', 'second_factor', 'reset')),
    flow_id text primary key references flows (id) on delete cascade,
    email_normalized text not null,
    code_hash text not null,
    mail_id text,
    created_at bigint not null,
    expires_at bigint not null,
    attempts bigint not null,
    used_at bigint
  );
CREATE TABLE outbox (
    id text primary key,
    state text not null check (state in ('queued', 'sent', 'failed', 'expired')),
    sealed text,
    attempts bigint not null,
    next_attempt_at bigint not null,
    lease_until bigint,
    last_error text,
    created_at bigint not null,
    expires_at bigint not null,
    ended_at bigint,
    check ((state = 'queued') = (ended_at is null)),
    check ((sealed is null) = (ended_at is not null)),
    check (lease_until is null or ended_at is null)
  );
CREATE INDEX outbox_due on outbox (next_attempt_at) where ended_at is null;
CREATE INDEX outbox_ended_at on outbox (ended_at) where ended_at is not null;
CREATE UNIQUE INDEX client_ids_object_id on client_ids (object_id);
CREATE UNIQUE INDEX client_ids_unique_name on client_ids (unique_name);
CREATE UNIQUE INDEX client_ids_service_principal_id on client_ids (service_principal_id);
CREATE UNIQUE INDEX user_groups_unique_name on user_groups (unique_name);
CREATE TABLE user_flow_attributes (
    id text primary key,
    display_name text not null,
    description text,
    data_type text not null check (data_type in ('string', 'boolean', 'int64', 'stringCollection')),
    created_at bigint not null
  );
CREATE INDEX consents_resource_id on consents (resource_id);
CREATE TABLE authorization_requests (
    id text primary key,
    client_id text not null,
    redirect_uri text not null,
    response_mode text not null check (response_mode in ('query', 'form_post')),
    state text,
    nonce text,
    code_challenge text,
    requested text not null,
    signed_in_since bigint,
    status text not null check (status in ('pending', 'approved', 'denied', 'redeemed')),
    created_at bigint not null,
    expires_at bigint not null,
    session_id text,
    user_id text,
    decided_at bigint,
    approved text,
    methods text not null,
    auth_time bigint,
    code_hash text unique,
    code_expires_at bigint,
    family_id text unique, reach text not null default '[]',
    check ((code_hash is null) = (code_expires_at is null)),
    check (status <> 'pending' or (user_id is null and code_hash is null)),
    check (
      status not in ('approved', 'redeemed')
      or (user_id is not null and approved is not null and auth_time is not null and code_hash is not null)
    ),
    check ((status = 'redeemed') = (family_id is not null))
  );
CREATE INDEX authorization_requests_user_id on authorization_requests (user_id);
CREATE INDEX authorization_requests_expires_at on authorization_requests (expires_at);
CREATE TABLE app_certificates (
    key_id text primary key,
    client_id text not null references apps (client_id) on delete cascade,
    thumbprint text not null,
    certificate text not null,
    display_name text not null,
    not_before bigint not null,
    not_after bigint not null,
    created_at bigint not null,
    unique (client_id, thumbprint)
  );
CREATE TABLE used_assertions (assertion_hash text primary key, expires_at bigint not null);
CREATE INDEX used_assertions_expires_at on used_assertions (expires_at);
CREATE TABLE accepted_terms (
    user_id text not null references users (id) on delete cascade,
    terms text not null,
    accepted_at bigint not null,
    primary key (user_id, terms)
  );
CREATE TABLE app_secrets (
    key_id text primary key,
    client_id text not null references apps (client_id) on delete cascade,
    secret_hash text not null,
    hint text,
    display_name text,
    starts_at bigint not null,
    ends_at bigint not null
  );
CREATE INDEX app_secrets_client_id on app_secrets (client_id);
CREATE TABLE shown_scopes (
    client_id text not null,
    user_id text not null,
    resource_id text not null,
    scope text not null,
    primary key (client_id, user_id, resource_id, scope)
  );
CREATE INDEX mail_codes_expires_at on mail_codes (expires_at);
CREATE INDEX mail_codes_used_at on mail_codes (used_at) where used_at is not null;
CREATE INDEX sessions_idle_expires_at on sessions (idle_expires_at);
CREATE INDEX mails_created_at on mails (created_at);
CREATE INDEX device_grants_client_id on device_grants (client_id, expires_at);
CREATE INDEX audit_records_at on audit_records (at);
CREATE INDEX token_families_created_at on token_families (created_at, id);
insert into kysely_migration values ('0001-first-tables', '2026-11-29T18:41:05.414Z');
insert into kysely_migration values ('0002-user-flows-and-factors', '2026-11-29T18:41:05.483Z');
insert into kysely_migration values ('0003-outbox', '2026-11-29T18:41:05.484Z');
insert into kysely_migration values ('0004-flows-keep-no-answers', '2026-11-29T18:41:05.529Z');
insert into kysely_migration values ('0005-administrators', '2026-11-29T18:41:05.530Z');
insert into kysely_migration values ('0006-graph', '2026-11-29T18:41:05.595Z');
insert into kysely_migration values ('0007-authorization-requests', '2026-11-29T18:41:05.628Z');
insert into kysely_migration values ('0008-app-certificates', '2026-11-29T18:41:05.629Z');
insert into kysely_migration values ('0009-sign-in-methods', '2026-11-29T18:41:05.739Z');
insert into kysely_migration values ('0010-client-permissions', '2026-11-29T18:41:05.795Z');
insert into kysely_migration values ('0011-reach-of-sign-ins', '2026-11-29T18:41:05.810Z');
insert into kysely_migration values ('0012-ends', '2026-11-29T18:41:05.829Z');
insert into kysely_migration values ('0013-bounded-work', '2026-11-29T18:41:05.830Z');
insert into kysely_migration values ('0014-operators-commands', '2026-11-29T18:41:05.831Z');
insert into kysely_migration_lock values ('migration_lock', 0);
insert into settings values ('seal_key_fingerprint', 'UmoKwHUk4xIVq--4aCTsYXFBquK7gkzpZeoLkLKXXW8');
insert into settings values ('domain', 'doorcode.localhost');
insert into settings values ('tenant_id', 'bd0df977-f754-4dd4-820e-5120ce65a0e7');
insert into settings values ('name', 'Doorcode');
insert into settings values ('issuer', 'https://localhost:34515/bd0df977-f754-4dd4-820e-5120ce65a0e7/v2.0');
insert into settings values ('described_by', 'built-in');
insert into settings values ('built_in_app', '94a447ab-1467-4839-9288-8c4cdc90d59a');
insert into settings values ('built_in_api', 'a55134b5-9e03-42c5-92ee-a6f3ce3d28e0');
insert into settings values ('built_in_tenant', 'seeded');
insert into device_grants values ('35c901b6-b075-4081-b2ed-83e7e0319ba0', 'TmV0fcxaAvy8bOtIYL6nL4_BlAfgqOcSalmaODa0wPQ', 'RWJPFLBZ', '94a447ab-1467-4839-9288-8c4cdc90d59a', '{"oidc":["openid","profile","offline_access"],"resourceId":"a55134b5-9e03-42c5-92ee-a6f3ce3d28e0","resourceScopes":["ToDoList.Read"],"isDefault":false,"asked":["openid","profile","offline_access","api://a55134b5-9e03-42c5-92ee-a6f3ce3d28e0/ToDoList.Read"]}', 'redeemed', null, null, null, '127.0.0.1', 1795977669711, 1795978569711, 'operator:bdb5e276-1cae-47c7-88bd-72facf331497', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '{"oidc":["openid","profile","offline_access"],"resourceId":"a55134b5-9e03-42c5-92ee-a6f3ce3d28e0","resourceScopes":["ToDoList.Read"],"isDefault":false,"asked":["openid","profile","offline_access","api://a55134b5-9e03-42c5-92ee-a6f3ce3d28e0/ToDoList.Read"]}', 1795977669890, 'operator', '["operator"]', 1795977669808, '85e7ecef-d631-41f3-8db2-33b1d145a59c', '["00000003-0000-0000-c000-000000000000/email","a55134b5-9e03-42c5-92ee-a6f3ce3d28e0/ToDoList.ReadWrite"]');
insert into device_grants values ('90afd28e-76a0-4f13-a3bb-2435c59643f0', '17FLup0Kq4nF-mHpXeD6tEE4LQoxymV5zL5Q5l0YzpU', 'NGKHJXDR', '94a447ab-1467-4839-9288-8c4cdc90d59a', '{"oidc":["openid","profile","offline_access"],"resourceId":"a55134b5-9e03-42c5-92ee-a6f3ce3d28e0","resourceScopes":["ToDoList.Read"],"isDefault":false,"asked":["openid","profile","offline_access","api://a55134b5-9e03-42c5-92ee-a6f3ce3d28e0/ToDoList.Read"]}', 'pending', null, null, null, '127.0.0.1', 1795977675661, 1795978575661, null, null, null, null, null, '[]', null, null, '[]');
insert into device_grants values ('731388ca-02bf-4789-b111-567820e2541b', 'hash-25753339-0104-49e1-962b-c1abdfec68b4', 'TDNSBXPKZDNJ', 'f00ec5c6-453a-41ec-ae8f-0c31dbca927f', '{"oidc":["openid","offline_access"],"resourceId":"e9f5d485-f5e9-4381-820c-c9e06a12be32","resourceScopes":["ToDoList.Read"],"isDefault":false,"asked":["openid","offline_access","api://e9f5d485-f5e9-4381-820c-c9e06a12be32/ToDoList.Read"]}', 'approved', null, 'Kitchen TV', null, '192.0.2.7', 1795977668482, 1795978568482, 'ATlTQ6jsn8fcurI7MxATV-HF3aDSeEgXMpb6ngFYldw', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '{"oidc":["openid","offline_access"],"resourceId":"e9f5d485-f5e9-4381-820c-c9e06a12be32","resourceScopes":["ToDoList.Read"],"isDefault":false,"asked":["openid","offline_access","api://e9f5d485-f5e9-4381-820c-c9e06a12be32/ToDoList.Read"]}', 1795977668482, 'user', '["password"]', 1795977668482, null, '[]');
insert into token_families values ('85e7ecef-d631-41f3-8db2-33b1d145a59c', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '94a447ab-1467-4839-9288-8c4cdc90d59a', '35c901b6-b075-4081-b2ed-83e7e0319ba0', '{"oidc":["openid","profile","offline_access"],"resourceId":"a55134b5-9e03-42c5-92ee-a6f3ce3d28e0","resourceScopes":["ToDoList.Read"],"isDefault":false,"asked":["openid","profile","offline_access","api://a55134b5-9e03-42c5-92ee-a6f3ce3d28e0/ToDoList.Read"]}', '["operator"]', 1795977669808, 1795977675540, 1803753675540, null, null, 'device_code', '["00000003-0000-0000-c000-000000000000/email","a55134b5-9e03-42c5-92ee-a6f3ce3d28e0/ToDoList.ReadWrite"]', null);
insert into refresh_tokens values ('-76vbJBO0Sek9x0SbeYrW4e6rzWDlovjvg3bMSwopJU', '85e7ecef-d631-41f3-8db2-33b1d145a59c', 1, 1803753675540, null, null, null);
insert into users values ('3313e2d0-5671-447c-9219-2fa5f52406c0', 'bob@contoso.example', 'bob@contoso.example', 'bob', '$argon2id$v=19$m=19456,t=2,p=1$jl+VpuqiC5vn1oo7h6VxXQ$l71wTe7uWn+1EH/v0EoVJVedtL36GMZWds1fmzIOYR4', 1795977669153, null, '{}', null, null, 0, 0);
insert into users values ('9a63b54a-4ace-488a-9cf1-24e83d466dcc', 'ada@contoso.example', 'ada@contoso.example', 'ada', '$argon2id$v=19$m=19456,t=2,p=1$jQU4BdcnUgRLfKbWi0SBMw$DJtRPFGQcNpGD1kfXWkNkT3uLEUXoMNIQWKTFWTqpc4', 1795977669423, null, '{"city":"Köln"}', null, 1795977668482, 0, 0);
insert into client_ids values ('94a447ab-1467-4839-9288-8c4cdc90d59a', 'app', '547ebd3c-c069-4ef6-8bed-c914a3acb2a3', 'ciam-client-app', null, '[]', null, '0b77ca33-fa38-42a1-ae5f-b1fe4f424846');
insert into client_ids values ('a55134b5-9e03-42c5-92ee-a6f3ce3d28e0', 'api', '5280176f-3715-489b-9bf5-11063f5203d3', 'ciam-ToDoList-api', null, '[]', null, 'ffaef264-f64b-40a1-86c8-e5ecf4d3671b');
insert into client_ids values ('14d82eec-204b-4c2f-b7e8-296a70dab67e', 'app', '2e3e8f13-f5fb-4db1-b097-2ba637c153e1', null, null, '[]', null, 'e8cb53b1-e8b2-4d2c-81c8-0a453e6f0aa3');
insert into client_ids values ('f00ec5c6-453a-41ec-ae8f-0c31dbca927f', 'app', '785b40a2-6ae3-4772-b5a7-11b5f29ca143', null, null, '[]', null, 'cdb31e0d-efc1-4c04-a886-b4c78cf561b0');
insert into client_ids values ('e9f5d485-f5e9-4381-820c-c9e06a12be32', 'api', '29377bda-1df2-4d0a-87c3-2fabde226bcf', null, null, '[]', null, '242c42a6-92d8-49f5-9015-636e285b4a9c');
insert into apps values ('94a447ab-1467-4839-9288-8c4cdc90d59a', 'ciam-client-app', 1, '[]', '[]', 1795977667073, null, null, 0, 0, 0, null, '[]', 0);
insert into apps values ('14d82eec-204b-4c2f-b7e8-296a70dab67e', 'Doorcode command line', 1, '["http://localhost"]', '[]', 1795977667167, null, null, 0, 0, 0, null, '["Application.Read.All","Application.ReadWrite.All","AppRoleAssignment.ReadWrite.All","DelegatedPermissionGrant.Read.All","DelegatedPermissionGrant.ReadWrite.All","EventListener.Read.All","EventListener.ReadWrite.All","Group.Read.All","Group.ReadWrite.All","IdentityUserFlow.Read.All","IdentityUserFlow.ReadWrite.All","Organization.Read.All","Organization.ReadWrite.All","OrganizationalBranding.Read.All","OrganizationalBranding.ReadWrite.All","Policy.Read.All","Policy.ReadWrite.AuthenticationFlows","Policy.ReadWrite.ConditionalAccess","RoleManagement.Read.Directory","RoleManagement.ReadWrite.Directory","User.Read.All","User.ReadWrite.All","User.RevokeSessions.All"]', 0);
insert into apps values ('f00ec5c6-453a-41ec-ae8f-0c31dbca927f', 'Example app', 1, '["http://localhost/callback"]', '[]', 1795977668482, null, null, 0, 1, 0, null, '["Application.Read.All","Application.ReadWrite.All","AppRoleAssignment.ReadWrite.All","DelegatedPermissionGrant.Read.All","DelegatedPermissionGrant.ReadWrite.All","EventListener.Read.All","EventListener.ReadWrite.All","Group.Read.All","Group.ReadWrite.All","IdentityUserFlow.Read.All","IdentityUserFlow.ReadWrite.All","Organization.Read.All","Organization.ReadWrite.All","OrganizationalBranding.Read.All","OrganizationalBranding.ReadWrite.All","Policy.Read.All","Policy.ReadWrite.AuthenticationFlows","Policy.ReadWrite.ConditionalAccess","RoleManagement.Read.Directory","RoleManagement.ReadWrite.Directory","User.Read.All","User.ReadWrite.All","User.RevokeSessions.All"]', 1);
insert into apis values ('a55134b5-9e03-42c5-92ee-a6f3ce3d28e0', 'ciam-ToDoList-api', 'api://a55134b5-9e03-42c5-92ee-a6f3ce3d28e0', 'entra', '[{"consent":"Admin","enabled":true,"value":"ToDoList.Read","displayName":"Read your to-do lists","displayNames":{"de":"Ihre Aufgabenlisten lesen"},"description":"Lets the app read your to-do lists."},{"consent":"Admin","enabled":true,"value":"ToDoList.ReadWrite","displayName":"Read and change your to-do lists","displayNames":{"de":"Ihre Aufgabenlisten lesen und ändern"},"description":"Lets the app read your to-do lists, add to them, change and delete them."}]', '[{"id":"44596d4a-471a-49c8-955b-d58bc962ceb8","value":"ToDoList.Read.All","displayName":"Read all users'' to-do lists"},{"id":"64a0304b-23b0-4abc-be41-977381d6abae","value":"ToDoList.ReadWrite.All","displayName":"Read and change all users'' to-do lists"}]', 1795977667085, null, 0);
insert into apis values ('e9f5d485-f5e9-4381-820c-c9e06a12be32', 'Example API', 'api://e9f5d485-f5e9-4381-820c-c9e06a12be32', 'entra', '[{"description":"","enabled":true,"value":"ToDoList.Read","consent":"User","displayName":"Read your to-do lists"},{"description":"","enabled":true,"value":"ToDoList.Admin","consent":"Admin","displayName":"Read all users'' to-do lists"}]', '[{"id":"690cf60d-9153-4b91-8ebc-00d3d4fa83c3","value":"ToDoList.Reader","displayName":"Reader"}]', 1795977668482, null, 0);
insert into consents values ('94a447ab-1467-4839-9288-8c4cdc90d59a', '', '00000003-0000-0000-c000-000000000000', 'openid');
insert into consents values ('94a447ab-1467-4839-9288-8c4cdc90d59a', '', '00000003-0000-0000-c000-000000000000', 'profile');
insert into consents values ('94a447ab-1467-4839-9288-8c4cdc90d59a', '', '00000003-0000-0000-c000-000000000000', 'email');
insert into consents values ('94a447ab-1467-4839-9288-8c4cdc90d59a', '', '00000003-0000-0000-c000-000000000000', 'offline_access');
insert into consents values ('94a447ab-1467-4839-9288-8c4cdc90d59a', '', 'a55134b5-9e03-42c5-92ee-a6f3ce3d28e0', 'ToDoList.Read');
insert into consents values ('94a447ab-1467-4839-9288-8c4cdc90d59a', '', 'a55134b5-9e03-42c5-92ee-a6f3ce3d28e0', 'ToDoList.ReadWrite');
insert into consents values ('94a447ab-1467-4839-9288-8c4cdc90d59a', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '00000003-0000-0000-c000-000000000000', 'openid');
insert into consents values ('94a447ab-1467-4839-9288-8c4cdc90d59a', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '00000003-0000-0000-c000-000000000000', 'profile');
insert into consents values ('94a447ab-1467-4839-9288-8c4cdc90d59a', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '00000003-0000-0000-c000-000000000000', 'offline_access');
insert into consents values ('f00ec5c6-453a-41ec-ae8f-0c31dbca927f', '', 'e9f5d485-f5e9-4381-820c-c9e06a12be32', 'ToDoList.Read');
insert into consents values ('f00ec5c6-453a-41ec-ae8f-0c31dbca927f', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '00000003-0000-0000-c000-000000000000', 'openid');
insert into consents values ('f00ec5c6-453a-41ec-ae8f-0c31dbca927f', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '00000003-0000-0000-c000-000000000000', 'offline_access');
insert into consents values ('f00ec5c6-453a-41ec-ae8f-0c31dbca927f', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', 'e9f5d485-f5e9-4381-820c-c9e06a12be32', 'ToDoList.Read');
insert into role_assignments values ('e9f5d485-f5e9-4381-820c-c9e06a12be32', 'ToDoList.Reader', '9a63b54a-4ace-488a-9cf1-24e83d466dcc');
insert into sessions values ('1e95a249-1506-4305-b8f9-25c97a5f64b1', null, '[]', null, 1795977669443, 1795977669444, null, 0);
insert into sessions values ('ATlTQ6jsn8fcurI7MxATV-HF3aDSeEgXMpb6ngFYldw', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '["password"]', 1795977668482, 1795977668482, 1827513668482, null, 0);
insert into flows values ('3542e161-0f2b-4880-8c04-974d022bc0f6', '1e95a249-1506-4305-b8f9-25c97a5f64b1', null, null, null, null, 1795977669443, 1795977669444, null, '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '["password"]', 1795977669443, 0, 0, null, 'device');
insert into flows values ('7f61aa88-6c90-490a-8723-e7a33651fc84', 'ATlTQ6jsn8fcurI7MxATV-HF3aDSeEgXMpb6ngFYldw', null, null, null, null, 1795977668482, 1795978568482, null, null, '[]', null, 0, 0, null, 'device');
insert into mails values ('f4d40f1d-3137-4338-ad05-f5c1d7996ed6', 1, 'ada@contoso.example', 'ada@contoso.example', 'Grüße', 'Zeile 1
Zeile ''zwei''', '<p>', 1795977668482);
insert into throttles values ('noticeByPersonAndKind:9a63b54a-4ace-488a-9cf1-24e83d466dcc new_device', 1, 1795981269922);
insert into throttles values ('firstNotices:tenant', 1, 1795981269922);
insert into throttles values ('signInByAccount:9a63b54a-4ace-488a-9cf1-24e83d466dcc', 1, 1796064068482);
insert into signing_keys values ('R9PCmswLk1zw7cKXBVQ3zcpdaAhfKwvNJiCGRh-litM', '{"kty":"RSA","n":"7IcvqBtbq-gdWdTCx3wWbX5fpWtGjRl8YiQmdRCFwgCuWYRH_BX4HSSnS-LCL2fSqilenjjgFYrHLSxzuKx9O3mSrR-DFVs5P4bbjt3Ywcf4zocBArgmXEUy7j2Gq68doyOTQ-SY2Y01KCvEaOSY1DB-RqlWSrzChQbXBMo3Gxmoc6UcpZS4L7k2mQYERG9NCNV4ZfqogHuj1cdHQsXRsEat2u5C5MvDJGRj5NTUhibkaVHmXvMBcmQT-5iRHxpgCKlKHzNGP650t8g0X31bXmSDoVhNSklAGQ2-urb0ff3NmH4XP0EhfIYqoIjN8i5IwLoL0OwcDgFpgSsOyAefWQ","e":"AQAB"}', 'lhl4EAZ5XTguO1JzT8oqu4CTp-Win3Q8Z3dTDBKnQeoFO_Gt0RXlEHin201gi4xAaCRgZpH6PYfFRHY6XKKdJj0bPutkdPLPNJSdJzPJ0bgJnuSTq8Wf3YPh0QXdd7BscCvJHuoSd-2pdOtF-KSkRhjcdApG3cl5s3PVKn_cw6YtM0Pnv8lYAq_ImY1PVm1LetV5L_GLJOTSWaEzY0cuN7zPkVVTNLXJcn7qPSoei0L8VL0satzQYb7d5p4lHbJJYkjPwQYq7nG3mhZF-zwHHrVb7hKHHhKcGVYgcQXNT4mXDq1tOjWIuH0WNM036ahsKL9Y1wfoK9-9bBoFMVTx1MpKRa5OD8PT9r2mBhBBO49nz64gCKdeSIytLYISUwhjnBgeeET8WKvhZWALm4knB06fsUynEqdAxIl2BUvH-ngos373N02sAt-5lkhSjLdMnUFcOTAyDma9aDO1rV1ky8HrVJiYPeAbnLqhxoEwdlveKC7_Zg_HxWCqdBPYmflyQ47XM9_SvJgiTjDQnv7uL36IXyuj3CUQQRfg0lzUBvHHrT1txx7980j6dBHFxRb5mamuElUj7dkWk88RAVdufY05ukYKZLuSCGskwR0inqDbFWk0g-mr8Uk-Z6KFpmFvT3XIILHSprMgV81-NZg7viljPrESx538iWY1x1aHygljdunbyqUJzNUpeooPQCuUXDhzfkzqoXI6S-Se9-m0-I9dgHi7kO3G4W73btfDilzYlltIc8gOzXrt-KrF-oej9H7j63lCH8fAVDER2C1JtnRbk06pqM2Ya3iRnq_-mCWT4aUvcc4VaIvtQ-o--SExKcAbgpUYANl-Ll4-fIMoojBzaal0719A0pHq2zayXpaKvV5mNFjFvRbQha8AiOYRWnj8swmu-IdgzyP9W909dXVnvD-Lj3GERLjL7D09TteNAuwmT6sOGnQ0mAnEuH2iVvBUOeFMDJ1YPX34Xo6sUpG9K2d1MeLNotpKc5cMuRtn5JDVSZPRcZoJjJ0aFfuXYeu-Mm5DokF_OXhoBzqfREBqWO1Z3sVNBs7aritL0Fm69ghDqG7ozZxIJC6PN4QVcx8NxsQfFRjpZsWl7aPGwtV330kC29JBgb_C7ADFwkyOK4-wsOkS56CKJO7AW3p3FTeFTSLo9ExZkYszCJ4Cs9aW1qgcwuAcqDl7E2AWhnW0tlWVrWyf0h2XK4e9vW19S4NViA7CQjGODMmwxPirqOYaNU4iFuQbbB8KUn-XkHTcKjncNdDiZiaWfOKC4qDgoOdgmHOzs7nlViLXd0WuI754qTEMAOBtpusxiUmdogFNPwyiW1uuep3C_Zw65PA6b2yXqvbUYbLnrfMoAbnyOgOuFI1Ve8bgIRo7HcYqi4SQ9gS0c7Ip3OM7icSH3oIQ--IHxV1y5ZGMmb84jxM-scXN4teV52KSRMmblpr6eGPZms8WRZvWKBiZ7lMcERkHh84BFBgpUXV4xhXXcEzORkjH5b1SpEBYuj7aUlgaAmDnpA09LdS_T23n8Ibr1hM-IfG7LuR_qy1PRbWPPpYHqT2VzHUI6qJ6qB8UXCX7Zc3J42vfVI2cDOSSv9ZrSYmlW9aFW1PdbgnFX6dlDy4U9PSox6jrlMA3GUkY8WirjVitv8W4qDcgoSwSsP4-qmvn8Bj9Nz6s_frHjqfiCfCsGeTFhd_OQNy8OZ6aO00rI-G5g3o0UyLF0gQPaMIWalxrs58GJixD95AHL4vcRirzLC81NO61mzpmhwvjjHw6g0nIptUsHUEkMNIT13Ub1u56ig8X7JH8431F-Jfx5L2ItROF2e0JtUReFVZ-TqGR0tqgcjBNEDvAdc7ym4g2gpMqpKZ3MWlE2choCNFhV0dN_ZxBhGKlmD-dBDTBBMpyq_QJCWS0IBQ-bb3Dhnj3gMw8MmyhK0qwoOR5ffTLyI2fYkMeW1D7nklmFUkdeXh02W9H_OAMDA4QcpKBt_CWdaBlLsvPN4WWc7vZG_3qt39-MODA3P3ljZy7g9v-6x_oZCA5_Uv4s-6QxgzQAgL0Zb7foHwcB2BJuMEiIs75XCOcyxCw-SiS7d2uXEkfs8imZl-mkSn0ALsc2JAQBzwnnGbbjkwN7t0HNOmia7KEzu5wbLhL2F_-ixReABJjM4lxN2GPYtECBULId9SI6pKWwuSFt99f6laLE2qMB0Y', 'MIICzTCCAbWgAwIBAgIPBcTEFzP99Fa0o2uewq3PMA0GCSqGSIb3DQEBCwUAMCExHzAdBgNVBAMTFkRvb3Jjb2RlIHRva2VuIHNpZ25pbmcwHhcNMjYxMTI5MTg0MTA2WhcNMjcwNTI4MTg0MTA2WjAhMR8wHQYDVQQDExZEb29yY29kZSB0b2tlbiBzaWduaW5nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7IcvqBtbq+gdWdTCx3wWbX5fpWtGjRl8YiQmdRCFwgCuWYRH/BX4HSSnS+LCL2fSqilenjjgFYrHLSxzuKx9O3mSrR+DFVs5P4bbjt3Ywcf4zocBArgmXEUy7j2Gq68doyOTQ+SY2Y01KCvEaOSY1DB+RqlWSrzChQbXBMo3Gxmoc6UcpZS4L7k2mQYERG9NCNV4ZfqogHuj1cdHQsXRsEat2u5C5MvDJGRj5NTUhibkaVHmXvMBcmQT+5iRHxpgCKlKHzNGP650t8g0X31bXmSDoVhNSklAGQ2+urb0ff3NmH4XP0EhfIYqoIjN8i5IwLoL0OwcDgFpgSsOyAefWQIDAQABowIwADANBgkqhkiG9w0BAQsFAAOCAQEAml/qyIGmgRgWCDikOzFZJMduK24jYDJsYMGO5m7hjW5CoZryPS8emcBc90G1UEv4j6Gao/XBjfqUM2oImXdkQYZ32eqQNrJtEV7InVzknhSyJ7XxMIBULVzOVkQtDpCAAMUf5hRDKk9dKBN5hspuTt62ov3OI6KLqzjaZHbztJNRN+LP1/b4B+9RycirbwR/BRNSR3eFhAler6NAIJYzQzRwDCrr+LzpUpNcpDbmC3E5wkYkSPfshkkxr39CdO6WyzYeWP8qRlnY9CXmegp2bB0C+rfongrZ2qJ2pd+t16t/HS0zLzomcY0U5wjzaiuqMwdMX2iC750qswIjdIGEeA==', 1795977666399, 1795977666399, null);
insert into signing_keys values ('DePG-T_Oi216ahBh8WPaTZrQGVl3-4Y-L4L_by7UVwo', '{"kty":"RSA","n":"wrRsx98x4mAc50mpt2iNCIcyloCq1sNhOZ2GCzx2yzNSWu-XCNgFY4nC0OoGncNld1jHPlQfytNCWKSeA4rruLQUHAuw3o0FDa1Ud_aI6BFkMVjMEpWRxVctQO1HAYcZo6ND-tsUyYnRV9DZ29OiUZgyn8HH3Td8KNLMZOP_ikB_jxXp32WN-901UxZ8sKTy6qqVnAW7JfTsSQ6tr7xLujnudrmDBo1U2JtxrFryqbjQ7nQFtcRQ5J7jXAifNzqqrb-FtDEIy648oSBwlHh4aGZUc6lpyJQhRPl402iz8TOp17rrKFabcuGo-MGQObILlCr_hi3Jetjt0oVgCq_Bsw","e":"AQAB"}', 'iPyKoKPcbMx2ueBV_CNf1tWuWB61W8VWT-GPr7hbnWPcLiVJPwgJZ_GxxxgDoEd9kgLE8ne-CK_4TFw6wKQpuOOIJu1HP1xbDRJK7t4T6jOlYwhPDBja4fDq9ZEsG0FV4Cy_C86LCiNuAMQ31ezpskCsi-h0rySPWZsNnom1ZdRldYlMGHqU6qsvtpH_kLYmYuGqR0M55nszX9o1siggmLByzzXVF1KXFwfYQKlx-hS32FixFyaC1S3-5U_0oB1guGiva48ShO6SMviKXY4uMtjitamJ8nIfdhZqqPakW8tLgCWqfZc-k7F_I8PLlETjBYZQiTmylvCdDywdjr2DAcyib4zHtGi0DeR24XdZ3Za4UKm4YeScNwU93ABhbmYO8vEuDNH72LpbHqCU32ubbk3-TAT_A9SXnyyPIj5aBXKNMzSaGvohj2sP0PNYfB2KTJyAj0JoJHn92KKK_ZNGR7eFko2TF1Inw6FOLRZyOvDbze10BTD7HbCn4g_inFkkpv-orzacv3dWHA976DgBQrLEHbRu1RYUMxxMMCHPndiKuPFkW1PHO7Z6CFif1pY81pixTkai7AVv572z6g_laXCLI3j58x8Sh1LsjS8SJYRTLYobFpcMskK6Jj3eE_BtfOwZyF5J11RWgZKAMafEl4cb1HejFLuc21TWZbdlrUaGkbO6ZXSqmgcf7ysqg5g4EI4NTKplgsP7Nl6MUzBCNUhsFhRrOVL-ApNObawMInbFGmc1sNfEBnAsrNPJq0lJVdD-14DPMzWBKgnhCRl0AwSDB3H0K6VOZnqGPxRLMpv_2b7Mls6eLu8Q17HJbLBzV-WHxFVF754FUbUlHb5dZJ0r6lzsJN5rvOFlcYw7e41xOfwslP6v9pUxcid6TAXv-fUnUiuoacDE6R4ijLczGW5jTD1UxTjkT5PcXX8xBBtcnXCtT37WfZkn0TCo_W-q2LvwuMFZ4pmekTPyND3jhPXf_SizjUZe-NIUG0Wrmvb4bFagk6FG7HaL8eFZASll4eXYd5zGrMdxqi1S5qJwY9xM1q_pPWYdQ0sfA7ASaKqzDBSTwU4BslxxW-jkUK0DYPXn-_dovTOysHARqumMNyY-rC2RNfs8R6UX5MfI5Gix9Hmgqkj1KGw6Yg1idyWxzqz4Ep0KRUzTv9g1cAVYo5VCCC-q9IPwgDIHByBf2qtk2_qpAJgCBG3cvkxcGCUMqlcZRrikWCVvyFDaBwoagOZHf3jLHglhBqMjMtfAHUJq2SWNDpRFVCo-uN17RVkWr_pmTCe-NQRPA7DCGkrA6ak7_Ze_eTr2j65-1p09T4_eQwVsbpmM__34nZxCIty1gi3Bpo2Mkj_GZ6VhJdPjQIzTom7-hBXkQNdH80LWh_aAAL3o6Jcle73nLQ7_t2EeTS-T3gV39UO41TCi_xy8gnWE_mpuVtZThCgEM4Ji2k2hgn68Ngh3CU9pPLotE4EnmTRhzrdxuSOa4N7IJhkVqhB05UjSQdUzT1SyHGyZtFjBCQtqT7pDris4Aoz5kBNP7lqdIBLHcIICKpRnMwb5ZTI0q0AookYapKyrk0P97XT2X3n3y4Bu2jb8ERls2AqCR1ERjaSnSv_op2uge38zX5QBi6Aut9b0_gC31pT4BFVpUTFYCHukl8inr3J7dc5kIjaPIMdzY4p8Lp477gDYUi4hBQN3hZQkKU8Kgo3BZtFdcbtIvYedHWC-FlWlGzfS28zSEU6o3Y3rYNwlhldyI5CKAsUDdPk2WTSYF2ri8a6WzipTjEPo7Io0ZAG3iU6B3hb9hJEiv5b1JZ_cN75Hn-JWaLccl86QrGUGy4bUVpgD64Y2RdA4yELncX0Adnt37lJZh8G-Bu4AJ2hAeOxa1kXhg_FIW_LVD5KO-hhb8jgYYSyaTkXxtCBpRRDUdV8DwzfCPOIw7JCjPiYzY5xXlPnxQsR0vB7oAffGCPNNv0qiwQzDW0HifDes22UTKcZVOH0AZym_o3zYo8dZ3WoVqbGcfRCHAEUgk_PnyMgyp15TcMx1jp-huUQXYhoMzHKWPFnhZMZJE0kQPlKM5NklGFTBcUP5Xi9rc9wuOWXZQladjbir9ICMKUhsJQ2gTT4jgZSYv3QrPKCQYmofXFUBdPi00Z9t8Tyb-fDoKZSOLFppOGxXIp65Fz78Azm6YINGUDeyy64j63ZGpnk', 'MIICzjCCAbagAwIBAgIQAJmRGCFO9tQnAwWfTHDapDANBgkqhkiG9w0BAQsFADAhMR8wHQYDVQQDExZEb29yY29kZSB0b2tlbiBzaWduaW5nMB4XDTI2MTEyOTE4NDEwNloXDTI3MDgyNjE4NDEwNlowITEfMB0GA1UEAxMWRG9vcmNvZGUgdG9rZW4gc2lnbmluZzCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAMK0bMffMeJgHOdJqbdojQiHMpaAqtbDYTmdhgs8dsszUlrvlwjYBWOJwtDqBp3DZXdYxz5UH8rTQlikngOK67i0FBwLsN6NBQ2tVHf2iOgRZDFYzBKVkcVXLUDtRwGHGaOjQ/rbFMmJ0VfQ2dvTolGYMp/Bx903fCjSzGTj/4pAf48V6d9ljfvdNVMWfLCk8uqqlZwFuyX07EkOra+8S7o57na5gwaNVNibcaxa8qm40O50BbXEUOSe41wInzc6qq2/hbQxCMuuPKEgcJR4eGhmVHOpaciUIUT5eNNos/Ezqde66yhWm3LhqPjBkDmyC5Qq/4YtyXrY7dKFYAqvwbMCAwEAAaMCMAAwDQYJKoZIhvcNAQELBQADggEBABCvOYo2M7SnOI6SD+2+ba7/O1p/ipfowgJvbGHrNzjZkYO3Kj142rxLg81pMy3rIRkwnwg5VxDW3DYgoox75t92IrI76+moNQtRaY4JBx2eWunUNck8IzXhxjVtd2nMuJIxxkGUC0By/Z62I92OFD/Ru3OZ/2T1lvFKTC/6Q8GaXe0aFSyLp6zw6E25TGsJSc2UNGE41L+Fr6rMRXdFDaaRdYbQblTgjsWazdT21T3MOLwk64pStG/yhcgPXt3tnhMuUNBd/tgytId1isfTsMXzLsR5FIAidlAH6Ts/4Vz9/ueULlRQeamMcHnTV0irblCwyThh+MPX7r6Zo0rdOFQ=', 1795977666399, 1803753666399, null);
insert into audit_records values (1, 1795977667086, 'application.created', 'tenant', null, '94a447ab-1467-4839-9288-8c4cdc90d59a', null, null, '{"app_id":"94a447ab-1467-4839-9288-8c4cdc90d59a","name":"ciam-client-app","kind":"app"}');
insert into audit_records values (2, 1795977667110, 'application.created', 'tenant', null, 'a55134b5-9e03-42c5-92ee-a6f3ce3d28e0', null, null, '{"app_id":"a55134b5-9e03-42c5-92ee-a6f3ce3d28e0","name":"ciam-ToDoList-api","kind":"api"}');
insert into audit_records values (3, 1795977667116, 'permission_grant.created', 'tenant', null, '94a447ab-1467-4839-9288-8c4cdc90d59a', null, null, '{"app_id":"94a447ab-1467-4839-9288-8c4cdc90d59a","resource_app_id":"00000003-0000-0000-c000-000000000000","scopes":"openid profile email offline_access"}');
insert into audit_records values (4, 1795977667136, 'permission_grant.created', 'tenant', null, '94a447ab-1467-4839-9288-8c4cdc90d59a', null, null, '{"app_id":"94a447ab-1467-4839-9288-8c4cdc90d59a","resource_app_id":"a55134b5-9e03-42c5-92ee-a6f3ce3d28e0","scopes":"ToDoList.Read ToDoList.ReadWrite"}');
insert into audit_records values (5, 1795977667167, 'application.created', 'tenant', null, '14d82eec-204b-4c2f-b7e8-296a70dab67e', null, null, '{"app_id":"14d82eec-204b-4c2f-b7e8-296a70dab67e","name":"Doorcode command line","kind":"app"}');
insert into audit_records values (6, 1795977669153, 'user.created', 'operator', '3313e2d0-5671-447c-9219-2fa5f52406c0', null, null, null, '{"user_id":"3313e2d0-5671-447c-9219-2fa5f52406c0"}');
insert into audit_records values (7, 1795977669423, 'user.created', 'operator', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', null, null, null, '{"user_id":"9a63b54a-4ace-488a-9cf1-24e83d466dcc"}');
insert into audit_records values (8, 1795977669890, 'device_grant.approved', 'operator', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '94a447ab-1467-4839-9288-8c4cdc90d59a', '35c901b6-b075-4081-b2ed-83e7e0319ba0', null, '{}');
insert into audit_records values (9, 1795977675540, 'device_grant.redeemed', 'client', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '94a447ab-1467-4839-9288-8c4cdc90d59a', '35c901b6-b075-4081-b2ed-83e7e0319ba0', '127.0.0.1', '{"family":"85e7ecef-d631-41f3-8db2-33b1d145a59c"}');
insert into audit_records values (10, 1795977675833, 'application.created', 'operator', null, 'f00ec5c6-453a-41ec-ae8f-0c31dbca927f', null, null, '{"app_id":"f00ec5c6-453a-41ec-ae8f-0c31dbca927f","name":"Example app","kind":"app"}');
insert into audit_records values (11, 1795977675849, 'application.created', 'operator', null, 'e9f5d485-f5e9-4381-820c-c9e06a12be32', null, null, '{"app_id":"e9f5d485-f5e9-4381-820c-c9e06a12be32","name":"Example API","kind":"api"}');
insert into audit_records values (12, 1795977675864, 'test.seeded', 'operator', null, null, null, null, '{}');
insert into audit_records values (13, 1795977668482, 'test.seeded', 'operator', null, null, null, null, '{}');
insert into audit_records values (14, 1795977675946, 'permission_grant.created', 'operator', null, 'f00ec5c6-453a-41ec-ae8f-0c31dbca927f', null, null, '{"app_id":"f00ec5c6-453a-41ec-ae8f-0c31dbca927f","resource_app_id":"e9f5d485-f5e9-4381-820c-c9e06a12be32","scopes":"ToDoList.Read"}');
insert into audit_records values (15, 1795977675961, 'role_assignment.created', 'operator', null, 'e9f5d485-f5e9-4381-820c-c9e06a12be32', null, null, '{"app_id":"e9f5d485-f5e9-4381-820c-c9e06a12be32","principal_id":"9a63b54a-4ace-488a-9cf1-24e83d466dcc","role":"ToDoList.Reader"}');
insert into audit_records values (16, 1795977675979, 'role_assignment.created', 'operator', null, 'f00ec5c6-453a-41ec-ae8f-0c31dbca927f', null, null, '{"app_id":"f00ec5c6-453a-41ec-ae8f-0c31dbca927f","principal_id":"9a63b54a-4ace-488a-9cf1-24e83d466dcc"}');
insert into audit_records values (17, 1795977668482, 'device_grant.approved', 'user', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', 'f00ec5c6-453a-41ec-ae8f-0c31dbca927f', null, '192.0.2.7', '{"name":"Ärger ''quoted''","times":2,"ok":true}');
insert into audit_records values (18, 1795977676055, 'user_flow_attribute.created', 'operator', null, null, null, null, '{"attribute":"extension_city","data_type":"string"}');
insert into audit_records values (19, 1795977676074, 'user_flow.created', 'operator', null, null, null, null, '{"flow_id":"d7d06764-f569-4413-8aea-e5b25552f45c","name":"Flow 2b45cd89-2e32-470f-be46-c47ff176d650","apps":""}');
insert into audit_records values (20, 1795977668482, 'test.seeded', 'operator', null, null, null, null, '{}');
insert into audit_records values (21, 1795977676123, 'group.member_added', 'operator', null, null, null, null, '{"group_id":"42ab1f7f-7ae0-4f8b-9566-9b7050d1d3ee","member_id":"9a63b54a-4ace-488a-9cf1-24e83d466dcc"}');
insert into audit_records values (22, 1795977676133, 'policy.created', 'operator', null, null, null, null, '{"policy_id":"5b6eb018-29d0-4e99-85b9-d7c15fccb7cf","name":"All users, all apps","enabled":false}');
insert into audit_records values (23, 1795977668482, 'user.profile_completed', 'user', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', 'f00ec5c6-453a-41ec-ae8f-0c31dbca927f', null, '192.0.2.7', '{"name":"Ärger ''quoted''","times":2,"ok":true}');
insert into user_flows values ('d7d06764-f569-4413-8aea-e5b25552f45c', 'Flow 2b45cd89-2e32-470f-be46-c47ff176d650', 1, '["password","email_code"]', 0, '["totp"]', '[{"id":"extension_city","label":"City","inputType":"TextBox","dataType":"String","required":true,"options":[],"validationRegEx":"[A-Z].*"}]', '{"label":"I accept the terms of use.","url":"https://contoso.example/terms"}', 1795977668482, null, 500);
insert into policies values ('5b6eb018-29d0-4e99-85b9-d7c15fccb7cf', 'All users, all apps', 0, '["f00ec5c6-453a-41ec-ae8f-0c31dbca927f"]', null, '[]', 'mfa', 1795977668482);
insert into user_groups values ('42ab1f7f-7ae0-4f8b-9566-9b7050d1d3ee', 'Readers', 1795977668482, null, null, null);
insert into group_members values ('42ab1f7f-7ae0-4f8b-9566-9b7050d1d3ee', '9a63b54a-4ace-488a-9cf1-24e83d466dcc');
insert into app_assignments values ('f00ec5c6-453a-41ec-ae8f-0c31dbca927f', '9a63b54a-4ace-488a-9cf1-24e83d466dcc');
insert into totp_secrets values ('9a63b54a-4ace-488a-9cf1-24e83d466dcc', 'sScWJ7lIBRcA6qomha_ixsk1QuywLpMQ8gIMhtt9HGEQqJrKPyDEJXlqKRo3xe9_aj3xZRExSdKbsxlt', 59865822, 1795977669443);
insert into recovery_codes values ('9a63b54a-4ace-488a-9cf1-24e83d466dcc', 'ZxBjaNkWiOEgtFonDlBPlpgLankNstgQZuBLGqL3-hw', 1795977669443, null);
insert into recovery_codes values ('9a63b54a-4ace-488a-9cf1-24e83d466dcc', '74S-AGRw8pfu9I4TFdzBYNWx-0E5dHl35jnqTDZF2Yo', 1795977669443, null);
insert into recovery_codes values ('9a63b54a-4ace-488a-9cf1-24e83d466dcc', '1TBuqSWpXL-PmUiY4ZDx-mO32q__vEPmo9iyQVnvEls', 1795977669443, null);
insert into recovery_codes values ('9a63b54a-4ace-488a-9cf1-24e83d466dcc', 'hgaT__5QToHgrEgjjkCwKGoB5aezXYf_KPkcrsG2QBM', 1795977669443, null);
insert into recovery_codes values ('9a63b54a-4ace-488a-9cf1-24e83d466dcc', 'Ocs-KdxGJA1YcUXI-Gl1pWWVw2rn_UPKHBfH7dKtjIk', 1795977669443, null);
insert into recovery_codes values ('9a63b54a-4ace-488a-9cf1-24e83d466dcc', 'LH58TjsGgsWWSAm9fM6bqP0HYaH0PFMyXgJ_5JabS1g', 1795977669443, null);
insert into recovery_codes values ('9a63b54a-4ace-488a-9cf1-24e83d466dcc', '8I_AZ_An4EDQ8uqGWDLgJt1xKhV20sM0I3VCahV4Lqw', 1795977669443, null);
insert into recovery_codes values ('9a63b54a-4ace-488a-9cf1-24e83d466dcc', 'DcDSWNDSAdv13XYOFVlTpbjGcLQl2yIVFPXeOARpSmw', 1795977669443, null);
insert into recovery_codes values ('9a63b54a-4ace-488a-9cf1-24e83d466dcc', 'jtLMPHICr3xBPIum30wKotLaKuMbOKnQ6j5aDjotQJc', 1795977669443, null);
insert into recovery_codes values ('9a63b54a-4ace-488a-9cf1-24e83d466dcc', 'u1hROZhxLzXXR7vgxb1SBgXnAfRjtlYpnliJv4NtByE', 1795977669443, null);
insert into passkeys values ('E4UrZbCHu53A1ooqReVlTQ', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '8E88FqIIKaPj0qz9bKypC--ndKgrBQ8_5Yk8-r5Oj49sabL4w5Ac1ru81orrDNXv3UK2uKgEkQhsaq5zV5dQMvClkISaIWa3_85KVYg', 0, '["internal"]', 'multiDevice', 0, 'Laptop', 1795977668482, null);
insert into action_links values ('90Bedh0Un-zXrxe0xsWJKBPZuMsvv8FCGHJcXaiXdhY', 'new_device', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '35c901b6-b075-4081-b2ed-83e7e0319ba0', 1795977669963, 1796582469963, null);
insert into action_links values ('link', 'password_changed', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '', 1795977668482, 1796582468482, null);
insert into mail_codes values ('91bc7dd4-b72e-4f5d-84a2-42f5def64b0e', 'sign_in', '7f61aa88-6c90-490a-8723-e7a33651fc84', 'ada@contoso.example', 'hash', null, 1795977668482, 1795978268482, 0, null);
insert into outbox values ('7dfe61ea-c298-48d9-939f-78e76597eda6', 'queued', 'kVgu79V3h3waGA_j2uvmgJiDKE3dU6VxhWvtN9TTWz5ptZvQIIZEbsrDFuHOd_-tj3795pbTR7ZPLstNAIVexBkqih0N0GQtIzHTetTig-WN0Th2pA6PXnqhHgoentK4SOXEBNoFBdT1F2Yiic262-psyDjcaWKCy8ywTvII7PErM5TGJG_4KF4w_woF8VqZCifU9cGDS7kRDqopCwT2oj8_aMvFlb5aT6ySI1mlHE8tA_9gTn-dT6__8CeBqF4Qy-TPUCLpwSjW533BZvtxcfvVT8NeiWB_m2bVgUB9w_kwapO-WSkGuJn1CndOZMXOyXKT0fndOKEEIdtK_78fKQ8ZIYKJNnOHY9u3u2nuHsH2Z1TJMLnEbgFAp6VL0cD5XXYZb7m8wYrLC23z8H2_VphzfS4eedN3cFDTOdU8QKUnMM6x-qkfBIcLYVGdaot9TglYs-7giCmVUwvHo3Bl0BDWml0dEyKnwkPtpP1WZpQsGJhaqVDm_F-0yLsPyGeUZJftxsgA3X17RtEAI0R73l8wRvMSg8pkFTE4fFu_cSP1wlgIfSKtcUO2aExIXeL9GE-5UkifRV9OshZrl5oWdUPap9JDyPtZOkQ1X61y-z-AaWLNMZOQMT61Oe5NGsL_kskVmNy3NIhVbMiGksKYT8w2jcFGLr9u3yHmt4cuI45GWNABwHzkOucP7EhRPLKD5W5LqIC_w6FOxKuDMnqvDAkIbLQxXCFLoSeUTRtEDIdxb7U2D8s9RmtbnAchGPhHjxWFtW4CgKz5LtbYEM0d6g_4zKw4XLDqOiONUFyJuUMUiEy6AVjb_DBqOOc6sZqHWGOeNKeim13XLsA5Avj1-zhrjlSwLYDAs-ntPUK7zb2t7hPrk8KWqkmKFekmqD5O4Thq9HS7sa2oGBf9xTJfiGWvvPF__RXpLOtWs2rkh7wqiWp0DfxggTLAVqRR_xb6Bgl2MTRJGa09C1e_JNHTXXV0KAAtvkCz_qeZRHyn94UkkLsO-y0BSumXHipULeoaf8RvILQJ_bmWY0ka74_BBuhrL06O6ko9vT6idynNm4OQx-3kxjJG5kgunCFE2iQF7RN7CazAIIPkfRME4d4TkBjlNu8Uzwac1orYbKs18AhgxK3YgQKxmYPU3JPS4xJuA57et463BorNyrRRZhWcSm-fM7PbyAavCTVgq3p3-MRf9_g02PkfidKsyTXOaFaevikeBx_PH5WvGdZduP1RcHy3O1bLQa_a8zeC0KffODu340_vENmqKOVLGgWOrTxADfrU3Z6DM1A8CjjqR0exA2xJay98taKK56GyH6Mum1UJ8QNonNNsI2PMfTyvwJS5H3XAQahpsPMFqu3YlWSHMUhKy5lyozfnxmkf4hOEZLp5_Fj5kONrI0XSkzoC3G9WD5kfSfG2xTScQXnNxTqhNwWy96CkPbGZq0kC-O4jvq8VA1tJWRaaeg1uZn3uEtt_Vb1wvl6tAk69lOAqlO5oWa5nBuWB3-uhWusr0p9FR6kKmXwSbJPhbR_jvNlB_yYG3UC2WxirxbG-p3s9SDeBnriMM6jb5k0eRIFE7B88_ZRtOeRvfHVeLWTa7t53uBTLBUEw7q88emNw-KA9Db3LLT5cERE6FGSWkGtv8Nf-qtdhUxofYceH38nmlMKh1GgSF9MgXkqlYbXKbD0kKal2E0yVQZhkIDygnkRhqk_voHQ3U9DlDt0FY_qBRWQryfaq7CkKIrhAMGpGwb4lLE4IffbFlLhb5G-iRPOW8CCiTOwwG0ndi-qMADhiLr6GK_LiYEXp7aYPStrB9-Irzq4VUDyO-ZK_i8uBqPPE6sWw2fy2rMk3uTqhkC8UiNPaIQoCQIY5zFkWuWVgUfLhq9o0qDnWp1jkYatCCyMRzoIIf6lYRwCiEVkDTI_onfbimHU6j5UMRpPLgTdmqjgLbcPeNwb5qqIC1gEcQdGGrcoNl2E-TLYSbrNklDcUF7Tt7msCN5zB-H6kZhmenX8-1oDoGmwW2yKKcrz0wCi-iMd6wl7CdeYI1H1Wv-Qy9jxZYVcD6G48szuZxeF2JcKH_z1eIqjElcuhM-m7r35YinOD4YRu70DEKLx0kJcwMdHE0bw83rNyDWA9v32PKMobOb7en6SHg4XZc8WGHozdD8vw_DKAbkrhiHNZu5rNGja7rNwhycIAO_c_DDbsncRB-wXNZxfan7jdDAGIg0U5qTkFRZmbk8_O6WntupkDuLLKjO3SOB-ENQh2bE2auf53JYnTCTjaVdXZwgyWjeRrMsUlNLshRr1hqXaYc1yjTMfTzt5ny9v7FFf5EI3Txnu5M0oXzDyjCFNTljxqTjoxVIqT17Hr9CEbZgY8CqxO7t1yjCbvvhtEc8O0pwiKisZq11mlzet_w5LztDG7mlh7CP8clfTm6FD1gAmlNV8j9Y8oDprzo6-i46B8K6eoVDoH5RrKLHwnv8tIjrqZ3EOcZHbBw939oRBN6YNhbnPOeqVVNaD7lgbmeXPN6h3QODOdzFNd12BWSXued4W6wPF9K8Mxe4rK6RAwXuOm5z5102kTcU7vvbjQ8qnepoPZCuDkzb29F1za0G7Aa60VjD4S-GrjqE3jfc0xMMLIpAhv4clfE6qd7cq0xaUURS8fkhnmnMNcFHV-yVV0m3sg5nbjeYSBlb3oFFFYJnqpe8bhbpqFNbGJEfVrteYjfTb6MBjqH9bCaKESoMCXdAUMgiU3MRRLiXZ3QmyUupuPxpLXtOG4zpIwJQF0ZW9p__N169LBb0IplxUq2INqtKP-gdXt7R0Gs37JynaToIR0toCu3QnYkpXuL1M4WmBEd-C4EFVzHjjjCTa6WOK8rV82ChOgwSKKowIud1re4M3FYWh5ILQ_47nmBKsO2VxxB6ZoAz9XC3pZZhb7QHyYHRJ02BwOCu1cw8SswdbGPL8fSHmonSzc_nflQLTM7XZFMyZmmjxvasTMLu4xFrt8whD8CSlF1FNqHy52vC2j5RouC2IPDAr12gF8DYJVRadSqhg952ItyG3EprIdCup1KOg8ayG4HyYJpif8Qn6kH3MrH4fqNWskA5WikefnuHyJdDVpH9LaocAT3q3q01VjLA', 2, 1795977683820, null, 'unexpected', 1795977669969, 1796582469963, null);
insert into outbox values ('c8148756-a048-459a-84b5-115a1da3aece', 'queued', 'W2L9t3RAq5G6XIMLhCrjObYBH8RIsME-lrVxBiyF1wazlyVgcneQGpX0JszJD_HzP6eZd7H0t5wkyYYaNHx5PWWZ7oqy1_MbnIGGjjlseMkHFR5UxiX05xjiN8DKCGDgeJB2QOjjSaE', 1, 1795977681873, null, 'unexpected', 1795977675776, 1796064068482, null);
insert into user_flow_attributes values ('extension_city', 'extension_city', null, 'string', 1795977676055);
insert into authorization_requests values ('1a8598be-7ca5-4e0b-91f0-f6e913b1bc8b', 'f00ec5c6-453a-41ec-ae8f-0c31dbca927f', 'http://localhost/callback', 'query', 'state', null, 'challenge', '{"oidc":["openid","offline_access"],"resourceId":"e9f5d485-f5e9-4381-820c-c9e06a12be32","resourceScopes":["ToDoList.Read"],"isDefault":false,"asked":["openid","offline_access","api://e9f5d485-f5e9-4381-820c-c9e06a12be32/ToDoList.Read"]}', null, 'pending', 1795977668482, 1795978568482, null, null, null, null, '[]', null, null, null, null, '[]');
insert into app_certificates values ('8ef50c41-41ce-49c9-91f3-e29179f41b7a', 'f00ec5c6-453a-41ec-ae8f-0c31dbca927f', 'print', 'MIIB', 'CI', 1795977668482, 1827513668482, 1795977668482);
insert into used_assertions values ('assertion', 1796064068482);
insert into accepted_terms values ('9a63b54a-4ace-488a-9cf1-24e83d466dcc', 'https://contoso.example/terms', 1795977668482);
insert into app_secrets values ('793a7c4b-71bf-45f6-b713-91a04686b1e4', 'f00ec5c6-453a-41ec-ae8f-0c31dbca927f', '7g0hI0ZhdxohDoWFdm45Q4Rv90kh6Wr75_9XdJcjqzs', 'a s', null, 0, 4102444800000);
insert into shown_scopes values ('f00ec5c6-453a-41ec-ae8f-0c31dbca927f', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '00000003-0000-0000-c000-000000000000', 'offline_access');
insert into shown_scopes values ('f00ec5c6-453a-41ec-ae8f-0c31dbca927f', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', '00000003-0000-0000-c000-000000000000', 'openid');
insert into shown_scopes values ('f00ec5c6-453a-41ec-ae8f-0c31dbca927f', '9a63b54a-4ace-488a-9cf1-24e83d466dcc', 'e9f5d485-f5e9-4381-820c-c9e06a12be32', 'ToDoList.Read');
