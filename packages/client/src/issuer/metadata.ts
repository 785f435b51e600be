import { announcedWait } from "../device-flow/held-poll.ts";
import type { FlowObserver } from "../engines/engine.ts";
import { DoorcodeError } from "../errors.ts";
import type { Json } from "../token-store/contract.ts";
import { isObject } from "../token-store/read-store.cts";
import { metadataKey } from "../token-store/store-keys.ts";
import { TransportError } from "../transport/transport.ts";
import { authenticatingTransport } from "./client-authentication.ts";
import { issuerError, plainText, readJsonObject, stringOf } from "./issuer-answer.ts";
import { checkIssuer, chooseEngine, isCiamHost } from "./issuer-check.ts";
import type { ConnectedSession, IssuerMetadata, IssuerSession } from "./issuer-session.ts";
import { requestTimeoutMs, withRetries } from "./with-retries.ts";

const freshMs = 24 * 60 * 60 * 1_000;

export interface ConnectOptions {
  observer?: Pick<FlowObserver, "retrying">;
  signal?: AbortSignal | undefined;
  /** Kept metadata never becomes too old to use. */
  anyAge?: boolean;
}

/**
 * The session with the authority's metadata. It is stored for a day, then requested again, and used at any age while
 * the issuer cannot be reached.
 * @throws DoorcodeError `issuer_unreachable`, `invalid_issuer_response`, `configuration`
 */
export async function connect(session: IssuerSession, options: ConnectOptions = {}): Promise<ConnectedSession> {
  const kept = await readKept(session);
  if (kept && (options.anyAge || (kept.age >= 0 && kept.age < freshMs))) return connected(session, kept.metadata);
  const { authority, clock, store } = session;
  try {
    const found = await discover(session, { ...options, isKnown: kept !== undefined });
    const metadata = readMetadata(session, found);
    // Stored as found: this program's endpoints do not apply to other programs.
    const value = { document: found.document, at: metadata.authority, fetched_at: clock.now() };
    const more = { engine: metadata.engine, ...(!found.openId && { oauth_only: true }) };
    await store.change([{ put: metadataKey(authority), value: { ...value, ...more } }]);
    return connected(session, metadata);
  } catch (error) {
    if (kept && error instanceof DoorcodeError && error.code === "issuer_unreachable") {
      return connected(session, kept.metadata);
    }
    // A lost connection was explained before the retry.
    if (kept || (error instanceof DoorcodeError && error.code === "configuration")) throw error;
    throw await (await import("./wrong-authority.ts")).wrongAuthority(session, error, options.signal);
  }
}

function connected(session: IssuerSession, metadata: IssuerMetadata): ConnectedSession {
  return { ...session, metadata, transport: authenticatingTransport(session.transport, { ...session, metadata }) };
}

async function readKept(session: IssuerSession): Promise<{ metadata: IssuerMetadata; age: number } | undefined> {
  const record = (await session.store.read()).records.get(metadataKey(session.authority));
  if (!isObject(record) || !isObject(record.document) || typeof record.at !== "string") return undefined;
  try {
    // Decided again: the program may have changed its choice since.
    const openId = record.oauth_only !== true;
    const metadata = readMetadata(session, { authority: record.at, document: record.document, openId });
    return { metadata, age: session.clock.now() - Number(record.fetched_at) };
  } catch {
    return undefined;
  }
}

interface FoundMetadata {
  /** The authority used for discovery. */
  authority: string;
  document: { [name: string]: Json };
  /** Found where OpenID Connect Discovery puts it. */
  openId: boolean;
}

async function discover(
  session: Pick<IssuerSession, "authority" | "endpoints" | "engine" | "transport" | "clock">,
  { observer, signal, isKnown }: ConnectOptions & { isKnown: boolean },
): Promise<FoundMetadata> {
  const { transport, clock } = session;
  const explained = isKnown ? undefined : explainOnce(session);
  let refusal: DoorcodeError | undefined;
  for (const candidate of candidates(session)) {
    const answer = await withRetries(
      (aborting) =>
        transport
          .send({ url: candidate.url, method: "GET", timeoutMs: requestTimeoutMs, signal: aborting })
          .catch(async (error: unknown) => {
            throw (await explained?.(error, aborting)) ?? error;
          }),
      { clock, observer, signal },
    );
    const document = readJsonObject(answer.body);
    if (answer.status === 200 && document && stringOf(document.issuer)) {
      const { authority, openId } = candidate;
      return { authority, openId, document: document as { [name: string]: Json } };
    }
    const error = issuerError(answer, { request: "the issuer's metadata" });
    if (error.code === "issuer_unreachable") throw error;
    refusal ??= error;
  }
  // Everything that is needed is known.
  const { authority, endpoints } = session;
  if (endpoints?.token && endpoints.deviceAuthorization) {
    return { authority, openId: false, document: { issuer: authority } };
  }
  throw refusal;
}

