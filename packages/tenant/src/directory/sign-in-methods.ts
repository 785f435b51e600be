import type { FirstFactor, UserFlow } from "./user-flow.ts";

/**
 * How a person proved who they are, as a session, an approval and a sign-in remember it. `amr` of tokens follows from
 * it, and says less: there a mailed code and an authenticator app are both `otp`.
 */
export type SignInMethod =
  | FirstFactor
  /** A code of the authenticator app, as the second factor. */
  | "totp"
  /** In the app's stead. */
  | "recovery_code"
  /** A code mailed after another method. */
  | "email_second_factor"
  /** The operator approved in the person's name: the person showed nothing. */
  | "operator";

const FIRST_FACTORS: readonly string[] = ["password", "email_code", "passkey"] satisfies FirstFactor[];
/** Proof of something that the mailbox does not give. */
const STRONG: readonly SignInMethod[] = ["passkey", "totp", "recovery_code"];

/** Values of `amr` (RFC 8176 §2). Neither `hwk` nor `swk`: without attestation it is unknown where a passkey lives. */
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

/** What tokens say of these methods. */
export function amrOf(methods: readonly SignInMethod[]): string[] {
  const two = showedStrongFactor(methods) || methods.includes("email_second_factor");
  return [...new Set([...methods.flatMap((method) => AMR_OF[method]), ...(two ? [MFA] : [])])];
}

/** Without the second ones: what a step-up begins with. */
export function firstFactorsOf(methods: readonly SignInMethod[]): SignInMethod[] {
  return methods.filter((method) => FIRST_FACTORS.includes(method));
}

/** Whether the sign-in began with a method that the user flow lists. The operator's approval begins with none. */
export function isListedSignIn(methods: readonly SignInMethod[], { methods: listed }: Pick<UserFlow, "methods">) {
  return methods.some((method) => method === "operator" || listed.some((each) => each === method));
}

/** A passkey, or a code of the authenticator app or in its stead. */
export function showedStrongFactor(methods: readonly SignInMethod[]): boolean {
  return methods.some((method) => STRONG.includes(method));
}

/**
 * Whether the sign-in has a second factor that the user flow takes: an authenticator app or a passkey always, a mailed
 * code only where the flow lists it (docs/decisions/0014).
 */
export function hasSecondFactor(
  methods: readonly SignInMethod[],
  { mfaMethods }: Pick<UserFlow, "mfaMethods">,
): boolean {
  if (showedStrongFactor(methods)) return true;
  return methods.includes("email_second_factor") && mfaMethods.includes("email_code");
}

/** All that was shown is that the person reads mail at this address. */
export function isMailboxAlone(methods: readonly SignInMethod[]): boolean {
  return methods.every((method) => method === "email_code" || method === "email_second_factor");
}
