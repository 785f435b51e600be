import { administrativeScopes, missingAdminConsent } from "../directory/access-rules.ts";
import type { Api, App } from "../directory/entities.ts";
import { mayAdminister } from "../directory/grant-types.ts";
import { GRAPH_SCOPES } from "../directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID, OIDC_SCOPES, type ScopeSet } from "../directory/scopes.ts";
import type { Store } from "../storage/store.ts";
import type { OAuthContext } from "./oauth-context.ts";
import { ProtocolError } from "./protocol-error.ts";

const GRAPH_URIS = ["https://graph.microsoft.com", GRAPH_RESOURCE_ID];

/** Where APIs are found by what a scope names. */
export interface ApiLookup {
  directory: Pick<Store["directory"], "findApi" | "findApiByIdentifierUri">;
}

export type ScopeProblem =
  | { problem: "scope_invalid"; detail: string }
  | { problem: "resource_unknown"; detail: string }
  | { problem: "several_resources" };

/** scope-token of RFC 6749 §3.3. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;
const MAX_SCOPES = 50;
/**
 * How many spellings of its resource one request may use: its client ID, its URI, each with and without a slash. Each
 * is looked up.
 */
const MAX_SPELLINGS = 4;

/**
 * Reads a `scope` parameter in Entra's forms: bare OpenID Connect and Graph scopes, `<api>/<scope>` and
 * `<api>/.default`, where `<api>` is an identifier URI or a client ID. Names are case-insensitive. Anything unknown is
 * an error, never ignored.
 */
export async function parseScopes(store: ApiLookup, text: string): Promise<ScopeSet | ScopeProblem> {
  const asked = [...new Set(text.split(" ").filter((word) => word !== ""))];
  if (asked.length === 0) return { problem: "scope_invalid", detail: "it contains no scope." };
  if (asked.length > MAX_SCOPES) return { problem: "scope_invalid", detail: "it contains too many scopes." };

  const oidc: string[] = [];
  const names: string[] = [];
  const resources = new Map<string, Api | null>();
  const found = new Map<string, Api>();
  for (const word of asked) {
    if (!SCOPE_TOKEN.test(word))
      return { problem: "scope_invalid", detail: "it contains a character that scopes cannot have." };
    const slash = word.lastIndexOf("/");
    if (slash === -1) {
      const known = OIDC_SCOPES.find((scope) => same(scope, word));
      if (known) {
        oidc.push(known);
        continue;
      }
      resources.set(GRAPH_RESOURCE_ID, null);
      names.push(word);
      continue;
    }
    const resource = word.slice(0, slash);
    if (GRAPH_URIS.some((uri) => same(uri, resource))) {
      resources.set(GRAPH_RESOURCE_ID, null);
    } else {
      if (!found.has(resource) && found.size === MAX_SPELLINGS) return { problem: "several_resources" };
      const api = found.get(resource) ?? (await findApi(store, resource));
      if (!api) return { problem: "resource_unknown", detail: `${resource}.` };
      found.set(resource, api);
      resources.set(api.clientId, api);
    }
    names.push(word.slice(slash + 1));
  }
  if (resources.size > 1) return { problem: "several_resources" };

  const [resourceId, api] = resources.entries().next().value ?? [GRAPH_RESOURCE_ID, null];
  const isDefault = names.some((name) => same(name, ".default"));
  if (isDefault && names.length > 1) {
    return { problem: "scope_invalid", detail: ".default cannot be combined with other scopes of the same resource." };
  }
  const offered = api ? api.scopes.filter((scope) => scope.enabled).map((scope) => scope.value) : GRAPH_SCOPES;
  const resourceScopes: string[] = [];
  for (const name of isDefault ? [] : names) {
    const scope = offered.find((each) => same(each, name));
    if (!scope)
      return { problem: "scope_invalid", detail: `${name} is not a scope of ${api?.identifierUri ?? "this tenant"}.` };
    if (!resourceScopes.includes(scope)) resourceScopes.push(scope);
  }
  return { oidc: [...new Set(oidc)], resourceId, resourceScopes, isDefault, asked };
}

/**
 * The scopes of an app's sign-in request.
 *
 * @throws ProtocolError `administration_not_allowed`, `administration_by_device_code`, `admin_consent` if an
 *   administrator must consent first, and those of `ScopeProblem`
 */
export async function requestedScopes(
  { store }: OAuthContext,
  app: App,
  text: string,
  grantType: "device_code" | "authorization_code",
): Promise<ScopeSet> {
  const { clientId } = app;
  const requested = await parseScopes(store, text);
  if ("problem" in requested) throw scopeError(requested);
  const { resourceId } = requested;
  const administrative = administrativeScopes(requested);
  if (!mayAdminister(app, administrative, null)) throw new ProtocolError("administration_not_allowed");
  if (!mayAdminister(app, administrative, grantType)) throw new ProtocolError("administration_by_device_code");
  if (resourceId === GRAPH_RESOURCE_ID) return requested;
  const api = await store.directory.findApi(resourceId);
  const missing = missingAdminConsent({ api, consents: await store.directory.consentsFor(clientId, "") }, requested);
  if (missing.length > 0) throw new ProtocolError("admin_consent", { detail: `${missing.join(", ")}.` });
  return requested;
}

export function scopeError(problem: ScopeProblem): ProtocolError {
  return new ProtocolError(problem.problem, "detail" in problem ? { detail: problem.detail } : {});
}

async function findApi(store: ApiLookup, resource: string): Promise<Api | undefined> {
  const { directory } = store;
  const api =
    (await directory.findApi(resource.toLowerCase())) ??
    (await directory.findApiByIdentifierUri(resource)) ??
    // In Entra, scopes of an identifier URI that ends in a slash have two slashes.
    (await directory.findApiByIdentifierUri(`${resource}/`)) ??
    // MSAL sends what the developer typed, and GUIDs in URIs may be in either case.
    (await directory.findApiByIdentifierUri(resource.toLowerCase()));
  return api && api.disabledAt === null ? api : undefined;
}

/** Scope names do not depend on case. */
export function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
