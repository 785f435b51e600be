import type { Account } from "../client.ts";
import { DoorcodeError } from "../errors.ts";
import type { Owner } from "../token-store/contract.ts";
import type { StoredToken } from "../token-store/read-store.cts";
import { protocolScopes } from "../token-store/store-keys.ts";
import type { HttpAnswer } from "../transport/transport.ts";
import type { IdTokenClaims } from "./id-token.ts";
import { issuerError, plainText, readJsonObject, stringOf, withoutEmpty } from "./issuer-answer.ts";
import type { IssuerMetadata } from "./issuer-session.ts";
import { notGranted } from "./scopes.ts";

/** Members of a token answer, as MSAL receives them. */
export type TokenAnswer = Record<string, unknown>;

/** `uid.utid` as MSAL builds it, in lower case: with mixed case MSAL does not find its own records. */
export function accountIdOf(answer: TokenAnswer, claims: IdTokenClaims): string {
  const info = clientInfoOf(answer);
  return (info ? `${info.uid}.${info.utid}` : claims.sub).toLowerCase();
}

/** The same answer with `client_info` in lower case, so that MSAL's ids equal ours. */
export function withLowerCaseIds<T extends TokenAnswer>(answer: T): T {
  const info = clientInfoOf(answer);
  if (!info) return answer;
  const lower = { ...info, uid: info.uid.toLowerCase(), utid: info.utid.toLowerCase() };
  return { ...answer, client_info: Buffer.from(JSON.stringify(lower)).toString("base64url") };
}

function clientInfoOf(answer: TokenAnswer): { uid: string; utid: string } | undefined {
  const text = stringOf(answer.client_info);
  const info = text === undefined ? undefined : readJsonObject(Buffer.from(text, "base64url").toString("utf8"));
  const uid = stringOf(info?.uid);
  const utid = stringOf(info?.utid);
  return uid && utid ? { uid, utid } : undefined;
}

export function accountFrom(id: string, claims: IdTokenClaims, owner: Owner): Account {
  const name = stringOf(claims.name);
  return {
    id,
    // Programs print both, and an issuer can put anything in them.
    username: plainText(stringOf(claims.preferred_username) ?? stringOf(claims.email) ?? claims.sub),
    name: name === undefined ? undefined : plainText(name),
    tenantId: stringOf(claims.tid),
    issuer: String(claims.iss),
    authority: owner.authority,
    clientId: owner.clientId,
  };
}

/**
 * The account of a token without an ID token: an OAuth server does not name the user. Only one such account is kept at
 * a time.
 */
export const unnamed = "(unnamed)";

export function unnamedAccount(issuer: string, owner: Owner): Account {
  const { authority, clientId } = owner;
  return { id: unnamed, username: unnamed, name: undefined, tenantId: undefined, issuer, authority, clientId };
}

/**
 * The names to compare with an expected account: user name and email, unless the issuer says that it never verified the
 * latter. At Microsoft's shared authorities any tenant's administrator may have set it; `xms_edov` says that the domain
 * is theirs.
 */
export function namesIn(claims: IdTokenClaims, { issuer }: Pick<IssuerMetadata, "issuer">): string[] {
  const says = (claim: unknown, ...words: string[]) => words.includes(String(claim).toLowerCase());
  const isForeign = issuer.includes("{tenantid}") && !says(claims.xms_edov, "true", "1");
  // Some servers send it as a string.
  const email = isForeign || says(claims.email_verified, "false", "0") ? undefined : claims.email;
  return [claims.preferred_username, email].filter((name) => typeof name === "string");
}

/** `Date` has whole seconds, and the answer was on its way. */
const smallestLeadMs = 10_000;

/**
 * How far this machine's clock is ahead of an answer's `Date` (RFC 9110 §6.6.1), in milliseconds; 0 if it is not ahead.
 */
export function clockLead({ headers }: Pick<HttpAnswer, "headers">, now: number): number {
  const lead = now - Date.parse(headers.date ?? "");
  return lead > smallestLeadMs ? lead : 0;
}

/**
 * The scopes of a token answer; undefined if it does not say (RFC 6749 §5.1: then everything requested). Some servers
 * send a list, or separate the names with commas.
 */
export function grantedScopes(scope: unknown, requested: readonly string[]): string[] | undefined {
  const text = Array.isArray(scope) ? scope.join(" ") : (stringOf(scope) ?? "");
  const between = requested.some((name) => name.includes(",")) ? /\s+/ : /[\s,]+/;
  const granted = text.split(between).filter((name) => name !== "");
  return granted.length > 0 ? granted : undefined;
}

/** Assumed lifetime of a token whose end the issuer does not name and that cannot be renewed. */
const untilRefusedMs = 365 * 24 * 60 * 60 * 1_000;

interface TokenContext {
  /** The scopes that the token is for, if fewer were requested because the issuer did not grant the others before. */
  wanted?: readonly string[];
  /** How far this machine's clock is ahead of the issuer's, in milliseconds. */
  lead?: number;
}

/**
 * The access token of an answer (RFC 6749 §5.1). Its end counts from `now` or from the issuer's time, whichever is
 * earlier, so that an expired token does not count as valid after the clock is corrected.
 */
export function accessTokenFrom(
  answer: TokenAnswer,
  requested: readonly string[],
  now: number,
  { wanted = requested, lead = 0 }: TokenContext = {},
): StoredToken {
  const token = stringOf(answer.access_token);
  if (!token) throw new DoorcodeError("invalid_issuer_response", { detail: "the token answer has no access token." });
  const seconds = Number(answer.expires_in);
  const scopes = grantedScopes(answer.scope, requested) ?? requested;
  // RFC 6749 §5.1 makes the lifetime optional. Without it, the token serves now and is renewed next time, or, without a
  // refresh token, serves until the API rejects it.
  const unknown = stringOf(answer.refresh_token) === undefined ? untilRefusedMs : 0;
  return {
    token,
    scopes: scopes.filter((scope) => !protocolScopes.includes(scope)),
    notGranted: notGranted(wanted, scopes),
    expiresAt: now - lead + (Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : unknown),
    obtainedAt: now,
  };
}

/**
 * Reads a successful token answer (RFC 6749 §5.1). The one-time code is spent by now, so only unusable answers are
 * rejected: optional members may be absent, null or empty. The ID token is verified elsewhere.
 * @throws DoorcodeError for the issuer's error, or `invalid_issuer_response`
 */
export function readTokenAnswer(answer: HttpAnswer, secrets: readonly string[]): TokenAnswer {
  const body = readJsonObject(answer.body);
  // Some servers answer an error with status 200.
  if (answer.status !== 200 || !body || stringOf(body.error))
    throw issuerError(answer, { request: "the token", secrets });
  const members = withoutEmpty(body);
  const { token_type: type = "Bearer" } = members;
  // RFC 6749 §7.1: a token of an unknown type must not be used.
  if (typeof type !== "string" || type.toLowerCase() !== "bearer") {
    const named = typeof type === "string" ? plainText(type, { secrets, limit: 40 }) : "that is not a string";
    throw new DoorcodeError("invalid_issuer_response", { detail: `the token answer has the token type ${named}.` });
  }
  return members;
}
