import assert from "node:assert/strict";
import { test } from "node:test";
import { formActions } from "../../../src/ui/components/form-actions.ts";
import { type Form, formsOf, rendered, wordsOf } from "./rendered.ts";

test("each form goes to its handler and carries the fields that it reads", () => {
  const expected: Record<string, Form[]> = {
    "enter-code": [{ action: formActions.enter_code, fields: ["csrf", "user_code"] }],
    "enter-code-from-link": [{ action: formActions.enter_code, fields: ["csrf", "user_code"] }],
    "continue-as": [{ action: formActions.continue_as, fields: ["csrf", "flow", "answer"] }],
    "sign-in": [{ action: formActions.sign_in, fields: ["csrf", "flow", "email", "password", "keep"] }],
    "sign-in-password-only": [{ action: formActions.sign_in, fields: ["csrf", "flow", "email", "password", "keep"] }],
    "sign-in-email-only": [{ action: formActions.sign_in_send_code, fields: ["csrf", "flow", "email", "keep"] }],
    "sign-in-code": [
      { action: formActions.sign_in_code, fields: ["csrf", "flow", "code"] },
      { action: formActions.sign_in_resend, fields: ["csrf", "flow"] },
    ],
    "reset-email": [{ action: formActions.reset_email, fields: ["csrf", "flow", "email"] }],
    "reset-code": [
      { action: formActions.reset_code, fields: ["csrf", "flow", "code"] },
      { action: formActions.reset_resend, fields: ["csrf", "flow"] },
    ],
    "reset-password": [{ action: formActions.reset_password, fields: ["csrf", "flow", "password"] }],
    "sign-in-passkey": [
      { action: formActions.sign_in, fields: ["csrf", "flow", "email", "password", "keep"] },
      { action: formActions.sign_in_passkey, fields: ["csrf", "flow", "passkey", "keep"] },
    ],
    account: [
      { action: formActions.passkey_new, fields: ["csrf"] },
      { action: formActions.sign_out, fields: ["csrf"] },
    ],
    "my-password": [{ action: formActions.my_password, fields: ["csrf", "password"] }],
    "reset-email-from-outside": [{ action: formActions.reset_email, fields: ["csrf", "email"] }],
    "account-signed-out": [{ action: formActions.account_sign_in, fields: ["csrf"] }],
    "console-key": [{ action: formActions.console_enter, fields: ["csrf", "to", "key"] }],
    "console-sign-in": [{ action: formActions.console_enter, fields: ["csrf"] }],
    "sign-in-again": [{ action: formActions.account_sign_in, fields: ["csrf"] }],
    "passkey-add": [{ action: formActions.passkey_add, fields: ["csrf", "flow", "passkey", "name"] }],
    passkey: [
      { action: formActions.passkey_rename, fields: ["csrf", "id", "name"] },
      { action: formActions.passkey_remove, fields: ["csrf", "id"] },
    ],
    "sign-up-email": [{ action: formActions.sign_up_email, fields: ["csrf", "flow", "email"] }],
    "sign-up-code": [
      { action: formActions.sign_up_code, fields: ["csrf", "flow", "code"] },
      { action: formActions.sign_up_resend, fields: ["csrf", "flow"] },
    ],
    "sign-up-password": [{ action: formActions.sign_up_password, fields: ["csrf", "flow", "password"] }],
    "sign-up-details": [{ action: formActions.sign_up_details, fields: ["csrf", "flow", "display_name"] }],
    "sign-up-questions": [
      {
        action: formActions.sign_up_details,
        fields: [
          ...["csrf", "flow", "display_name", "attribute.0", "attribute.1", "attribute.2", "attribute.3"],
          ...["attribute.4.0", "attribute.4.1", "attribute.4.2", "attribute.5", "terms"],
        ],
      },
    ],
    "device-consent": [{ action: formActions.device_consent, fields: ["csrf", "flow", "shown", "decision"] }],
    "device-consent-administration": [
      { action: formActions.device_consent, fields: ["csrf", "flow", "shown", "decision"] },
    ],
    "needs-administrator": [{ action: formActions.continue_as, fields: ["csrf", "flow", "answer"] }],
    "program-consent": [{ action: formActions.program_consent, fields: ["csrf", "flow", "shown", "decision"] }],
    "program-consent-administration": [
      { action: formActions.program_consent, fields: ["csrf", "flow", "shown", "decision"] },
    ],
    "program-needs-administrator": [{ action: formActions.program_consent, fields: ["csrf", "flow", "decision"] }],
    "program-no-access": [{ action: formActions.program_consent, fields: ["csrf", "flow", "decision"] }],
    "form-post": [{ action: "http://localhost:51004/", fields: ["code", "state", "iss"] }],
    "no-access": [{ action: formActions.continue_as, fields: ["csrf", "flow", "answer"] }],
    "not-me-device": [{ action: formActions.not_me, fields: ["csrf", "token"] }],
    "not-me-password": [{ action: formActions.not_me, fields: ["csrf", "token"] }],
    "dead-link": [],
    elsewhere: [{ action: formActions.elsewhere, fields: ["csrf", "flow"] }],
    "sign-out": [{ action: formActions.sign_out, fields: ["csrf", "post_logout_redirect_uri", "state", "client_id"] }],
    "sign-out-signed-out": [{ action: formActions.sign_out, fields: ["csrf"] }],
    "second-factor-app": [{ action: formActions.second_factor_app, fields: ["csrf", "flow", "code"] }],
    "second-factor-email-before": [{ action: formActions.second_factor_email_send, fields: ["csrf", "flow"] }],
    "second-factor-email": [
      { action: formActions.second_factor_email, fields: ["csrf", "flow", "code"] },
      { action: formActions.second_factor_email_send, fields: ["csrf", "flow"] },
    ],
    "second-factor-recovery": [{ action: formActions.second_factor_recovery, fields: ["csrf", "flow", "code"] }],
    "authenticator-needed": [{ action: formActions.authenticator_needed, fields: ["csrf", "flow"] }],
    "authenticator-set-up": [{ action: formActions.authenticator_set_up, fields: ["csrf", "flow", "code"] }],
    "recovery-codes": [{ action: formActions.recovery_codes, fields: ["csrf", "flow", "answer"] }],
    "recovery-codes-of-account": [],
    "recovery-codes-hidden": [{ action: formActions.recovery_codes, fields: ["csrf", "flow", "answer"] }],
    authenticator: [{ action: formActions.authenticator, fields: ["csrf", "answer"] }],
    "my-recovery-codes": [{ action: formActions.my_recovery_codes, fields: ["csrf"] }],
    "my-devices": [{ action: formActions.my_devices_sign_out, fields: ["csrf"] }],
    "my-devices-none": [],
    "my-device": [
      { action: formActions.my_device_rename, fields: ["csrf", "id", "name"] },
      { action: formActions.my_device_sign_out, fields: ["csrf", "id"] },
    ],
    "my-apps": [],
    "my-app": [{ action: formActions.my_app_withdraw, fields: ["csrf", "id"] }],
    "my-activity": [],
    "my-profile": [{ action: formActions.my_profile, fields: ["csrf", "display_name"] }],
    "my-email": [{ action: formActions.my_email, fields: ["csrf", "email"] }],
    "my-email-code": [
      { action: formActions.my_email_code, fields: ["csrf", "flow", "code"] },
      { action: formActions.my_email_resend, fields: ["csrf", "flow"] },
    ],
    "my-data": [{ action: formActions.my_data_download, fields: ["csrf"] }],
    "my-deletion": [{ action: formActions.my_deletion, fields: ["csrf", "email"] }],
    "not-my-email": [{ action: formActions.not_my_email, fields: ["csrf", "token"] }],
    "not-my-email-taken": [],
    done: [],
    declined: [],
    expired: [],
  };
  for (const [name, forms] of Object.entries(expected)) assert.deepEqual(formsOf(rendered(name)), forms, name);
});

