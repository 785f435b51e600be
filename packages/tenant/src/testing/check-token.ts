import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK, type JWTPayload } from "jose";
import type { AdminContext } from "../admin/admin-context.ts";
import type { Api } from "../directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import { SIGNING_ALGORITHMS } from "../directory/signing-algorithms.ts";
import { issuerOf } from "../directory/tenant-config.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { TestingContext } from "./testing-context.ts";

/** A token as its reader sees it. */
export interface CheckedToken {
  /** The header; null if this is not a JWT. */
  header: Record<string, unknown> | null;
  /** The claims; null if this is not a JWT. */
  claims: Record<string, unknown> | null;
  /** The API whose guard was asked about. */
  api: { clientId: string; name: string; profile: "entra" | "rfc9068" };
  /** Whether the guard of this API takes it. */
  accepted: boolean;
  /** Why it does not. The first one is what the guard says; the others would be next. */
  reasons: RefusedToken[];
  /** How far the tenant's clock, which decides here, is ahead of this computer's, in milliseconds. */
  clockAheadMs: number;
}

/** One reason. */
export interface RefusedToken {
  /** The `code` of the guard's error. */
  code: string;
  /** A sentence. */
  message: string;
}

/** As in the guard. Copied, because the tenant and the guard share no code (ARCHITECTURE.md). */
const MAX_TOKEN_LENGTH = 16_384;
const TOLERANCE_SECONDS = 30;

interface Profile {
  algorithms: readonly string[];
  typ: string;
  required: readonly string[];
}

const COMMON = ["iss", "aud", "exp", "iat"];
const PROFILES: Record<"entra" | "rfc9068", Profile> = {
  entra: {
    algorithms: ["RS256"],
    typ: "jwt",
    required: [...COMMON, "nbf", "sub", "oid", "tid", "azp", "ver"],
  },
  rfc9068: { algorithms: SIGNING_ALGORITHMS, typ: "at+jwt", required: [...COMMON, "sub", "client_id", "jti"] },
};

/**
 * Says whether the guard of an API takes a token of this tenant, by the rules that docs/reference/guard.md describes:
 * with the API's client ID as the audience and its profile. What a single route requires is not part of it.
 *
 * @param apiName client ID, name or identifier URI of the API
 * @throws TenantError `api_unknown`
 */
export async function checkToken(ctx: TestingContext, token: string, apiName: string): Promise<CheckedToken> {
  const { tenant } = ctx;
  const api = await findApiByName(tenant, apiName);
  const profile = api.tokenProfile === "rfc9068" ? "rfc9068" : "entra";
  const text = token.trim();
  const parts = partsOf(text);
  const reasons = await reasonsOf(tenant, text, parts, api, profile);
  return {
    header: parts?.header ?? null,
    claims: parts?.claims ?? null,
    api: { clientId: api.clientId, name: api.name, profile },
    accepted: reasons.length === 0,
    reasons,
    clockAheadMs: ctx.clock.aheadMs,
  };
}

interface Parts {
  header: Record<string, unknown> & { alg?: string; kid?: string; typ?: string };
  claims: JWTPayload;
}

function partsOf(token: string): Parts | undefined {
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) };
  } catch {
    return undefined;
  }
}

