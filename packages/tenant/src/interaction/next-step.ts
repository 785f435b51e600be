import {
  hasSecondFactor,
  isListedSignIn,
  type SignInMethod,
  showedStrongFactor,
} from "../directory/sign-in-methods.ts";
import type { UserFlow } from "../directory/user-flow.ts";

/**
 * Everything that decides the next step of an interaction: loaded first, then only read. Times are milliseconds since
 * the epoch.
 */
export interface StepFacts {
  /** The entrance that the user chose: an existing account, a new account, or a new password. */
  entry: "sign_in" | "sign_up" | "reset";
  /** The address to which sign-up or reset mails a code. */
  address: "missing" | "unproven" | "proven";
  /** At sign-up: the user flow requires a password, and none is chosen yet. */
  passwordMissing: boolean;
  /** The sign-in of this browser, or the first factor that was just verified. */
  signIn: { methods: readonly SignInMethod[]; authTime: number } | null;
  /** Sign-in methods and second factors of the app's user flow, or of the account page's. */
  takes: Pick<UserFlow, "methods" | "mfaMethods">;
  /** An earlier sign-in is not sufficient (`prompt=login`, `max_age`, a change to the account). Null: any is. */
  signedInSince: number | null;
  /** The sign-in is older than this interaction, and the user was not asked yet whether to continue with it. */
  accountUnconfirmed: boolean;
  /** The app, its user flow or a policy requires two factors, or the user has an authenticator app to ask for. */
  secondFactorDemanded: boolean;
  /** The user has enrolled an app or a passkey, so a mailed code is not sufficient. */
  strongFactorDemanded: boolean;
  /** Available second factors. `unknown` until the page that offers them has loaded them. */
  secondFactorWays: "unknown" | "some" | "none";
  /** The user flow requires an attribute or the acceptance of terms that the user has not given. */
  detailsMissing: boolean;
  /** What is being decided. `enter_code`: the code page before a code. Null: the account page. */
  subject: "device" | "authorization" | "enter_code" | "console" | null;
  /** An authenticator app is being added from the account page. */
  addingAuthenticator: boolean;
  /** This browser already answered the device's grant with yes or no. */
  answered: boolean;
}

function owesSecondFactor({ secondFactorDemanded, strongFactorDemanded, signIn, takes }: StepFacts): boolean {
  const methods = signIn?.methods ?? [];
  const shown = strongFactorDemanded ? showedStrongFactor(methods) : hasSecondFactor(methods, takes);
  return secondFactorDemanded && !shown;
}

/** `when`: whether the facts require the step, given that they require no earlier one. */
function reason<const N extends string>(name: N, path: string, when: (facts: StepFacts) => boolean) {
  return { name, path, when };
}

/** Every reason to stop at a page, in order. The first that applies is the next step. */
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
  // The sign-in of this browser is for another app, whose user flow lists other methods.
  reason("other_method", "/sign-in", (f) => !isListedSignIn(f.signIn?.methods ?? [], f.takes)),
  // A link alone must not claim a device for the user who opens it.
  reason("confirm_account", "/device/continue", (f) => f.accountUnconfirmed),
  reason("second_factor", "/second-factor", (f) => owesSecondFactor(f) && f.secondFactorWays !== "none"),
  reason("second_factor_enrolment", "/second-factor/set-up", owesSecondFactor),

  reason("details", "/details", (f) => f.detailsMissing),

  reason("enter_code", "/device", (f) => f.subject === "enter_code"),
  reason("device_consent", "/confirm", (f) => f.subject === "device" && !f.answered),
  reason("program_consent", "/authorize/consent", (f) => f.subject === "authorization"),
  reason("add_authenticator", "/second-factor/set-up", (f) => f.subject === null && f.addingAuthenticator),

  reason("console", "/console", (f) => f.subject === "console"),
  reason("account", "/me", (f) => f.subject === null),
  reason("done", "/done", () => true),
];

export type Step = (typeof reasons)[number];
export type StepName = Step["name"];

/** The next step of the user: the first reason that applies. Pure. */
export function nextStep(facts: StepFacts): Step {
  const step = reasons.find(({ when }) => when(facts));
  if (!step) throw new Error("the last reason always applies");
  return step;
}
