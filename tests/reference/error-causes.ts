// Causes and remedies of errors with messages that are made where they are thrown. The compiler requires every code.
import type { GuardErrorCode } from "../../packages/guard/src/errors.ts";
import type { PrepareErrorCode } from "../../packages/prepare/src/prepare-error.ts";
import type { TenantErrorCode } from "../../packages/tenant/src/kernel/tenant-error.ts";
import type { MailError } from "../../packages/tenant/src/mail/mailer.ts";
import type { StoreErrorCode } from "../../packages/tenant/src/storage/store-error.ts";
import type { CommandErrorCode } from "./symptoms.ts";

export const prepareCauses: Record<PrepareErrorCode, string> = {
  graph_denied: "The account or app lacks a permission or a directory role.",
  graph_unauthenticated: "Microsoft Graph does not accept the token.",
  graph_throttled: "Microsoft Graph is receiving too many requests.",
  graph_unreachable: "Microsoft Graph cannot be reached.",
  graph_refused: "Microsoft Graph rejected a request.",
  graph_misbehaved: "The response is not from Microsoft Graph.",
  graph_conflict: "The tenant keeps changing during the run.",
  interrupted: "The run was interrupted.",
  ambiguous: "Several objects in the tenant match one key of the file.",
  conflicts_with_tenant: "The file contradicts an object in the tenant.",
  not_for_entra: "The file has a member that Entra does not support.",
  password_missing: "The environment variable of `passwordFrom` is not set.",
  wrong_plan: "The plan was created for another tenant.",
};

export const guardErrors: Record<GuardErrorCode, readonly [status: number, cause: string, remedy: string]> = {
  token_missing: [401, "The request has no bearer token.", "Send `Authorization: Bearer <access token>`."],
  authorization_malformed: [
    400,
    "The `Authorization` header is not exactly one bearer token.",
    "Send one header with one token.",
  ],
  token_too_large: [401, "The token has more than 16,384 characters.", "Ask the issuer for fewer claims."],
  token_malformed: [401, "The token is not a signed JWT.", "Send the token as it was issued."],
  algorithm_refused: [
    401,
    "The signing algorithm does not belong to the configured profile.",
    "Check the guard's `profile`.",
  ],
  type_refused: [401, "The `typ` header does not belong to the configured profile.", "Check the guard's `profile`."],
  issuer_unknown: [401, "The token is from an issuer that is not configured.", "Sign in at the configured issuer."],
  key_unknown: [
    401,
    "The signing key is not among the issuer's keys, or several keys match.",
    "Sign in again; right after a key change, try again after 30 seconds.",
  ],
  signature_invalid: [401, "The signature is wrong.", "Send the token as it was issued."],
  id_token_refused: [401, "The token is an ID token.", "Send the access token."],
  claim_missing: [401, "A required claim is missing or unusable.", "Check the guard's `profile`."],
  version_refused: [
    401,
    "The token is not a version 2.0 token.",
    "Set `requestedAccessTokenVersion` to 2 in the API's registration.",
  ],
  audience_refused: [401, "The token is for another API.", "Request this API's scopes."],
  tenant_refused: [401, "The token is from another tenant.", "Sign in at the API's tenant."],
  client_refused: [401, "The client is not in `allowedClients`.", "Add the client ID to `allowedClients`."],
  permissions_missing: [
    401,
    "The token has no scopes, and no app roles of an app on its own.",
    "Request this API's scopes, or assign an app role.",
  ],
  token_expired: [401, "The token has expired.", "Renew it."],
  token_not_yet_valid: [401, "The token is not valid yet.", "Set the machine's clock."],
  insufficient_claims: [
    401,
    "The token lacks a claim that the route requires.",
    "Sign in again with the `claims` of the challenge.",
  ],
  insufficient_scope: [403, "The token has none of the route's scopes or app roles.", "Request one of them."],
  issuer_unreachable: [
    503,
    "The issuer's keys cannot be read, so the token was not checked.",
    "Try again later; check that the API can reach the issuer and trusts its certificate.",
  ],
};

/** Without those of the command line. */
type OwnTenantErrorCode = Exclude<TenantErrorCode, "usage" | "secret_on_argv" | "trust_store_missing">;