async function reasonsOf(
  ctx: AdminContext,
  token: string,
  parts: Parts | undefined,
  api: Api,
  profileName: "entra" | "rfc9068",
): Promise<RefusedToken[]> {
  if (token.length > MAX_TOKEN_LENGTH) return [reason("token_too_large", "It has more than 16,384 characters.")];
  if (!parts) return [reason("token_malformed", "It is not a signed JWT.")];
  const { header, claims } = parts;
  const { algorithms, typ, required } = PROFILES[profileName];
  const issuer = issuerOf(ctx.config);
  const reasons: RefusedToken[] = [];
  if (claims.iss !== issuer) reasons.push(reason("issuer_unknown", `Its issuer is not this tenant: ${issuer}.`));
  if (!algorithms.includes(String(header.alg))) {
    reasons.push(
      reason("algorithm_refused", `It is signed with ${header.alg}; this API takes ${algorithms.join(", ")}.`),
    );
  }
  if (reasons.length === 0) reasons.push(...(await signatureProblems(ctx, token, header)));
  const type = String(header.typ ?? "")
    .toLowerCase()
    .replace(/^application\//, "");
  if (type !== typ)
    reasons.push(reason("type_refused", `Its header has typ ${header.typ}, not ${PROFILE_TYP[profileName]}.`));
  for (const name of required) {
    if (claims[name] === undefined && name !== "iss") reasons.push(missing(name));
  }
  if (claims.aud !== undefined && !([] as unknown[]).concat(claims.aud).includes(api.clientId)) {
    const audience = await namedAudience(ctx, claims.aud);
    reasons.push(reason("audience_refused", `It is for ${audience}, not for ${api.name} (${api.clientId}).`));
  }
  reasons.push(...timeProblems(claims, ctx.clock.now()), ...profileProblems(claims, api, profileName));
  return reasons;
}

/** With the name of the API, where the tenant knows it. */
async function namedAudience({ store }: AdminContext, aud: JWTPayload["aud"]): Promise<string> {
  if (aud === GRAPH_RESOURCE_ID) return `Microsoft Graph (${aud})`;
  const api = typeof aud === "string" ? await store.directory.findApi(aud.toLowerCase()) : undefined;
  return api ? `${api.name} (${api.clientId})` : typeof aud === "string" ? aud : JSON.stringify(aud);
}

const PROFILE_TYP = { entra: "JWT", rfc9068: "at+jwt" };

async function signatureProblems(ctx: AdminContext, token: string, header: Parts["header"]): Promise<RefusedToken[]> {
  const key = (await ctx.signingKeys.published()).find(({ kid }) => kid === header.kid);
  if (!key) return [reason("key_unknown", "Its signing key is not among those that this tenant publishes.")];
  try {
    await compactVerify(token, await importJWK(key, header.alg), { algorithms: [String(header.alg)] });
    return [];
  } catch {
    return [reason("signature_invalid", "Its signature is invalid.")];
  }
}

function timeProblems({ exp, nbf, iat }: JWTPayload, now: number): RefusedToken[] {
  const seconds = now / 1_000;
  const wrong = Object.entries({ iat, nbf, exp }).filter(([, time]) => time !== undefined && typeof time !== "number");
  if (wrong.length > 0) return wrong.map(([name]) => missing(name));
  const reasons: RefusedToken[] = [];
  const isLater = (time: number | undefined) => time !== undefined && time > seconds + TOLERANCE_SECONDS;
  if (isLater(nbf) || isLater(iat)) reasons.push(reason("token_not_yet_valid", "It is not valid yet."));
  if (exp !== undefined && exp <= Math.floor(seconds) - TOLERANCE_SECONDS) {
    reasons.push(reason("token_expired", `It expired at ${new Date(exp * 1_000).toISOString()}.`));
  }
  return reasons;
}

function profileProblems(claims: JWTPayload, api: Api, profile: "entra" | "rfc9068"): RefusedToken[] {
  const reasons: RefusedToken[] = [];
  if (["nonce", "at_hash", "c_hash"].some((name) => claims[name] !== undefined)) {
    reasons.push(reason("id_token_refused", "It is an ID token, not an access token."));
  }
  if (profile === "rfc9068") return reasons;
  if (claims.ver !== undefined && claims.ver !== "2.0") {
    reasons.push(reason("version_refused", "It is not a version 2.0 token."));
  }
  if (Array.isArray(claims.aud) && claims.aud.includes(api.clientId)) {
    reasons.push(reason("audience_refused", "Its audience is a list."));
  }
  const isAppOnly = claims.idtyp === "app" || (claims.idtyp === undefined && claims.scp === undefined);
  const granted = isAppOnly ? claims.roles : String(claims.scp ?? "").trim();
  if (!Array.isArray(granted) ? granted === undefined || granted === "" : granted.length === 0) {
    reasons.push(reason("permissions_missing", "It has neither scopes nor, as a token of an app, roles."));
  }
  return reasons;
}

const reason = (code: string, message: string): RefusedToken => ({ code, message });
const missing = (name: string) => reason("claim_missing", `Its claim ${name} is missing or invalid.`);

async function findApiByName({ store }: Pick<AdminContext, "store">, given: string): Promise<Api> {
  const name = given.trim();
  const { directory } = store;
  const api = (await directory.findApi(name.toLowerCase())) ?? (await directory.findApiByIdentifierUri(name));
  if (api) return api;
  const named = (await directory.listApis()).filter((each) => each.name.toLowerCase() === name.toLowerCase());
  if (named.length === 1) return named[0]!;
  // What was given is not repeated: it may be a secret or the token itself, in the wrong place.
  const which =
    named.length === 0 ? "No API has this client ID, name or identifier URI." : `${named.length} APIs have this name.`;
  throw new TenantError("api_unknown", which, "Use a client ID: doorcode tenant export lists them.");
}
