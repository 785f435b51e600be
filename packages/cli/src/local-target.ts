import { UsageError } from "./exit-codes.ts";
import { shownValue } from "./file-errors.ts";
import type { LocalTenant } from "./local-tenants.ts";
import { printableLine } from "./output.ts";
import { nearest } from "./suggest.ts";

/** What a sign-in at a tenant on this machine asks for. */
export interface LocalTarget {
  authority: string;
  clientId: string;
  appName: string;
  scopes: string[];
  caFile: string;
  /** The authority that the profile remembers, which does not run any more. */
  insteadOf?: string;
}

/**
 * The one tenant that runs on this machine.
 * @throws UsageError if several run: with the words that choose one
 */
export function onlyTenant(tenants: readonly LocalTenant[]): LocalTenant | undefined {
  const [tenant, ...others] = tenants;
  if (others.length === 0) return tenant;
  throw new UsageError(
    "More than one tenant runs on this computer.",
    ["Choose one:", ...tenants.map(({ authority, apps }) => `  ${loginAt(authority)}    # ${namesOf(apps)}`)].join(
      "\n",
    ),
  );
}

/** App and scopes as the user named them, as the tenant knows them. */
export function targetAt(
  tenant: LocalTenant,
  {
    clientId,
    scopes,
    isExact = false,
  }: {
    clientId: string | undefined;
    scopes: readonly string[];
    /** Everything was written out: no scopes are added. */
    isExact?: boolean;
  },
): LocalTarget {
  const app = appOf(tenant, clientId);
  return {
    authority: tenant.authority,
    clientId: app.client_id,
    appName: app.name,
    scopes: scopes.length > 0 || isExact ? scopes.map((scope) => scopeOf(tenant, scope)) : consentedScopes(tenant, app),
    caFile: tenant.caFile,
  };
}

/** Whether these words need the tenant's own names to be understood. */
export const areNames = (clientId: string | undefined, scopes: readonly string[]): boolean =>
  clientId === undefined || !GUID.test(clientId) || scopes.some((scope) => !isQualified(scope));

const isQualified = (scope: string) => PROTOCOL.includes(scope.toLowerCase()) || /^[a-z][a-z0-9+.-]*:/i.test(scope);

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type App = LocalTenant["apps"][number];

/** @throws UsageError */
function appOf({ authority, apps }: LocalTenant, given: string | undefined): App {
  if (given === undefined) {
    const [only, ...others] = apps;
    if (only !== undefined && others.length === 0) return only;
    if (only === undefined) {
      throw new UsageError(
        `The tenant ${authority} has no app.`,
        "Describe one in a file, and start it: doorcode tenant start --file FILE",
      );
    }
    throw new UsageError("The tenant has more than one app.", choices(apps));
  }
  // An app that was registered after the start has no entry. Its ID is enough.
  if (GUID.test(given)) return apps.find(({ client_id }) => client_id === given.toLowerCase()) ?? unlisted(given);
  const named = apps.filter(({ name }) => name.toLowerCase() === given.toLowerCase());
  if (named.length > 1) {
    throw new UsageError(
      `The tenant has ${named.length} apps named ${printableLine(given)}.`,
      choices(named, ({ client_id }) => client_id),
    );
  }
  if (named[0] !== undefined) return named[0];
  const near = nearestName(
    given,
    apps.map(({ name }) => name),
  );
  const hint = near === undefined ? choices(apps) : `Did you mean: doorcode login --client-id ${quoted(near)}`;
  throw new UsageError(`The tenant has no app ${namedAs(given)}.`, hint);
}

const unlisted = (clientId: string): App => ({ name: clientId, client_id: clientId, scopes: [] });

/**
 * Everything that the app may use without asking: a token is for one API.
 * @throws UsageError if these are several
 */
function consentedScopes(tenant: LocalTenant, app: App): string[] {
  const [scopes = [], ...others] = scopesByApi(tenant, app);
  if (others.length === 0) return app.scopes;
  throw new UsageError(
    "The app may use more than one API, and a token is for one.",
    ["Choose one:", ...[scopes, ...others].map((each) => `  --scope ${quoted(each.join(" "))}`)].join("\n"),
  );
}

