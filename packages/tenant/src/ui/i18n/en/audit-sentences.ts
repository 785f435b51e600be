import type { Refusal } from "../../../directory/access-rules.ts";
import type { AuditEvent } from "../../../storage/audit-events.ts";
import { type Html, html } from "../../html.ts";

/** German has a word for what has no name in the dative, after “von”, “aus” and others. English needs no such form. */
export type GrammarCase = "plain" | "dative";

/** What a sentence about an audit record can name. Each part is markup or a plain word. */
export interface SentenceParts {
  /** Name of the app that the record is about. */
  app: Html;
  appDative: Html;
  /** The user whom the record is about, or the group or app that got or lost a role. */
  user: Html;
  userDative: Html;
  /** The role that was given or taken. Nothing: the app may be used. */
  role: Html | null;
  /** How the user signed in, or tried to. */
  method: string;
  /** Why something was refused. */
  why: string;
  /** Name of the changed object. Nothing, if it was deleted, or the record has none. */
  name: Html | null;
  /** What an operator's token was for: `export` or `apply`. Nothing: for whatever the operator does with it. */
  purpose: string | null;
}

/** Each event of the audit log as a sentence. */
export const auditSentences = {
  "administrator.added": ({ user }) => html`${user} became an administrator`,
  "administrator.recovered": ({ user }) => html`${user} was made an administrator from the command line`,
  "administrator.removed": ({ user }) => html`${user} is no longer an administrator`,
  "app.certificate_added": ({ app }) => html`${app} got a certificate`,
  "app.certificates_removed": ({ app }) => html`${app} lost its certificates`,
  "app.secret_added": ({ app }) => html`${app} got a secret`,
  "app.secret_removed": ({ app }) => html`${app} lost a secret`,
  "app_token.issued": ({ app }) => html`${app} got a token of its own, without a user`,
  "application.changed": ({ app, name }) => html`App changed: ${name ?? app}`,
  "application.created": ({ app, name }) => html`App registered: ${name ?? app}`,
  "application.deleted": ({ app, name }) => html`App deleted: ${name ?? app}`,
  "authenticator.added": ({ user }) => html`${user} added an authenticator app`,
  "authenticator.removed": ({ user }) => html`${user} removed the authenticator app`,
  "authorization.approved": ({ app, user }) => html`${user} approved ${app} in a browser`,
  "authorization.denied": ({ app, user }) => html`${user} declined ${app} in a browser`,
  "authorization.redeemed": ({ app, user }) => html`${app} got its tokens, signed in as ${user}`,
  "authorization.refused": ({ app, user, why }) => html`${app} gets no tokens for ${user}: ${why}`,
  "authorization_code.reused": ({ app }) => html`${app} used a code twice, so its sign-in has ended`,
  "branding.changed": () => html`The look of the pages was changed`,
  "device_grant.approved": ({ app, user }) => html`${user} approved ${app}`,
  "device_grant.denied": ({ app, user }) => html`${user} declined ${app}`,
  "device_grant.expired": ({ app }) => html`The request of ${app} was ended early`,
  "device_grant.redeemed": ({ app, user }) => html`${app} got its tokens, signed in as ${user}`,
  "device_grant.refused": ({ app, user, why }) => html`${app} gets no tokens for ${user}: ${why}`,
  "device_grant.used_twice": ({ app }) => html`Two users entered the code of ${app}, so it was refused`,
  "group.changed": ({ name }) => html`Group changed${name && html`: ${name}`}`,
  "group.created": ({ name }) => html`Group created${name && html`: ${name}`}`,
  "group.deleted": ({ name }) => html`Group deleted${name && html`: ${name}`}`,
  "group.member_added": ({ user, name }) => html`${user} was added to ${name ? html`the group ${name}` : "a group"}`,
  "group.member_removed": ({ user, name }) =>
    html`${user} was removed from ${name ? html`the group ${name}` : "a group"}`,
  "lifetimes.changed": () => html`How long sign-ins last was changed`,
  "audit_log.downloaded": () => html`Records of the audit log were downloaded`,
  "operator_token.issued": () => html`The operator got a token to administer the tenant`,
  "organization.changed": () => html`The tenant was changed`,
  "passkey.added": ({ user }) => html`${user} added a passkey`,
  "passkey.counter_went_back": ({ user }) => html`A passkey of ${user} may have been copied`,
  "passkey.removed": ({ user }) => html`${user} removed a passkey`,
  "passkey.renamed": ({ user }) => html`${user} renamed a passkey`,
  "permission_grant.changed": ({ app }) => html`Permissions of ${app} were changed`,
  "permission_grant.created": ({ app }) => html`Permissions were granted to ${app}`,
  "permission_grant.deleted": ({ app }) => html`Permissions were taken from ${app}`,
  "policy.changed": ({ name }) => html`Policy changed${name && html`: ${name}`}`,
  "policy.created": ({ name }) => html`Policy created${name && html`: ${name}`}`,
  "policy.deleted": ({ name }) => html`Policy deleted${name && html`: ${name}`}`,
  "recovery_codes.replaced": ({ user }) => html`${user} got new recovery codes`,
  "refresh_token.refused": ({ app, user, why }) => html`${app} renews nothing for ${user}: ${why}`,
  "refresh_token.repeated": ({ app, user }) => html`${app} renewed twice with the same token for ${user}`,
  "refresh_token.reused": ({ app, user }) => html`${app} used an old token, so the sign-in of ${user} has ended`,
  "refresh_token.rotated": ({ app, user }) => html`${app} renewed its tokens for ${user}`,
  "role_assignment.created": ({ user, role, app }) =>
    role ? html`${user} got the role ${role} of ${app}` : html`${user} was assigned to ${app}`,
  "role_assignment.deleted": ({ user, role, app }) =>
    role ? html`${user} lost the role ${role} of ${app}` : html`${user} is no longer assigned to ${app}`,
  "service_principal.changed": ({ app }) => html`Service principal of ${app} changed`,
  "service_principal.created": ({ app }) => html`Service principal of ${app} created`,
  "sign_in.renamed": ({ user }) => html`${user} renamed a device`,
  "sign_in.revoked": ({ app, user }) => html`The sign-in of ${user} in ${app} was ended`,
  "sign_up_settings.changed": () => html`The sign-up settings were changed`,
  "signing_key.retired": () => html`A signing key was retired`,
  "signing_key.rotated": () => html`The next signing key takes over`,
  "tenant.issuer_changed": () => html`The address of the tenant was changed`,
  "tenant.moved": () => html`The tenant was moved to another store`,
  "tenant.restored": () => html`The tenant was restored from a backup`,
  "tenant.seal_key_replaced": () => html`The seal key was replaced`,
  "tenant.sign_ins_ended": () => html`All sign-ins were ended`,
  "testing.clock_moved": () => html`A tester moved the clock`,
  "testing.fault_added": () => html`A tester added a fault`,
  "testing.faults_cleared": () => html`A tester ended faults`,
  "testing.snapshot_created": () => html`A tester created a snapshot of the tenant`,
  "testing.snapshot_deleted": () => html`A tester deleted a snapshot`,
  "testing.snapshot_restored": () => html`A tester returned the tenant to a snapshot`,
  "testing.token_issued": ({ app, user }) => html`A tester got a token of ${app} for ${user}`,
  "user.changed": ({ user }) => html`Details of ${user} were changed`,
  "user.consent_withdrawn": ({ app, user }) => html`${user} took access away from ${app}`,
  "user.created": ({ user }) => html`${user} was added`,
  "user.deleted": ({ user }) => html`The account of ${user} was deleted`,
  "user.data_downloaded": ({ user }) => html`${user} downloaded their data`,
  "user.details_given": ({ user }) => html`${user} gave the details that an app asks for`,
  "user.disowned": ({ user }) => html`${user} reported “this wasn’t me”`,
  "user.email_changed": ({ user }) => html`The email address of ${user} was changed`,
  "user.email_restored": ({ user }) => html`The email address of ${user} was taken back`,
  "user.factors_reset": ({ user }) => html`The sign-in methods of ${user} were reset`,
  "user.links_voided": ({ user }) => html`Links in earlier emails to ${user} were switched off`,
  "user.made_administrator": ({ user }) => html`${user} became an administrator`,
  "user.password_changed": ({ user }) => html`The password of ${user} was changed`,
  "user.password_limit_lifted": ({ user }) => html`Passwords of ${user} were allowed again, after too many wrong ones`,
  "user.password_reset": ({ user }) => html`${user} chose a new password by email`,
  "user.password_voided": ({ user }) => html`The password of ${user} was switched off`,
  "user.second_factor_failed": ({ user, method }) => html`The second step of ${user} failed: ${method}`,
  "user.second_factor_passed": ({ user, method }) => html`${user} passed the second step: ${method}`,
  "user.sign_in_failed": ({ user, method }) => html`The sign-in of ${user} failed: ${method}`,
  "user.sign_ins_ended": ({ user }) => html`All sign-ins of ${user} were ended`,
  "user.signed_in": ({ user, method }) => html`${user} signed in: ${method}`,
  "user.signed_out": ({ user }) => html`${user} signed out in a browser`,
  "user.signed_up": ({ user }) => html`${user} signed up`,
  "user_flow.app_added": ({ app, name }) =>
    html`${app} was added to ${name ? html`the user flow ${name}` : "a user flow"}`,
  "user_flow.app_removed": ({ app, name }) =>
    html`${app} was removed from ${name ? html`the user flow ${name}` : "a user flow"}`,
  "user_flow.changed": ({ name }) => html`User flow changed${name && html`: ${name}`}`,
  "user_flow.created": ({ name }) => html`User flow created${name && html`: ${name}`}`,
  "user_flow.deleted": ({ name }) => html`User flow deleted${name && html`: ${name}`}`,
  "user_flow_attribute.changed": ({ name }) => html`Attribute changed${name && html`: ${name}`}`,
  "user_flow_attribute.created": ({ name }) => html`Attribute created${name && html`: ${name}`}`,
  "user_flow_attribute.deleted": ({ name }) => html`Attribute deleted${name && html`: ${name}`}`,
} satisfies Record<AuditEvent, (parts: SentenceParts) => Html> as Record<AuditEvent, (parts: SentenceParts) => Html>;