test("the sign-in page offers the available methods; its second button sends the same form elsewhere", () => {
  const instead = 'formaction="/sign-in/code/send"';
  assert.ok(rendered("sign-in").includes(instead));
  assert.ok(!rendered("sign-in-password-only").includes(instead));
  assert.match(rendered("sign-in"), /href="\/reset\?flow=/);
  assert.doesNotMatch(rendered("sign-in-email-only"), /reset|type="password"/);
});

test("each invalid answer is marked at its field, and choices are kept", () => {
  const page = rendered("sign-up-questions-wrong");
  for (const name of [
    "attribute.0",
    "attribute.1",
    "attribute.2",
    "attribute.3",
    "attribute.4",
    "attribute.5",
    "terms",
  ]) {
    assert.match(page, new RegExp(`aria-describedby="${name}-problem"`), name);
    assert.match(page, new RegExp(`<p class="hint wrong" id="${name}-problem">`), name);
  }
  assert.match(page, /<input type="radio" name="attribute.3" value="PL" checked/);
  assert.match(page, /<input type="checkbox" name="attribute.4.1" value="yes" checked/);
  assert.equal(page.match(/ autofocus/g)?.length, 1);
  assert.match(wordsOf(rendered("sign-up-questions")), /City .*Postal code \(optional\)/);
});
