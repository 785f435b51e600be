import { issuerError } from "../device-flow/issuer-error.ts";
import { readJsonObject, stringOf } from "../device-flow/read-json.ts";
import { withRetries } from "../device-flow/with-retries.ts";
import { DoorcodeError } from "../errors.ts";
import type { Json } from "../token-store/contract.ts";
import { chooseEngine, isCiamHost } from "./choose-engine.ts";
import type { EngineContext, FlowObserver } from "./engine.ts";
import { checkIssuer } from "./issuer-check.ts";
import { isObject, metadataKey } from "./records.ts";

/** What the issuer says of itself (OpenID Connect Discovery §3, RFC 8414), checked. */
export interface IssuerMetadata {
  engine: "entra" | "oidc";
  /** The authority that discovery was made at: for MSAL, never with `/v2.0` at the end. */
  authority: string;
  issuer: string;
  tokenEndpoint: string;
  /** Undefined where the issuer has no sign-in by code, or none in a browser. */
  deviceAuthorizationEndpoint: string | undefined;
  authorizationEndpoint: string | undefined;
  jwksUri: string;
  revocationEndpoint: string | undefined;
  /** `doorcode_profile` is there: the issuer knows `device_name`. */
  knowsDevices: boolean;
  document: { [name: string]: Json };
}

export interface MetadataContext extends EngineContext {
  engine: "entra" | "oidc" | undefined;
}

const freshMs = 24 * 60 * 60 * 1_000;
export const requestTimeoutMs = 15_000;

/**
 * The authority's metadata: kept in the store for a day, asked for again after that, and used however old it is while the
 * issuer cannot be reached.
 * @throws DoorcodeError `issuer_unreachable`, `issuer_misbehaved`, `configuration`
 */
export async function loadMetadata(
  context: MetadataContext,
  options: {
    observer?: Pick<FlowObserver, "retrying">;
    signal?: AbortSignal | undefined;
    /** What is kept is good however old it is. */
    anyAge?: boolean;
  } = {},
): Promise<IssuerMetadata> {
  const kept = await readKept(context);
  if (kept && (options.anyAge || (kept.age >= 0 && kept.age < freshMs))) return kept.metadata;
  try {
    const metadata = await discover(context, options);
    const value = { document: metadata.document, at: metadata.authority, fetched_at: context.clock.now() };
    await context.store.change([{ put: metadataKey(context.authority), value: { ...value, engine: metadata.engine } }]);
    return metadata;
  } catch (error) {
    if (kept && error instanceof DoorcodeError && error.code === "issuer_unreachable") return kept.metadata;
    throw error;
  }
}

async function readKept(context: MetadataContext): Promise<{ metadata: IssuerMetadata; age: number } | undefined> {
  const record = (await context.store.read()).records.get(metadataKey(context.authority));
  if (!isObject(record) || !isObject(record.document) || typeof record.at !== "string") return undefined;
  try {
    // Chosen anew: the program may have changed its mind since.
    const metadata = readMetadata(context, { authority: record.at, document: record.document });
    return { metadata, age: context.clock.now() - Number(record.fetched_at) };
  } catch {
    return undefined;
  }
}

async function discover(
  context: MetadataContext,
  { observer, signal }: { observer?: Pick<FlowObserver, "retrying">; signal?: AbortSignal | undefined },
): Promise<IssuerMetadata> {
  const { transport, clock } = context;
  let refusal: DoorcodeError | undefined;
  for (const candidate of candidates(context)) {
    const answer = await withRetries(
      (aborting) =>
        transport.send({ url: candidate.url, method: "GET", timeoutMs: requestTimeoutMs, signal: aborting }),
      { clock, observer, signal },
    );
    const document = readJsonObject(answer.body);
    if (answer.status === 200 && document && stringOf(document.issuer)) {
      return readMetadata(context, { authority: candidate.authority, document: document as { [name: string]: Json } });
    }
    const error = issuerError(answer, { request: "the issuer's metadata" });
    if (error.code === "issuer_unreachable") throw error;
    refusal ??= error;
  }
  throw refusal;
}

/** Where the metadata may be: Entra keeps it under `/v2.0`, OpenID Connect beneath the issuer itself. */
function candidates({ authority, engine: option }: MetadataContext): { authority: string; url: string }[] {
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
  context: MetadataContext,
  found: { authority: string; document: { [name: string]: Json } },
): IssuerMetadata {
  const { document } = found;
  const engine = chooseEngine({ option: context.engine, authority: context.authority, document }) ?? "oidc";
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
  throw new DoorcodeError("issuer_misbehaved", { detail: `the issuer's metadata has no usable ${name}.` });
}

function optionalAddress(document: Record<string, unknown>, name: string): string | undefined {
  const value = stringOf(document[name]);
  // `{tenantid}` stands in the issuer of Microsoft's shared authorities.
  return value && URL.canParse(value.replace("{tenantid}", "tenant")) ? value : undefined;
}
