import { redirectKind } from "../../oauth/authorization-code/redirect-uri.ts";

/**
 * Why nobody may be sent back there, or null (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1): what is registered is what
 * /authorize would answer.
 */
export function redirectProblem(uri: string): string | null {
  if (!/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri)) return "it is no absolute URI";
  const { protocol, username, password } = new URL(uri);
  if (uri.includes("#")) return "it has a fragment";
  if (uri.includes("*")) return "it has a wildcard, and matches exactly here";
  if (username !== "" || password !== "") return "it has a user name or password";
  if (redirectKind(uri) !== undefined) return null;
  if (protocol === "https:") return "it is too long, or has a backslash";
  return protocol === "http:" ? "it begins with https://, or with http://localhost" : "its scheme leads to no program";
}