/** On this machine, a wrong scheme or port fails on every try, so the first failure is explained before a retry. */
function explainOnce(session: Pick<IssuerSession, "authority" | "transport">) {
  let first = true;
  return async (error: unknown, signal: AbortSignal | undefined): Promise<unknown> => {
    if (!first || !(error instanceof TransportError)) return error;
    first = false;
    return (await import("./wrong-authority.ts")).wrongAuthority(session, error, signal);
  };
}

/**
 * Where the metadata may be: Entra puts it under `/v2.0`, OpenID Connect below the issuer (Discovery §4), RFC 8414 §3.1
 * between the host and the issuer's path. Servers mix these forms.
 */
function candidates({
  authority,
  engine: option,
}: Pick<IssuerSession, "authority" | "engine">): { authority: string; url: string; openId: boolean }[] {
  const url = new URL(authority);
  const [openid, oauth] = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];
  const plain = authority.replace(/\/v2\.0$/, "");
  const entra = { authority: withTenant(plain, url), url: `${withTenant(plain, url)}/v2.0${openid}`, openId: true };
  const path = authority.slice(url.origin.length);
  const beneath = (wellKnown: string) => ({ authority, url: `${authority}${wellKnown}`, openId: wellKnown === openid });
  const between = (wellKnown: string) => ({ ...beneath(wellKnown), url: `${url.origin}${wellKnown}${path}` });
  const chosen = chooseEngine({ option, authority });
  if (chosen === "entra") return [entra];
  return [
    beneath(openid),
    ...(chosen === undefined ? [entra] : []),
    between(oauth),
    ...(path === "" ? [] : [beneath(oauth), between(openid)]),
  ];
}

/**
 * MSAL's rule for an external tenant named only by its host: `contoso.ciamlogin.com` means `contoso.onmicrosoft.com`
 * there.
 */
function withTenant(authority: string, url: URL): string {
  if (!isCiamHost(url.hostname) || url.pathname !== "/") return authority;
  return `${authority}/${url.hostname.split(".")[0]}.onmicrosoft.com`;
}

function readMetadata(
  session: Pick<IssuerSession, "authority" | "endpoints" | "engine">,
  found: FoundMetadata,
): IssuerMetadata {
  const { token, deviceAuthorization } = session.endpoints ?? {};
  const document: FoundMetadata["document"] = {
    ...found.document,
    ...(token !== undefined && { token_endpoint: token }),
    ...(deviceAuthorization !== undefined && { device_authorization_endpoint: deviceAuthorization }),
  };
  const engine = chooseEngine({ option: session.engine, authority: session.authority, document }) ?? "oidc";
  const authority = engine === "entra" ? found.authority.replace(/\/v2\.0$/, "") : found.authority;
  const issuer = address(document, "issuer");
  checkIssuer(issuer, authority, engine);
  const tokenEndpoint = address(document, "token_endpoint");
  const jwksUri = optionalAddress(document, "jwks_uri");
  const scopesSupported = listOf(document.scopes_supported);
  const openId =
    found.openId ||
    (jwksUri !== undefined &&
      (scopesSupported?.includes("openid") ?? listOf(document.id_token_signing_alg_values_supported) !== undefined));
  // Entra's metadata did not always include it; MSAL derives it in the same way.
  const derived = engine === "entra" ? tokenEndpoint.replace("/token", "/devicecode") : undefined;
  return {
    engine,
    authority,
    issuer,
    tokenEndpoint,
    deviceAuthorizationEndpoint: optionalAddress(document, "device_authorization_endpoint") ?? derived,
    authorizationEndpoint: optionalAddress(document, "authorization_endpoint"),
    jwksUri: openId ? address(document, "jwks_uri") : jwksUri,
    openId,
    scopesSupported,
    revocationEndpoint: optionalAddress(document, "revocation_endpoint"),
    tokenAuthMethods: listOf(document.token_endpoint_auth_methods_supported),
    revocationAuthMethods: listOf(document.revocation_endpoint_auth_methods_supported),
    assertionAlgs: listOf(document.token_endpoint_auth_signing_alg_values_supported),
    challengeMethods: listOf(document.code_challenge_methods_supported),
    knowsDevices: document.doorcode_profile !== undefined,
    announcedWait: announcedWait(document.doorcode_prefer_wait_seconds),
    document,
  };
}

function address(document: Record<string, unknown>, name: string): string {
  const found = optionalAddress(document, name);
  if (found) return found;
  throw new DoorcodeError("invalid_issuer_response", { detail: `the issuer's metadata has no usable ${name}.` });
}

/** The non-empty strings of a list; undefined if there are none, or no list. */
function listOf(value: unknown): string[] | undefined {
  const strings = Array.isArray(value) ? value.filter((each) => stringOf(each) !== undefined) : [];
  return strings.length > 0 ? strings : undefined;
}

function optionalAddress(document: Record<string, unknown>, name: string): string | undefined {
  const value = stringOf(document[name]);
  // Errors show it, so it must not contain anything that could rewrite a terminal.
  if (value === undefined || plainText(value, { limit: 2_000 }) !== value.trim()) return undefined;
  // The issuer of Microsoft's shared authorities contains `{tenantid}`.
  return URL.canParse(value.replace("{tenantid}", "tenant")) ? value : undefined;
}
