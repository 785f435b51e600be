import {
  hasSecondFactor,
  isListedSignIn,
  type SignInMethod,
  showedStrongFactor,
} from "../directory/sign-in-methods.ts";
import type { UserFlow } from "../directory/user-flow.ts";

/** All that decides where an interaction goes next: loaded first, then only read. Times are milliseconds since the epoch. */
export interface StepFacts {
  /** The way in that the person chose: an account they have, a new account, or a new password. */
  entry: "sign_in" | "sign_up" | "reset";
  /** The address that sign-up or reset mails a code to. */
  address: "missing" | "unproven" | "proven";
  /** At sign-up: the user flow asks for a password, and none is chosen yet. */
  passwordMissing: boolean;
  /** The sign-in of this browser, or the first factor that was just shown. */
  signIn: { methods: readonly SignInMethod[]; authTime: number } | null;
  /** The ways in and the second factors of the app's user flow, or of the account page's. */
  takes: Pick<UserFlow, "methods" | "mfaMethods">;
  /** An earlier sign-in does not do (`prompt=login`, `max_age`, a change to the account); null: any does. */
  signedInSince: number | null;
  /** The sign-in is from before this interaction, and the person was not asked yet whether to go on with it. */
  accountUnconfirmed: boolean;
  /** The app, its user flow or a policy demands two factors, or the person has an authenticator app to be asked for. */
  secondFactorDemanded: boolean;
  /** The person has enrolled an app or a passkey, and a mailed code does not do in its stead. */
  strongFactorDemanded: boolean;
  /** How a second factor can be shown; `unknown` until the page that offers the ways has loaded them. */
  secondFactorWays: "unknown" | "some" | "none";
  /** The user flow requires an attribute or the acceptance of terms that the person has not given. */
  detailsMissing: boolean;
  /** What is being decided; `enter_code` is the code page before a code, null the account page. */
  subject: "device" | "authorization" | "enter_code" | null;
  /** An authenticator app is being added from the account page. */
  addingAuthenticator: boolean;
  /** The device's grant was answered here, with yes or no. */
  answered: boolean;
}

function owesSecondFactor({ secondFactorDemanded, strongFactorDemanded, signIn, takes }: StepFacts): boolean {
  const methods = signIn?.methods ?? [];
  const shown = strongFactorDemanded ? showedStrongFactor(methods) : hasSecondFactor(methods, takes);
  return secondFactorDemanded && !shown;
}

/** `when`: whether the facts ask for the step, given that they ask for none before it. */
function reason<const N extends string>(name: N, path: string, when: (facts: StepFacts) => boolean) {
  return { name, path, when };
}

/** Every reason to stop at a page, in order: the first that holds is the next step. */
export const reasons = [
  reason("sign_up_email", "/sign-up", (f) => f.entry === "sign_up" && f.address === "missing"),
  reason("sign_up_code", "/sign-up/code", (f) => f.entry === "sign_up" && f.address === "unproven"),
  reason("sign_up_password", "/sign-up/password", (f) => f.entry === "sign_up" && f.passwordMissing),
  reason("sign_up_details", "/sign-up/details", (f) => f.entry === "sign_up"),

  reason("reset_email", "/reset", (f) => f.entry === "reset" && f.address === "missing"),
  reason("reset_code", "/reset/code", (f) => f.entry === "reset" && f.address === "unproven"),
  reason("reset_password", "/reset/password", (f) => f.entry === "reset"),

  reason("sign_in", "/sign-in", (f) => f.signIn === null),
  // prompt=login and max_age (OpenID Connect Core §3.1.2.1), or a sign-in too old to change the account (ASVS 7.5.1).
  reason("too_old", "/sign-in", (f) => f.signedInSince !== null && (f.signIn?.authTime ?? 0) < f.signedInSince),
  // The sign-in of this browser is of another app, whose user flow lists other methods.
  reason("other_method", "/sign-in", (f) => !isListedSignIn(f.signIn?.methods ?? [], f.takes)),
  // A link alone must not claim a device for the person who opens it.
  reason("confirm_account", "/device/continue", (f) => f.accountUnconfirmed),
  reason("second_factor", "/second-factor", (f) => owesSecondFactor(f) && f.secondFactorWays !== "none"),
  reason("second_factor_enrolment", "/second-factor/set-up", owesSecondFactor),

  reason("details", "/details", (f) => f.detailsMissing),

  reason("enter_code", "/device", (f) => f.subject === "enter_code"),
  reason("device_consent", "/confirm", (f) => f.subject === "device" && !f.answered),
  reason("program_consent", "/authorize/consent", (f) => f.subject === "authorization"),
  reason("add_authenticator", "/second-factor/set-up", (f) => f.subject === null && f.addingAuthenticator),

  reason("account", "/me", (f) => f.subject === null),
  reason("done", "/done", () => true),
];

export type Step = (typeof reasons)[number];
export type StepName = Step["name"];

/** Where the person goes next: the first reason that holds. Pure. */
export function nextStep(facts: StepFacts): Step {
  const step = reasons.find(({ when }) => when(facts));
  if (!step) throw new Error("the last reason always holds");
  return step;
}
