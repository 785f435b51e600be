import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nextStep, reasons, type StepFacts, type StepName } from "../../src/interaction/next-step.ts";

const T0 = Date.UTC(2026, 0, 15, 12);
const signedIn = { methods: ["password" as const], authTime: T0 };

/** Signed in a moment ago, with nothing to decide: the account page. */
const nothingOwed: StepFacts = {
  entry: "sign_in",
  address: "missing",
  passwordMissing: false,
  signIn: signedIn,
  takes: { methods: ["password"], mfaMethods: ["totp", "email_code"] },
  signedInSince: null,
  accountUnconfirmed: false,
  secondFactorDemanded: false,
  strongFactorDemanded: false,
  secondFactorWays: "unknown",
  detailsMissing: false,
  subject: null,
  addingAuthenticator: false,
  answered: false,
};

/** For each reason the facts that make it apply, while no other one does. */
const cases: Record<StepName, Partial<StepFacts>[]> = {
  sign_up_email: [{ entry: "sign_up" }],
  sign_up_code: [{ entry: "sign_up", address: "unproven" }],
  sign_up_password: [{ entry: "sign_up", address: "proven", passwordMissing: true }],
  sign_up_details: [{ entry: "sign_up", address: "proven" }],
  reset_email: [{ entry: "reset" }],
  reset_code: [{ entry: "reset", address: "unproven" }],
  reset_password: [{ entry: "reset", address: "proven" }],
  sign_in: [{ signIn: null }],
  too_old: [{ signedInSince: T0 + 1 }],
  other_method: [{ signIn: { methods: ["email_code"], authTime: T0 } }],
  confirm_account: [{ subject: "device", accountUnconfirmed: true }],
  second_factor: [{ secondFactorDemanded: true }, { secondFactorDemanded: true, secondFactorWays: "some" }],
  second_factor_enrolment: [{ secondFactorDemanded: true, secondFactorWays: "none" }],
  details: [{ detailsMissing: true }],
  enter_code: [{ subject: "enter_code" }],
  device_consent: [{ subject: "device" }],
  program_consent: [{ subject: "authorization" }],
  add_authenticator: [{ addingAuthenticator: true }],
  console: [{ subject: "console" }],
  account: [{}],
  done: [{ subject: "device", answered: true }],
};

describe("the next step of an interaction", () => {
  for (const [name, all] of Object.entries(cases)) {
    for (const facts of all) {
      test(`${name}: ${JSON.stringify(facts)}`, () => {
        assert.equal(nextStep({ ...nothingOwed, ...facts }).name, name);
      });
    }
  }

  test("every reason has a case, and they are checked in this order", () => {
    assert.deepEqual(
      reasons.map(({ name }) => name),
      Object.keys(cases),
    );
  });

  test("the first reason that applies wins: all together, they come one after the other", () => {
    let facts: StepFacts = {
      ...nothingOwed,
      entry: "sign_up",
      passwordMissing: true,
      signIn: null,
      signedInSince: T0,
      accountUnconfirmed: true,
      secondFactorDemanded: true,
      secondFactorWays: "some",
      detailsMissing: true,
      subject: "device",
      addingAuthenticator: true,
    };
    const met: [StepName, Partial<StepFacts>][] = [
      ["sign_up_email", { address: "unproven" }],
      ["sign_up_code", { address: "proven" }],
      ["sign_up_password", { passwordMissing: false }],
      ["sign_up_details", { entry: "reset", address: "missing" }],
      ["reset_email", { address: "unproven" }],
      ["reset_code", { address: "proven" }],
      ["reset_password", { entry: "sign_in" }],
      ["sign_in", { signIn: { methods: ["password" as const], authTime: T0 - 1 } }],
      ["too_old", { signIn: { methods: ["passkey" as const], authTime: T0 } }],
      ["other_method", { signIn: signedIn }],
      ["confirm_account", { accountUnconfirmed: false }],
      ["second_factor", { secondFactorWays: "none" }],
      ["second_factor_enrolment", { signIn: { methods: ["password" as const, "totp" as const], authTime: T0 } }],
      ["details", { detailsMissing: false }],
      ["device_consent", { answered: true }],
      ["done", { subject: null }],
      ["add_authenticator", { addingAuthenticator: false }],
    ];
    for (const [name, change] of met) {
      assert.equal(nextStep(facts).name, name);
      facts = { ...facts, ...change };
    }
    assert.equal(nextStep(facts).name, "account");
  });

  test("a sign-in at exactly the required millisecond is new enough", () => {
    assert.equal(nextStep({ ...nothingOwed, signedInSince: T0 }).name, "account");
    assert.equal(nextStep({ ...nothingOwed, signedInSince: T0 + 1 }).name, "too_old");
  });

  test("after two factors no second one is asked for, regardless of what requires it", () => {
    const both = { methods: ["password" as const, "passkey" as const], authTime: T0 };
    for (const secondFactorWays of ["unknown", "some", "none"] as const) {
      const facts = { ...nothingOwed, signIn: both, secondFactorDemanded: true, secondFactorWays };
      assert.equal(nextStep(facts).name, "account");
    }
  });

  test("a mailed code is a second factor if the user flow lists it, and never instead of an app or a passkey", () => {
    const mailed = { methods: ["password" as const, "email_second_factor" as const], authTime: T0 };
    const facts = { ...nothingOwed, signIn: mailed, secondFactorDemanded: true };
    assert.equal(nextStep(facts).name, "account");
    assert.equal(nextStep({ ...facts, strongFactorDemanded: true }).name, "second_factor");
    const takes = { ...facts.takes, mfaMethods: ["totp" as const] };
    assert.equal(nextStep({ ...facts, takes }).name, "second_factor");
    const app = { methods: ["password" as const, "totp" as const], authTime: T0 };
    assert.equal(nextStep({ ...facts, takes, signIn: app, strongFactorDemanded: true }).name, "account");
  });

  test("steps before the sign-in do not wait for it: no one is signed in during sign-up or reset", () => {
    for (const entry of ["sign_up", "reset"] as const) {
      assert.match(nextStep({ ...nothingOwed, entry, signIn: null }).name, new RegExp(`^${entry}`));
    }
  });

  test("deciding changes no fact", () => {
    const facts = Object.freeze({ ...nothingOwed, signIn: Object.freeze(signedIn) });
    assert.equal(nextStep(facts), nextStep(facts));
  });
});
