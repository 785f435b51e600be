import type { IncomingMessage, ServerResponse } from "node:http";
import { type AccessToken, checkRequirements, type Requirements, requirePermissions } from "./access-token.ts";
import { bearerToken } from "./authorization-header.ts";
import { GuardError } from "./errors.ts";
import { secureUrl } from "./fetch-json.ts";
import { type Clock, issuerKeys, systemClock } from "./issuer-keys.ts";
import { entra, type ProfileName, rfc9068 } from "./profiles.ts";
import { type TrustedIssuer, verifyToken } from "./verify-token.ts";

export interface IssuerOptions {
  /** The `iss` of its tokens, to the letter: https, or http on loopback. */
  issuer: string;
  /** The `aud` of its tokens for this API. Entra: the API's client ID. */
  audience: string;
  /** How it writes access tokens. Configured, never guessed from a token. */
  profile: ProfileName;
  /** The `tid` of its tokens. Entra: left out, it is read from the issuer's address. */
  tenantId?: string;
  /** Client IDs that may call (`azp`, RFC 9068 `client_id`). Left out: every client the issuer gives tokens to. */
  allowedClients?: readonly string[];
  /** URL of its keys. Default: from its OpenID Connect metadata. */
  jwksUri?: string;
  /** PEM of a CA to trust besides the system's, for metadata and keys of this issuer only. */
  ca?: string;
}

export interface GuardTimes {
  /** Milliseconds that clocks may differ. Default 30,000. */
  clockToleranceMs?: number;
  /** Milliseconds between two readings of an issuer's keys that tokens with unknown keys cause. Default 30,000. */
  cooldownMs?: number;
  /** Milliseconds until keys are read again, so how long a withdrawn key still counts. Default 600,000. */
  cacheMaxAgeMs?: number;
  clock?: Clock;
}

export type GuardOptions = GuardTimes & (IssuerOptions | { issuers: readonly IssuerOptions[] });

export interface Guard {
  /**
   * Verifies an access token (RFC 9068 §4, RFC 7519 §7.2) and what it may do.
   *
   * @throws {GuardError} 401 `invalid_token` or `insufficient_claims`, 403 `insufficient_scope`, 503 `issuer_unreachable`.
   */
  verify(token: string, requirements?: Requirements): Promise<AccessToken>;
  /**
   * Verifies the bearer token of a request: `request.rawHeaders` is read, query and body are not.
   *
   * @throws {GuardError} As `verify`; 401 without an error code when there is no token, 400 when the header is malformed.
   */
  verifyRequest(request: Pick<IncomingMessage, "rawHeaders">, requirements?: Requirements): Promise<AccessToken>;
  /** For node:http. Sends the error response itself when a request is refused, and then resolves to undefined. */
  authenticate(
    request: IncomingMessage,
    response: ServerResponse,
    requirements?: Requirements,
  ): Promise<AccessToken | undefined>;
}

/**
 * Creates a guard for a web API. It verifies tokens offline: a revoked token is accepted until it expires.
 *
 * @throws {TypeError} The configuration is unsafe or incomplete.
 * @example
 * ```ts
 * const guard = createGuard({
 *   issuer: "https://contoso.ciamlogin.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0",
 *   audience: "00001111-aaaa-2222-bbbb-3333cccc4444",
 *   profile: "entra",
 * });
 * const token = await guard.verifyRequest(request, { scopes: ["ToDoList.Read"] });
 * ```
 */
export function createGuard(options: GuardOptions): Guard {
  const { clockToleranceMs = 30_000, cooldownMs = 30_000, cacheMaxAgeMs = 600_000, clock = systemClock } = options;
  for (const [name, value] of Object.entries({ clockToleranceMs, cooldownMs, cacheMaxAgeMs })) {
    if (!Number.isFinite(value) || value < 0) throw new TypeError(`${name} is a number of milliseconds, 0 or more.`);
  }
  const issuers = new Map<string, TrustedIssuer>();
  for (const each of "issuers" in options ? options.issuers : [options]) {
    if (issuers.has(each.issuer)) throw new TypeError(`The issuer ${each.issuer} is configured twice.`);
    issuers.set(each.issuer, trustedIssuer(each, { cooldownMs, cacheMaxAgeMs, clock }));
  }
  if (issuers.size === 0) throw new TypeError("A guard needs an issuer.");

  const guard: Guard = {
    async verify(token, requirements = {}) {
      checkRequirements(requirements);
      const verified = await verifyToken(token, issuers, clock, clockToleranceMs);
      requirePermissions(verified.token, requirements, verified.from.keys.authorizationEndpoint());
      return verified.token;
    },
    async verifyRequest(request, requirements = {}) {
      checkRequirements(requirements);
      return guard.verify(bearerToken(request.rawHeaders), requirements);
    },
    async authenticate(request, response, requirements) {
      try {
        return await guard.verifyRequest(request, requirements);
      } catch (error) {
        if (!(error instanceof GuardError)) throw error;
        const headers: Record<string, string> = { "content-type": "application/json", "cache-control": "no-store" };
        if (error.wwwAuthenticate !== null) headers["www-authenticate"] = error.wwwAuthenticate;
        response.writeHead(error.status, headers).end(JSON.stringify(error.body()));
        return undefined;
      }
    },
  };
  return guard;
}

type KeyTimes = Required<Pick<GuardTimes, "cooldownMs" | "cacheMaxAgeMs" | "clock">>;

function trustedIssuer(options: IssuerOptions, times: KeyTimes): TrustedIssuer {
  const { issuer, audience, profile, allowedClients, jwksUri, ca } = options;
  if (!secureUrl(issuer)) throw new TypeError("issuer is an https URL, or http on loopback.");
  if (jwksUri !== undefined && !secureUrl(jwksUri))
    throw new TypeError("jwksUri is an https URL, or http on loopback.");
  if (typeof audience !== "string" || audience === "") throw new TypeError("audience is the API's ID at its issuer.");
  if (profile !== "entra" && profile !== "rfc9068") throw new TypeError('profile is "entra" or "rfc9068".');
  const tenantId = options.tenantId ?? (profile === "entra" ? tenantInIssuer(issuer) : undefined);
  if (tenantId === "" || (profile === "entra" && tenantId === undefined)) {
    throw new TypeError("tenantId is needed: this issuer's address does not say which tenant it is.");
  }
  return {
    issuer,
    audience,
    tenantId,
    profile: profile === "entra" ? entra : rfc9068,
    allowedClients: allowedClients && new Set(allowedClients),
    keys: issuerKeys({ issuer, jwksUri, ca, ...times }),
  };
}

/** Entra's issuers end in `/{tid}/v2.0`. */
function tenantInIssuer(issuer: string): string | undefined {
  return /\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/v2\.0$/.exec(issuer)?.[1];
}