/**
 * Of events whose sentence has their user as the one who acts: the sentence if the operator or an administrator did it. `by` is
 * at its beginning. All other sentences say what happened, and get `auditWords.by` at their end.
 */
export const auditSentencesByOthers: Partial<Record<AuditEvent, (parts: SentenceParts & { by: Html }) => Html>> = {
  "administrator.added": ({ by, user }) => html`${by} made ${user} an administrator`,
  "administrator.removed": ({ by, user }) => html`${by} took the rights of an administrator from ${user}`,
  "app.certificate_added": ({ by, app }) => html`${by} added a certificate to ${app}`,
  "app.certificates_removed": ({ by, app }) => html`${by} removed the certificates of ${app}`,
  "app.secret_added": ({ by, app }) => html`${by} added a secret to ${app}`,
  "app.secret_removed": ({ by, app }) => html`${by} removed a secret of ${app}`,
  "authenticator.added": ({ by, user }) => html`${by} added an authenticator app for ${user}`,
  "authenticator.removed": ({ by, user }) => html`${by} removed the authenticator app of ${user}`,
  "authorization.approved": ({ by, app, user }) => html`${by} approved ${app} for ${user}`,
  "authorization.denied": ({ by, app }) => html`${by} declined ${app}`,
  "device_grant.approved": ({ by, app, user }) => html`${by} approved ${app} for ${user}`,
  "device_grant.denied": ({ by, app }) => html`${by} declined ${app}`,
  "operator_token.issued": ({ by, purpose }) =>
    purpose === "export"
      ? html`${by} read the tenant as a file`
      : purpose === "apply"
        ? html`${by} began to apply a tenant file`
        : html`${by} got a token to administer the tenant`,
  "passkey.added": ({ by, user }) => html`${by} added a passkey for ${user}`,
  "passkey.removed": ({ by, user }) => html`${by} removed a passkey of ${user}`,
  "passkey.renamed": ({ by, user }) => html`${by} renamed a passkey of ${user}`,
  "recovery_codes.replaced": ({ by, user }) => html`${by} replaced the recovery codes of ${user}`,
  "role_assignment.created": ({ by, user, role, app }) =>
    role ? html`${by} gave ${user} the role ${role} of ${app}` : html`${by} assigned ${user} to ${app}`,
  "role_assignment.deleted": ({ by, user, role, app }) =>
    role
      ? html`${by} took the role ${role} of ${app} from ${user}`
      : html`${by} ended the assignment of ${user} to ${app}`,
  "sign_in.renamed": ({ by, user }) => html`${by} renamed a device of ${user}`,
  "signing_key.rotated": ({ by }) => html`${by} let the next signing key take over`,
  "testing.clock_moved": ({ by }) => html`${by} moved the clock`,
  "testing.fault_added": ({ by }) => html`${by} added a fault`,
  "testing.faults_cleared": ({ by }) => html`${by} ended faults`,
  "testing.snapshot_created": ({ by }) => html`${by} created a snapshot of the tenant`,
  "testing.snapshot_deleted": ({ by }) => html`${by} deleted a snapshot`,
  "testing.snapshot_restored": ({ by }) => html`${by} returned the tenant to a snapshot`,
  "testing.token_issued": ({ by, app, user }) => html`${by} got a token of ${app} for ${user}`,
  "user.consent_withdrawn": ({ by, app, user }) => html`${by} took access to the account of ${user} away from ${app}`,
  "user.data_downloaded": ({ by, user }) => html`${by} downloaded the data of ${user}`,
  "user.details_given": ({ by, user }) => html`${by} gave the details of ${user} that an app asks for`,
  "user.disowned": ({ by, user }) => html`${by} reported “this wasn’t me” for ${user}`,
  "user.made_administrator": ({ by, user }) => html`${by} made ${user} an administrator`,
  "user.password_reset": ({ by, user }) => html`${by} chose a new password of ${user}`,
  "user.second_factor_passed": ({ by, user, method }) => html`${by} passed the second step of ${user}: ${method}`,
  "user.signed_in": ({ by, user, method }) => html`${by} signed in as ${user}: ${method}`,
  "user.signed_out": ({ by, user }) => html`${by} signed ${user} out in a browser`,
  "user.signed_up": ({ by, user }) => html`${by} signed up ${user}`,
};