export const tenantErrors: Record<OwnTenantErrorCode, readonly [cause: string, remedy: string]> = {
  // Starting.
  port_in_use: ["Another program or tenant uses the port.", "Stop it, or choose another port (0 picks any free one)."],
  address_unavailable: [
    "The machine does not let the tenant listen on this address or port.",
    "Use an address of this machine; ports below 1024 require elevated privileges.",
  ],
  data_folder_refused: [
    "The data folder cannot be used: its owner, mode or location is wrong.",
    "Use a folder that only you can read, with `--data DIR`.",
  ],
  already_running: ["A tenant is already running on this data folder.", "Stop it, or use another folder."],
  ca_damaged: ["The local CA is damaged or has expired.", "Restore it from a backup, or create a new one."],
  ca_does_not_cover_host: ["The local CA was created for another host.", "Create a new CA."],
  ca_missing: ["The data folder has no CA.", "Start the tenant once."],
  seal_key_damaged: [
    "The seal key is damaged.",
    "Restore it from a backup. Without it, the signing keys cannot be opened.",
  ],
  seal_key_differs: [
    "The store was created with another seal key.",
    "Copy `seal.key` from the data folder that belongs to the store.",
  ],
  seal_key_missing: [
    "A command or a start needs the seal key, and its file does not exist or cannot be read.",
    "Run the command where the tenant runs, or name its data folder or its seal key's file.",
  ],
  invalid_public_url: [
    "The public URL is not https, or has a path.",
    "Use a URL such as `https://login.contoso.example`.",
  ],
  public_url_required: ["The tenant listens on every address and has no public URL.", "Set `publicUrl`."],
  certificate_required: [
    "The tenant has a public URL, but neither a certificate nor a trusted proxy.",
    "Set `certificate` or `trustedProxies`.",
  ],
  certificate_unreadable: ["The certificate or its key cannot be read.", "Both must be readable PEM files."],
  certificate_refused: [
    "The certificate has expired, is for another host, or its key does not belong to it.",
    "The message says which. Renew the certificate, or name the right files.",
  ],
  mailer_required: ["The tenant cannot send mail.", "Set `DOORCODE_SMTP` and `DOORCODE_MAIL_FROM`, or `mailer`."],
  branding_refused: ["The tenant's name or color cannot be used.", "The message says which value to change."],
  logo_refused: ["The logo cannot be read or used.", "Use a PNG, JPEG, WebP or SVG file."],
  lan_refused: ["`--lan` cannot be used with this store, host or public URL.", "Omit `--lan`."],
  lan_address_refused: [
    "The address is not this computer's, or is not on a local network.",
    "The message lists the addresses that `--lan` can take.",
  ],
  domain_fixed: ["The tenant already has another domain.", "Keep it, or use a new data folder."],
  store_missing: ["The store has no tenant.", "Start the tenant once, or specify its store."],
  // Its data.
  seal_key_not_replaced: [
    "A node of the tenant is running, or a value in the store is damaged.",
    "Stop every node, then try again. Nothing was changed.",
  ],
  sqlite_only: [
    "The command works on a SQLite file, and the tenant's store is PostgreSQL.",
    "Use `pg_dump` and `pg_restore`: see [Backup and restore](../operate/backup-and-restore.md).",
  ],
  file_exists: ["The file already exists.", "Give each backup a name of its own."],
  backup_invalid: [
    "The file is not a complete backup of a tenant, or was changed after it was written.",
    "Use another backup. `sqlite3 FILE 'pragma integrity_check'` names the damage.",
  ],
  restore_refused: [
    "The data folder already has a tenant.",
    "Restore into an empty folder, or add `--replace`, which keeps the present tenant beside it.",
  ],
  move_refused: [
    "The new store is not empty, or one of the two stores is not of a kind or version that can be moved.",
    "Name an empty database or a new file. The message says what is wrong with which store.",
  ],
  move_failed: [
    "A database could not take the copy, for example because its disk is full.",
    "Remove the cause, then move the tenant again. Nothing was changed, so it can also be started where it is.",
  ],
  tenant_moved: [
    "The tenant was moved to another store, and was started on the one that it left.",
    "Start it on its new store, or go back with `doorcode tenant move --undo`.",
  ],
  // Operating.
  tenant_not_running: [
    "No tenant that accepts commands is running on the data folder.",
    "Start one, or specify its folder with `--data`.",
  ],
  control_failed: [
    "The running tenant did not answer the command.",
    "Use the same version of the tenant and the command line, and restart the tenant.",
  ],
  code_unknown: ["No device shows this code.", "Compare the code with the one on the device."],
  code_expired: ["The code has expired.", "Start the sign-in on the device again."],
  code_used: ["The code was already approved or denied.", "Start the sign-in on the device again."],
  code_used_twice: ["Two users entered the code, so it is denied.", "Start the sign-in on the device again."],
  user_unknown: ["No user has this address or ID.", "List the users: `doorcode tenant users`."],
  user_disabled: ["The account is disabled.", "Approve as another user, or enable the account."],
  not_assigned: ["The app requires assignment, and the user is not assigned.", "Assign the user or a group."],
  administrator_needed: ["The app asks for an administrative scope.", "Approve as an administrator."],
  administration_not_allowed: [
    "The app may not request administrative scopes, or not with a device code.",
    "Allow it: `doorcode tenant apps allow-administration CLIENT_ID --by-device-code`.",
  ],
  app_unavailable: [
    "The app, or the API that it asks for, was removed or disabled, or lost its consent.",
    "Restore it, then start the sign-in again.",
  ],
  app_unknown: ["No app has this client ID.", "List the apps: `doorcode tenant apps`."],
  scope_unknown: ["The scope is not an administrative scope.", "Use one of those that the message lists."],
  app_certificate_refused: [
    "The certificate cannot be used, or the app already has the maximum number of certificates.",
    "Use an RSA certificate of 2048 bits or more that has not expired; remove unused certificates.",
  ],
  app_secret_refused: [
    "The secret cannot be added.",
    "Remove unused secrets. An app can have ten, each valid for up to two years.",
  ],
  app_secret_unknown: ["The app has no secret with this key ID.", "List the key IDs: `doorcode tenant apps`."],
  registration_conflict: ["Another registration has this name or identifier.", "Choose another."],
  redirect_uri_refused: [
    "The redirect URI cannot be registered.",
    "Use https, http on loopback, or the app's own scheme, without a fragment.",
  ],
  group_unknown: ["No group has this ID.", "Use the ID of a group."],
  assignment_refused: ["The user or group to assign does not exist.", "Use the ID of a user or group."],
  user_flow_invalid: ["The user flow cannot be used.", "The hint lists every problem."],
  user_flow_in_use: ["Apps or the account page use the user flow.", "Give them another user flow first."],
  user_flow_name_taken: ["Another user flow has this name.", "Use another name, or the ID of that user flow."],
  user_flow_unknown: ["No user flow has this ID.", "Create the user flow first."],
  policy_invalid: ["The policy names an app or group that does not exist.", "Correct the policy."],
  lifetimes_refused: ["A lifetime is unknown or out of range.", "Use a whole number in the range that the hint names."],
  sign_in_unknown: ["No program is signed in under this ID.", "List the sign-ins: `doorcode tenant signins`."],
  key_unknown: ["No signing key has this ID.", "List the keys: `doorcode tenant keys`."],
  key_in_use: [
    "The signing key signs tokens now.",
    "Let the next one sign first: `doorcode tenant keys rotate --now`.",
  ],
  embedded_only: [
    "An approval or denial was sent to a tenant that is not embedded.",
    "Enter the code in a browser, signed in as the user.",
  ],
  testing_off: [
    "The tenant is not the embedded one, or was started without powers for testers.",
    "Start one for the test: `doorcode tenant start --data DIR`, without `--no-testing`.",
  ],
  clock_refused: [
    "The tenant's clock would go back, or further than ten years.",
    "Add `--back`, or restore a snapshot.",
  ],
  fault_refused: ["The fault contradicts itself, or has a value out of range.", "Follow the hint."],
  snapshot_unknown: ["The tenant has no such snapshot.", "List them: `doorcode tenant snapshot`."],
  snapshot_refused: [
    "The name is taken or cannot be one, or the snapshot belongs to another tenant or seal key.",
    "Use another name, `--replace`, or create a new snapshot.",
  ],
  token_refused: [
    "The app may not get this token by a sign-in with a device code.",
    "Change the app, its permissions or the scopes.",
  ],
  api_unknown: ["No API has this client ID, name or identifier URI.", "Use a client ID."],
  mail_not_received: [
    "A test waited for a mail that did not arrive.",
    "The hint names the mails that did. Check the address and what triggers the mail.",
  ],
  inbox_missing: ["The tenant sends real mail and has no inbox.", "Read the mails where they are delivered."],
  mfa_required: [
    "The app requires a second factor, which an approval by command does not have.",
    "Enter the code in a browser, or remove the requirement.",
  ],
  email_invalid: ["The address is not an email address.", "Use an address such as `ada@contoso.example`."],
  email_taken: ["The address already has an account.", "List the users: `doorcode tenant users`."],
  name_invalid: ["The name is empty or too long.", "Use up to 100 characters."],
  signing_alg_refused: [
    "An API's access tokens of Entra's form cannot be signed with another algorithm than RS256, or the algorithm is none of RS256, ES256 and EdDSA.",
    "Set the API's `tokenProfile` to `rfc9068` for ES256 or EdDSA.",
  ],
  password_short: ["The password is too short.", "Use eight characters or more."],
  password_long: ["The password is too long.", "Use up to 128 characters."],
  password_common: ["The password is too common.", "Choose another."],
};

