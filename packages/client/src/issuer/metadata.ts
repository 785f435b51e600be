import type { FlowObserver } from "../engines/engine.ts";
import { DoorcodeError } from "../errors.ts";
import type { Json } from "../token-store/contract.ts";
import { isObject } from "../token-store/read-store.cts";
import { metadataKey } from "../token-store/store-keys.ts";
import { issuerError, readJsonObject, stringOf } from "./issuer-answer.ts";
import { checkIssuer, chooseEngine, isCiamHost } from "./issuer-check.ts";
import type { ConnectedSession, IssuerMetadata, IssuerSession } from "./issuer-session.ts";
import { requestTimeoutMs, withRetries } from "./with-retries.ts";

const freshMs = 24 * 60 * 60 * 1_000;

export interface ConnectOptions {
  observer?: Pick<FlowObserver, "retrying">;
  signal?: AbortSignal | undefined;
  /** What is kept is good however old it is. */
  anyAge?: boolean;
}

/**
 * The session with the authority's metadata: kept in the store for a day, asked for again after that, and used however old it
 * is while the issuer cannot be reached.
 * @throws DoorcodeError `issuer_unreachable`, `invalid_issuer_response`, `configuration`
 */
export async function connect(session: IssuerSession, options: ConnectOptions = {}): Promise<ConnectedSession> {
  const kept = await readKept(session);
  if (kept && (options.anyAge || (kept.age >= 0 && kept.age < freshMs))) return { ...session, metadata: kept.metadata };
  const { authority, clock, store } = session;
  try {
    const metadata = await discover(session, options);
    const value = { document: metadata.document, at: metadata.authority, fetched_at: clock.now() };
    await store.change([{ put: metadataKey(authority), value: { ...value, engine: metadata.engine } }]);
    return { ...session, metadata };
  } catch (error) {
    if (kept && error instanceof DoorcodeError && error.code === "issuer_unreachable") {
      return { ...session, metadata: kept.metadata };
    }
    if (kept) throw error;
    throw await (await import("./wrong-authority.ts")).wrongAuthority(session, error, options.signal);
  }
}

async function readKept(session: IssuerSession): Promise<{ metadata: IssuerMetadata; age: number } | undefined> {
  const record = (await session.store.read()).records.get(metadataKey(session.authority));
  if (!isObject(record) || !isObject(record.document) || typeof record.at !== "string") return undefined;
  try {
    // Chosen anew: the program may have changed its mind since.
    const metadata = readMetadata(session, { authority: record.at, document: record.document });
    return { metadata, age: session.clock.now() - Number(record.fetched_at) };
  } catch {
    return undefined;
  }
}

async function discover(
  session: Pick<IssuerSession, "authority" | "engine" | "transport" | "clock">,
  { observer, signal }: ConnectOptions,
): Promise<IssuerMetadata> {
  const { transport, clock } = session;
  let refusal: DoorcodeError | undefined;
  for (const candidate of candidates(session)) {
    const answer = await withRetries(
      (aborting) =>
        transport.send({ url: candidate.url, method: "GET", timeoutMs: requestTimeoutMs, signal: aborting }),
      { clock, observer, signal },
    );
    const document = readJsonObject(answer.body);
    if (answer.status === 200 && document && stringOf(document.issuer)) {
      return readMetadata(session, { authority: candidate.authority, document: document as { [name: string]: Json } });
    }
    const error = issuerError(answer, { request: "the issuer's metadata" });
    if (error.code === "issuer_unreachable") throw error;
    refusal ??= error;
  }
  throw refusal;
}

/** Where the metadata may be: Entra keeps it under `/v2.0`, OpenID Connect beneath the issuer itself. */
function candidates({
  authority,
  engine: option,
}: Pick<IssuerSession, "authority" | "engine">): { authority: string; url: string }[] {
  const url = new URL(authority);
  const wellKnown = "/.well-known/openid-configuration";
  const plain = authority.replace(/\/v2\.0$/, "");
  const entra = { authority: withTenant(plain, url), url: `${withTenant(plain, url)}/v2.0${wellKnown}` };
  const oidc = { authority, url: `${authority}${wellKnown}` };
  const chosen = chooseEngine({ option, authority });
  if (chosen === "entra") return [entra];
  if (chosen === "oidc") return [oidc];
  return [oidc, entra];
}

/** MSAL's rule for an external tenant named by its host alone: `contoso.ciamlogin.com` is `contoso.onmicrosoft.com` there. */
function withTenant(authority: string, url: URL): string {
  if (!isCiamHost(url.hostname) || url.pathname !== "/") return authority;
  return `${authority}/${url.hostname.split(".")[0]}.onmicrosoft.com`;
}

function readMetadata(
  session: Pick<IssuerSession, "authority" | "engine">,
  found: { authority: string; document: { [name: string]: Json } },
): IssuerMetadata {
  const { document } = found;
  const engine = chooseEngine({ option: session.engine, authority: session.authority, document }) ?? "oidc";
  const authority = engine === "entra" ? found.authority.replace(/\/v2\.0$/, "") : found.authority;
  const issuer = address(document, "issuer");
  checkIssuer(issuer, authority, engine);
  const tokenEndpoint = address(document, "token_endpoint");
  // Entra's metadata did not always name it; MSAL derives it so.
  const derived = engine === "entra" ? tokenEndpoint.replace("/token", "/devicecode") : undefined;
  return {
    engine,
    authority,
    issuer,
    tokenEndpoint,
    deviceAuthorizationEndpoint: optionalAddress(document, "device_authorization_endpoint") ?? derived,
    authorizationEndpoint: optionalAddress(document, "authorization_endpoint"),
    jwksUri: address(document, "jwks_uri"),
    revocationEndpoint: optionalAddress(document, "revocation_endpoint"),
    knowsDevices: document.doorcode_profile !== undefined,
    document,
  };
}

function address(document: Record<string, unknown>, name: string): string {
  const found = optionalAddress(document, name);
  if (found) return found;
  throw new DoorcodeError("invalid_issuer_response", { detail: `the issuer's metadata has no usable ${name}.` });
}

function optionalAddress(document: Record<string, unknown>, name: string): string | undefined {
  const value = stringOf(document[name]);
  // `{tenantid}` stands in the issuer of Microsoft's shared authorities.
  return value && URL.canParse(value.replace("{tenantid}", "tenant")) ? value : undefined;
}
