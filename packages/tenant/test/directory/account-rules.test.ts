import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mayChangeAccount, type OwnChangeFacts } from "../../src/directory/account-rules.ts";
import type { SignInMethod } from "../../src/directory/sign-in-methods.ts";
import { DEFAULT_USER_FLOW, type UserFlow } from "../../src/directory/user-flow.ts";
import { samplePolicy, sampleUser } from "../storage/samples.ts";

const NOW = 1_000_000;

function decide(
  methods: SignInMethod[],
  changes: Partial<Omit<OwnChangeFacts, "stored" | "signIn">> & { flow?: Partial<UserFlow>; policy?: boolean } = {},
) {
  const { flow, policy = false, ...facts } = changes;
  return mayChangeAccount({
    stored: {
      ...{ app: undefined, user: sampleUser(), groupIds: [], administratorHasFactor: false },
      ...{ userFlow: { ...DEFAULT_USER_FLOW, ...flow }, policies: policy ? [samplePolicy()] : [] },
    },
    signIn: { methods, authTime: NOW },
    ...{ hasStrongFactor: false, signedInAfter: NOW - 1, now: NOW, grave: false, ...facts },
  });
}

describe("who may change their own account", () => {
  test("a recent password is enough for what is not grave, and for what is, beside the code that the user flow offers", () => {
    assert.equal(decide(["password"]), undefined);
    assert.equal(decide(["password"], { grave: true }), "mailed_factor");
    assert.equal(decide(["password", "email_second_factor"], { grave: true }), undefined);
    assert.equal(decide(["password"], { grave: true, flow: { mfaMethods: ["totp"] } }), undefined);
    // The mailbox was the first factor: another code there proves nothing more.
    assert.equal(decide(["email_code"], { grave: true }), undefined);
    assert.equal(decide(["passkey"], { grave: true }), undefined);
  });

  test("a user with an app or a passkey must have used one, and a mailed code does not replace it", () => {
    for (const grave of [false, true]) {
      const strong = { hasStrongFactor: true, grave };
      assert.equal(decide(["password"], strong), "strong_factor");
      assert.equal(decide(["password", "email_second_factor"], strong), "strong_factor");
      for (const method of ["totp", "recovery_code"] as const)
        assert.equal(decide(["password", method], strong), undefined);
      assert.equal(decide(["passkey"], strong), undefined);
    }
  });

  test("a sign-in that is not newer than the limit is too old, with every factor", () => {
    assert.equal(decide(["passkey"], { signedInAfter: NOW }), "too_old");
    assert.equal(decide(["passkey"], { signedInAfter: NOW - 1 }), undefined);
  });

  test("what the user flow and the policies require comes first", () => {
    assert.equal(decide(["password"], { flow: { methods: ["passkey"] } }), "policy");
    assert.equal(decide(["password"], { flow: { mfaRequired: true } }), "policy");
    assert.equal(decide(["password"], { policy: true, signedInAfter: NOW }), "policy");
    assert.equal(decide(["password", "email_second_factor"], { policy: true }), undefined);
    assert.equal(
      decide(["password", "email_second_factor"], { policy: true, flow: { mfaMethods: ["totp"] } }),
      "policy",
      "the mailed code is no second factor of this user flow",
    );
  });
});
