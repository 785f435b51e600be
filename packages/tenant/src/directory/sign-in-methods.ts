import type { FirstFactor, UserFlow } from "./user-flow.ts";

/**
 * How a user authenticated, as sessions, approvals and sign-ins record it. The `amr` of tokens is derived from it and
 * less precise: a mailed code and an authenticator app are both `otp`.
 */
export type SignInMethod =
  | FirstFactor
  /** A code from the authenticator app, as the second factor. */
  | "totp"
  /** Used in place of the app. */
  | "recovery_code"
  /** A code mailed after another method. */
  | "email_second_factor"
  /** The operator approved for the user, who did not authenticate. */
  | "operator";

const FIRST_FACTORS: readonly string[] = ["password", "email_code", "passkey"] satisfies FirstFactor[];
/** Methods that prove more than access to the mailbox. */
const STRONG: readonly SignInMethod[] = ["passkey", "totp", "recovery_code"];

/**
 * Values of `amr` (RFC 8176 §2). Neither `hwk` nor `swk`: without attestation, nothing says where a passkey is stored.
 */
const AMR_OF: Record<SignInMethod, readonly string[]> = {
  password: ["pwd"],
  email_code: ["otp"],
  passkey: ["pop", "user"],
  totp: ["otp"],
  recovery_code: ["otp"],
  email_second_factor: ["otp"],
  operator: [],
};

/** Two factors, or a passkey with user verification. */
export const MFA = "mfa";

/** The `amr` values of these methods. */
export function amrOf(methods: readonly SignInMethod[]): string[] {
  const two = showedStrongFactor(methods) || methods.includes("email_second_factor");
  return [...new Set([...methods.flatMap((method) => AMR_OF[method]), ...(two ? [MFA] : [])])];
}

/**
 * The methods that count. Beside `operator`, every other one was claimed for the user, so that a test of the embedded
 * tenant passes (`approve --mfa`). A tenant that is served later from the same store must not take it as proof.
 */
export function countedMethods(
  methods: readonly SignInMethod[],
  { embedded }: { embedded: boolean },
): readonly SignInMethod[] {
  return methods.includes("operator") && !embedded ? ["operator"] : methods;
}

/** Without the second factors: the methods that a step-up begins with. */
export function firstFactorsOf(methods: readonly SignInMethod[]): SignInMethod[] {
  return methods.filter((method) => FIRST_FACTORS.includes(method));
}

/** Whether the sign-in began with a method that the user flow lists. The operator's approval never does. */
export function isListedSignIn(methods: readonly SignInMethod[], { methods: listed }: Pick<UserFlow, "methods">) {
  return methods.some((method) => method === "operator" || listed.some((each) => each === method));
}

/** A passkey, or a code from the authenticator app or its replacement. */
export function showedStrongFactor(methods: readonly SignInMethod[]): boolean {
  return methods.some((method) => STRONG.includes(method));
}

/**
 * Whether the sign-in has a second factor that the user flow accepts: an authenticator app or a passkey always, a
 * mailed code only if the flow lists it (docs/decisions/0014).
 */
export function hasSecondFactor(
  methods: readonly SignInMethod[],
  { mfaMethods }: Pick<UserFlow, "mfaMethods">,
): boolean {
  if (showedStrongFactor(methods)) return true;
  return methods.includes("email_second_factor") && mfaMethods.includes("email_code");
}

/** The sign-in proves only that the user reads mail at this address. */
export function isMailboxAlone(methods: readonly SignInMethod[]): boolean {
  return methods.every((method) => method === "email_code" || method === "email_second_factor");
}