/** What the app may use of each API, as `--scope` takes it: by the API's name, if no other one has it. */
export function scopesByApi({ apis }: Pick<LocalTenant, "apis">, { scopes }: App): string[][] {
  const byResource = new Map<string, string[]>();
  for (const scope of scopes) {
    const resource = scope.slice(0, scope.lastIndexOf("/"));
    const api = apis.find(({ client_id }) => resource === `api://${client_id}`);
    const isUnique =
      api &&
      /^[\w.-]+$/.test(api.name) &&
      apis.filter(({ name }) => name.toLowerCase() === api.name.toLowerCase()).length === 1;
    const shown = isUnique ? `${api.name}${scope.slice(resource.length)}` : scope;
    byResource.set(resource, [...(byResource.get(resource) ?? []), shown]);
  }
  return [...byResource.values()];
}

const PROTOCOL = ["openid", "profile", "email", "offline_access", "user.read"];

/**
 * `ToDoList.Read` or `ciam-ToDoList-api/ToDoList.Read` as programs request it. What is qualified already stays.
 * @throws UsageError
 */
function scopeOf({ apis }: LocalTenant, given: string): string {
  if (isQualified(given)) return given;
  const slash = given.lastIndexOf("/");
  const [api, name] = [given.slice(0, Math.max(slash, 0)), given.slice(slash + 1)];
  const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
  const of = apis.filter((each) => api === "" || same(each.name, api) || same(each.client_id, api));
  const found = of.flatMap((each) =>
    each.scopes.filter((scope) => same(scope, name)).map((scope) => ({ api: each, scope })),
  );
  const [one, ...others] = found;
  if (one !== undefined && others.length === 0) return `api://${one.api.client_id}/${one.scope}`;
  if (one !== undefined) {
    const lines = found.map((each) => `  --scope ${quoted(`${each.api.name}/${each.scope}`)}`);
    throw new UsageError(`More than one API has the scope ${name}.`, ["Choose one:", ...lines].join("\n"));
  }
  const known = apis.flatMap((each) => each.scopes.flatMap((scope) => [scope, `${each.name}/${scope}`]));
  const near = nearestName(given, known);
  throw new UsageError(
    `No API of the tenant has a scope ${namedAs(given)}.`,
    near !== undefined
      ? `Did you mean: --scope ${quoted(near)}`
      : known.length === 0
        ? "The tenant has no API."
        : `Its scopes: ${apis
            .flatMap(({ scopes }) => scopes)
            .map(printableLine)
            .join(", ")}`,
  );
}

/** What was given instead of a name may be a secret in its place, such as the secret of an app instead of its ID. */
function namedAs(given: string): string {
  const shown = shownValue(printableLine(given));
  return shown === undefined ? "of that name" : `named ${shown}`;
}

/** Without case, as names are compared. */
function nearestName(given: string, names: readonly string[]): string | undefined {
  const byLowerCase = new Map(names.map((name) => [name.toLowerCase(), name]));
  return byLowerCase.get(nearest(given, [...byLowerCase.keys()]) ?? "");
}

function choices(apps: readonly App[], by: (app: App) => string = ({ name }) => name): string {
  return ["Choose one:", ...apps.slice(0, 20).map((app) => `  doorcode login --client-id ${quoted(by(app))}`)].join(
    "\n",
  );
}

/** The host alone is enough, and fits a line. */
export const loginAt = (authority: string): string => `doorcode login --authority ${new URL(authority).host}`;

const namesOf = (apps: readonly App[]): string =>
  apps
    .slice(0, 3)
    .map(({ name }) => printableLine(name))
    .join(", ");

/** As a shell reads it. */
export function quoted(text: string): string {
  const line = printableLine(text);
  return /^[\w./:@%+=,-]+$/.test(line) ? line : `'${line.replaceAll("'", "'\\''")}'`;
}
