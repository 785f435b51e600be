import { MFA } from "../../directory/authentication-methods.ts";

/** Values of `acr` (OpenID Connect Core §2), weakest first: nobody showed a factor (the operator approved), one, two. */
export const ACR_VALUES = ["0", "1", "2"] as const;

export const ACR_MFA = "2";

/** The authentication context class of a sign-in by these methods (`amr`, RFC 8176). */
export function contextClassOf(amr: readonly string[]): (typeof ACR_VALUES)[number] {
  if (amr.includes(MFA)) return ACR_MFA;
  return amr.length > 0 ? "1" : "0";
}