export const storeErrors: Record<StoreErrorCode, readonly [cause: string, remedy: string]> = {
  store_unreachable: [
    "The SQLite file cannot be opened, or PostgreSQL cannot be reached.",
    "Check the path or the URL, and that PostgreSQL is running and accepts this user. `doorcode tenant doctor` checks it.",
  ],
  store_read_only: [
    "The store's URL leads to a PostgreSQL standby, or the database is read-only.",
    "Name the primary, or a proxy that follows it. `doorcode tenant doctor` checks it.",
  ],
  store_full: [
    "The disk of the database is full, so it refuses changes. Nothing that was confirmed is lost.",
    "Free or add disk space on the database server. The tenant continues without a restart.",
  ],
  store_outcome_unknown: [
    "PostgreSQL committed a change, but its wait for the synchronous standby was canceled, so the change can be lost with the primary.",
    "Check the standby. The client repeats the request.",
  ],
  store_migration_failed: [
    "The store's tables cannot be brought up to date: a newer version of Doorcode has opened it, or this user may not change tables.",
    "Use the newer version, or let the database user change tables in its schema.",
  ],
  store_busy: [
    "The store had too many concurrent changes, or PostgreSQL stopped a statement at a time limit.",
    "Try again in a moment. If it persists, look for another program that keeps the store locked.",
  ],
  store_inconsistent: [
    "A row of the store contradicts itself: it was changed by hand, or the store is damaged.",
    "Check the store with `doorcode tenant doctor`, and restore a backup if it is damaged.",
  ],
};

