/**
 * Where each form goes and what it carries (all POST, `application/x-www-form-urlencoded`, each with `csrf`):
 *
 * | page | action | fields |
 * |---|---|---|
 * | enter_code | /device | user_code |
 * | continue_as | /device/continue | flow, answer = `continue` or `other` |
 * | sign_in | /sign-in | flow, email, password, keep = `yes`; its second button, or its only one, goes to /sign-in/code/send |
 * | sign_in | /sign-in/passkey | flow, keep, passkey (the browser's answer as JSON, put there by the script) |
 * | sign_in_code | /sign-in/code | flow, code; and a second form /sign-in/code/resend with flow |
 * | reset_email | /reset | flow, email |
 * | reset_code | /reset/code | flow, code; and a second form /reset/resend with flow |
 * | reset_password | /reset/password | flow, password |
 * | sign_up_email | /sign-up | flow, email |
 * | sign_up_code | /sign-up/code | flow, code; and a second form /sign-up/resend with flow |
 * | sign_up_password | /sign-up/password | flow, password |
 * | sign_up_details | /sign-up/details | flow, display_name, attribute.<n>, attribute.<n>.<option>, terms = `yes` |
 * | details | /details | flow, attribute.<n>, attribute.<n>.<option>, terms = `yes`; and a second form with flow, decision = `other` |
 * | device_consent | /confirm | flow, shown, decision = `yes` or `no`; "not you?" is a third button, decision = `other` |
 * | no_access, needs_administrator | /device/continue | flow, answer = `other` |
 * | elsewhere | /confirm/take-over | flow |
 * | not_me | /not-me | token |
 * | sign_out | /sign-out | post_logout_redirect_uri, state, client_id |
 * | program_consent | /authorize/consent | as device_consent |
 * | form_post | the program's | code or error, state, iss; no `csrf` |
 * | program_no_access, program_needs_administrator | /authorize/consent | flow, decision = `other` or `no` |
 * | second_factor_app | /second-factor/app | flow, code |
 * | second_factor_email | /second-factor/email | flow, code; and /second-factor/email/send with flow |
 * | second_factor_recovery | /second-factor/recovery | flow, code |
 * | authenticator_needed | /second-factor/set-up/start | flow |
 * | authenticator_set_up | /second-factor/set-up | flow, code |
 * | recovery_codes, recovery_codes_hidden | /second-factor/codes | flow, answer = `saved` or `new` |
 * | authenticator | /me/authenticator | answer = `add` or `remove` |
 * | my_recovery_codes | /me/recovery-codes | |
 * | account_signed_out, sign_in_again | /me/sign-in-again | |
 * | account | /me/passkeys/new, /sign-out | |
 * | my_password | /me/password | password |
 * | passkey_add | /me/passkeys/add | flow, name, passkey |
 * | passkey | /me/passkeys/rename | id, name; and a second form /me/passkeys/remove with id |
 * | my_devices | /me/devices/sign-out-all | |
 * | my_device | /me/devices/rename | id, name; and a second form /me/devices/sign-out with id |
 * | my_app | /me/apps/withdraw | id |
 * | my_profile | /me/profile | display_name |
 * | my_email | /me/email | email |
 * | my_email_code | /me/email/code | flow, code; and a second form /me/email/resend with flow |
 * | my_data | /me/data/download | |
 * | my_deletion | /me/data/delete | email |
 * | not_my_email | /not-me/email | token |
 * | console_key, console_sign_in | /console/enter | to, key; nothing on a served tenant |
 *
 * Links: not_me_done, dead_link → /reset, sign_in → /sign-up?flow=… and /reset?flow=…, sign_in_code, reset_*, sign_up_* → /sign-in?flow=…, ended pages → /device,
 * account → /me/passkeys?id=…, /me/authenticator, /me/recovery-codes; done, passkey_*, my_* → /me;
 * my_devices → /me/devices/device?id=…, my_apps → /me/apps/app?id=…, my_activity → /me/activity?after=…, my_data → /me/data/delete.
 */
export const formActions = {
  enter_code: "/device",
  continue_as: "/device/continue",
  sign_in: "/sign-in",
  sign_in_passkey: "/sign-in/passkey",
  sign_in_send_code: "/sign-in/code/send",
  sign_in_code: "/sign-in/code",
  sign_in_resend: "/sign-in/code/resend",
  reset_email: "/reset",
  reset_code: "/reset/code",
  reset_resend: "/reset/resend",
  reset_password: "/reset/password",
  sign_up_email: "/sign-up",
  sign_up_code: "/sign-up/code",
  sign_up_resend: "/sign-up/resend",
  sign_up_password: "/sign-up/password",
  sign_up_details: "/sign-up/details",
  details: "/details",
  device_consent: "/confirm",
  elsewhere: "/confirm/take-over",
  program_consent: "/authorize/consent",
  not_me: "/not-me",
  account: "/me",
  account_sign_in: "/me/sign-in-again",
  my_password: "/me/password",
  passkey: "/me/passkeys",
  passkey_new: "/me/passkeys/new",
  passkey_add: "/me/passkeys/add",
  passkey_rename: "/me/passkeys/rename",
  passkey_remove: "/me/passkeys/remove",
  my_devices: "/me/devices",
  my_device: "/me/devices/device",
  my_device_rename: "/me/devices/rename",
  my_device_sign_out: "/me/devices/sign-out",
  my_devices_sign_out: "/me/devices/sign-out-all",
  my_apps: "/me/apps",
  my_app: "/me/apps/app",
  my_app_withdraw: "/me/apps/withdraw",
  my_activity: "/me/activity",
  my_profile: "/me/profile",
  my_email: "/me/email",
  my_email_code: "/me/email/code",
  my_email_resend: "/me/email/resend",
  my_data: "/me/data",
  my_data_download: "/me/data/download",
  my_deletion: "/me/data/delete",
  not_my_email: "/not-me/email",
  sign_out: "/sign-out",
  second_factor_app: "/second-factor/app",
  second_factor_email: "/second-factor/email",
  second_factor_email_send: "/second-factor/email/send",
  second_factor_recovery: "/second-factor/recovery",
  second_factor_passkey: "/second-factor/passkey",
  authenticator_needed: "/second-factor/set-up/start",
  authenticator_set_up: "/second-factor/set-up",
  recovery_codes: "/second-factor/codes",
  authenticator: "/me/authenticator",
  my_recovery_codes: "/me/recovery-codes",
  console_enter: "/console/enter",
} as const;