/** The words that fill the sentences. */
export const auditWords = {
  someApp: { plain: "an app", dative: "an app" },
  unknownApp: {
    plain: (id: string) => html`the unknown app ${id}`,
    dative: (id: string) => html`the unknown app ${id}`,
  },
  someUser: { plain: "an unknown user", dative: "an unknown user" },
  deletedObject: {
    plain: (id: string) => html`the deleted object ${id}`,
    dative: (id: string) => html`the deleted object ${id}`,
  },
  theOperator: "The operator",
  deletedUser: {
    plain: (id: string) => html`the deleted user ${id}`,
    dative: (id: string) => html`the deleted user ${id}`,
  },
  methods: {
    password: "password",
    email_code: "emailed code",
    passkey: "passkey",
    app: "authenticator app",
    totp: "authenticator app",
    email: "emailed code",
    email_second_factor: "emailed code as second step",
    recovery_code: "recovery code",
    operator: "approved by the operator",
    none: "new account",
  } as Record<string, string>,
  why: {
    user_unknown: "the user was deleted",
    user_disabled: "the user is disabled",
    app_unknown: "the app was deleted",
    app_disabled: "the app is disabled",
    grant_not_allowed: "the app may not sign in this way",
    login_required: "a more recent sign-in is needed",
    not_assigned: "the user is not assigned to the app",
    sign_in_method_required: "another sign-in method is needed",
    second_factor_required: "a second factor is needed",
    details_required: "details of the user are missing",
    administrator_required: "only an administrator may",
    administration_not_allowed: "the app may not administer",
    scope_unavailable: "the API or its scope no longer exists",
    consent_required: "there is no consent",
    withdrawn: "it was withdrawn",
  } satisfies Record<Refusal | "withdrawn", string> as Record<string, string>,
  by: {
    operator: "by the operator",
    throughGraph: "through Microsoft Graph",
    inConsole: "in the console",
    graph: (caller: Html) => html`by ${caller}, through Microsoft Graph`,
    console: (caller: Html) => html`by ${caller}, in the console`,
  },
};