export const mailErrors: Record<MailError["code"], readonly [cause: string, remedy: string]> = {
  mail_refused: [
    "The mail server rejected the email for good, for example because the mailbox does not exist. It is dropped.",
    "Compare the address. The log has the status of the mail server's reply.",
  ],
  mail_deferred: [
    "The mail server asked to try later. The tenant tries again until the email is no longer useful.",
    "If it persists, look at the mail server's limits and its log.",
  ],
  mail_unreachable: [
    "The mail server cannot be reached, or ends the connection. The tenant tries again.",
    "Check host, port, encryption and firewall.",
  ],
  mail_configuration: [
    "The settings for emails are wrong: sender, password, encryption or the DKIM key.",
    "Correct what the message names. Until then, no email is sent.",
  ],
};

export const tenantFileError = {
  tenant_file_invalid: [
    "The tenant file has errors.",
    "Nothing was changed. Correct the file at the lines that are listed, then try again.",
  ],
} as const;

export const commandErrors: Record<CommandErrorCode, readonly [cause: string, remedy: string]> = {
  usage: [
    "The command line, a file or a setting is wrong. Nothing was done.",
    "Correct what the message names: `doorcode help COMMAND`.",
  ],
  secret_on_argv: [
    "A password, secret or token is on the command line, where other users of the machine can read it.",
    "Pass it through stdin or a file, and replace it: it may be in the shell's history.",
  ],
  trust_store_missing: [
    "`doorcode tenant trust` finds no browser's list of certificates, or not the program that changes it.",
    "Install the program that the message names, or import the CA file in the browser.",
  ],
  api_unreachable: ["`doorcode call` cannot reach the web API.", "Check its address, the network and its certificate."],
  packages_unavailable: [
    "`doorcode init` cannot install the project's packages.",
    "Check the network and the npm registry, then run `npm install` in the project.",
  ],
  tenant_missing: [
    "A `doorcode tenant` command needs `@doorcode/tenant` in the version of `doorcode`, and it is not installed.",
    "Type the line that the message ends with: it fits the way in which `doorcode` is installed.",
  ],
  not_in_single_file: [
    "The single file has no tenant and no templates: `doorcode tenant` and `doorcode init` are not part of it.",
    "Run the command where `doorcode` is installed with npm.",
  ],
  folder_not_writable: ["`doorcode init` cannot write the project.", "Choose a folder that you can write to."],
  server_file_invalid: [
    "The server file (`doorcode.server.yaml`) has errors, or names a secret that cannot be read.",
    "Correct the file at the lines that are listed, then try again.",
  ],
};
