import { DoorcodeError } from "../errors.ts";
import { protocolScopes } from "../token-store/store-keys.ts";
import type { IssuerMetadata } from "./issuer-session.ts";

/**
 * The scope lists to try in turn while the issuer answers `invalid_scope`: the caller's with those that OpenID Connect
 * adds, then fewer of them, finally the caller's alone. A scope that we add never fails a sign-in.
 */
export function scopeAttempts(
  { openId, scopesSupported }: Pick<IssuerMetadata, "openId" | "scopesSupported">,
  scopes: readonly string[],
): string[][] {
  // An OpenID Connect issuer supports `openid` even if it does not list it (Discovery §3); other servers support what
  // they list.
  const known = (scope: string) =>
    scopesSupported === undefined ? openId : scopesSupported.includes(scope) || (openId && scope === "openid");
  const added = protocolScopes.filter(known);
  const lists = [added, added.filter((scope) => scope === "openid"), []].map((some) => [
    ...new Set([...some, ...scopes]),
  ]);
  return lists.filter((list, at) => at === 0 || list.length < lists[at - 1]!.length);
}

/** OpenID Connect's own scopes: their result is in the ID token, and many servers leave them out of `scope`. */
const identityScopes = ["openid", "profile", "email", "address", "phone", "offline_access"];

/**
 * The requested scopes that an answer does not grant (RFC 6749 §3.3). Names are compared without case, as Entra does,
 * and with or without their resource prefix. `.default` covers whatever was granted.
 */
export function notGranted(wanted: readonly string[], granted: readonly string[]): string[] {
  const given = granted.map((scope) => scope.toLowerCase());
  const isGranted = (scope: string) =>
    given.some((name) => name === scope || name.endsWith(`/${scope}`) || scope.endsWith(`/${name}`));
  return wanted.filter((scope) => {
    const name = scope.toLowerCase();
    return !identityScopes.includes(name) && !name.endsWith("/.default") && !isGranted(name);
  });
}

/**
 * Asks with each list until one is accepted.
 * @throws the first rejection if the last list is rejected as well; any other error immediately
 */
export async function withFewerScopes<T>(
  attempts: readonly string[][],
  ask: (scopes: string[]) => Promise<T>,
): Promise<T> {
  let refusal: unknown;
  for (const scopes of attempts) {
    try {
      return await ask(scopes);
    } catch (error) {
      if (!(error instanceof DoorcodeError) || error.error !== "invalid_scope") throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}
