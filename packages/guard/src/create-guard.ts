import type { IncomingMessage, ServerResponse } from "node:http";
import { type AccessToken, checkRequirements, type Requirements, requirePermissions } from "./access-token.ts";
import { bearerToken } from "./authorization-header.ts";
import { GuardError } from "./errors.ts";
import { secureUrl } from "./fetch-json.ts";
import { type Clock, issuerKeys, systemClock } from "./issuer-keys.ts";
import { entra, type ProfileName, rfc9068 } from "./profiles.ts";
import { checksOf, type TrustedIssuer, verifyToken } from "./verify-token.ts";

/** An issuer whose access tokens the API accepts. */
export interface IssuerOptions {
  /** The exact `iss` of its tokens: https, or http on loopback. */
  issuer: string;
  /** The `aud` of its tokens for this API. Entra: the API's client ID. */
  audience: string;
  /** The form of its access tokens. Configured, never inferred from a token. */
  profile: ProfileName;
  /**
   * The signature algorithms that are accepted, some of the profile's. Default: all of them. Set it to the algorithm that
   * the API is registered with (`accessTokenSigningAlg` of a Doorcode tenant).
   */
  algorithms?: readonly string[];
  /** The `tid` of its tokens. Default for Entra: taken from the issuer's address. */
  tenantId?: string;
  /** Client IDs that may call the API (`azp`, RFC 9068 `client_id`). Default: every client of the issuer. */
  allowedClients?: readonly string[];
  /** The URL of its keys. Default: from its OpenID Connect metadata. */
  jwksUri?: string;
  /** A CA in PEM to trust in addition to the system's, for this issuer's metadata and keys only. */
  ca?: string;
}

/** Time limits of a guard. */
export interface GuardTimes {
  /** Tolerated clock difference in milliseconds. Default: 30,000. */
  clockToleranceMs?: number;
  /**
   * Minimum time between two loads of an issuer's keys for tokens with unknown keys, in milliseconds. Default: 30,000.
   */
  cooldownMs?: number;
  /**
   * Time until keys are loaded again, in milliseconds; a withdrawn key remains valid for that long. Default: 600,000.
   */
  cacheMaxAgeMs?: number;
  /** The time, for tests. Default: the system's clock. */
  clock?: Clock;
}

/** Options of `createGuard`: one issuer, or several. */
export type GuardOptions = GuardTimes & (IssuerOptions | { issuers: readonly IssuerOptions[] });

/** Verifies the access tokens of a web API. */
export interface Guard {
  /**
   * Verifies an access token (RFC 9068 §4, RFC 7519 §7.2) and its permissions.
   * @throws {GuardError} 401 `invalid_token` or `insufficient_claims`, 403 `insufficient_scope`, 503
   * `issuer_unreachable`.
   */
  verify(token: string, requirements?: Requirements): Promise<AccessToken>;
  /**
   * Verifies the bearer token of a request. Reads `request.rawHeaders`, but neither query nor body.
   * @throws {GuardError} As `verify`; also 401 without an error code if there is no token, 400 if the header is
   * malformed.
   */
  verifyRequest(request: Pick<IncomingMessage, "rawHeaders">, requirements?: Requirements): Promise<AccessToken>;
  /**
   * For node:http: verifies the bearer token of a request. If the token is rejected, sends the error response and
   * resolves with undefined.
   */
  authenticate(
    request: IncomingMessage,
    response: ServerResponse,
    requirements?: Requirements,
  ): Promise<AccessToken | undefined>;
}

/**
 * Creates a guard for a web API. It verifies tokens offline: a revoked token is accepted until it expires.
 * @throws {TypeError} The configuration is unsafe or incomplete.
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { createGuard } from "@doorcode/guard";
 *
 * const guard = createGuard({
 *   issuer: "https://contoso.ciamlogin.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0",
 *   audience: "00001111-aaaa-2222-bbbb-3333cccc4444",
 *   profile: "entra",
 * });
 * createServer(async (request, response) => {
 *   const token = await guard.authenticate(request, response, { scopes: ["ToDoList.Read"] });
 *   if (token) response.end(`Hello, ${token.sub}`);
 * }).listen(3000);
 * ```
 */
export function createGuard(options: GuardOptions): Guard {
  const { clockToleranceMs = 30_000, cooldownMs = 30_000, cacheMaxAgeMs = 600_000, clock = systemClock } = options;
  for (const [name, value] of Object.entries({ clockToleranceMs, cooldownMs, cacheMaxAgeMs })) {
    if (!Number.isFinite(value) || value < 0)
      throw new TypeError(`${name} must be a number of milliseconds, 0 or more.`);
  }
  const issuers = new Map<string, TrustedIssuer>();
  for (const each of "issuers" in options ? options.issuers : [options]) {
    if (issuers.has(each.issuer)) throw new TypeError(`The issuer ${each.issuer} is configured twice.`);
    issuers.set(each.issuer, trustedIssuer(each, { cooldownMs, cacheMaxAgeMs, clock }, clockToleranceMs));
  }
  if (issuers.size === 0) throw new TypeError("A guard needs at least one issuer.");

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

function trustedIssuer(options: IssuerOptions, times: KeyTimes, clockToleranceMs: number): TrustedIssuer {
  const { issuer, audience, profile: name, allowedClients, jwksUri, ca } = options;
  if (!secureUrl(issuer)) throw new TypeError("issuer must be an https URL, or http on loopback.");
  if (jwksUri !== undefined && !secureUrl(jwksUri))
    throw new TypeError("jwksUri must be an https URL, or http on loopback.");
  if (typeof audience !== "string" || audience === "")
    throw new TypeError("audience must be the API's ID at its issuer.");
  if (name !== "entra" && name !== "rfc9068") throw new TypeError('profile must be "entra" or "rfc9068".');
  const profile = name === "entra" ? entra : rfc9068;
  const { algorithms = profile.algorithms } = options;
  if (algorithms.length === 0 || !algorithms.every((each) => profile.algorithms.includes(each)))
    throw new TypeError(`algorithms must be some of ${profile.algorithms.join(", ")}.`);
  const tenantId = options.tenantId ?? (name === "entra" ? tenantInIssuer(issuer) : undefined);
  if (tenantId === "" || (name === "entra" && tenantId === undefined)) {
    throw new TypeError("tenantId is required: the issuer's address does not contain it.");
  }
  return {
    issuer,
    audience,
    tenantId,
    profile,
    algorithms,
    checks: checksOf({ issuer, audience, profile, algorithms }, clockToleranceMs),
    allowedClients: allowedClients && new Set(allowedClients),
    keys: issuerKeys({ issuer, jwksUri, ca, ...times }),
  };
}

/** Entra's issuers end in `/{tid}/v2.0`. */
function tenantInIssuer(issuer: string): string | undefined {
  return /\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/v2\.0$/.exec(issuer)?.[1];
}
