import { localTenant } from "@doorcode/client";
import { areNames, type LocalTarget, onlyTenant, targetAt } from "./local-target.ts";
import { caFileFor, type LocalTenant, localTenants } from "./local-tenants.ts";

/** What the command line, the environment and the profile say about a sign-in. */
export interface Asked {
  /** From the command line or the environment. */
  authority: string | undefined;
  clientId: string | undefined;
  scopes: readonly string[];
  /** A client secret or key is sent: of the command line, the environment or the profile. */
  hasCredential: boolean;
  /** What the profile remembers. */
  kept: { authority: string; clientId: string; caFile?: string } | undefined;
}

/**
 * The tenant on this machine that a sign-in means, with the names of apps and scopes resolved. Undefined if it means
 * another issuer, or the profile says everything.
 *
 * @throws UsageError if several tenants run, or a name is unknown or ambiguous
 */
export async function localTargetOf(
  asked: Asked,
  env: NodeJS.ProcessEnv = process.env,
): Promise<LocalTarget | undefined> {
  const { authority, clientId, scopes, kept } = asked;
  const meant = authority ?? kept?.authority;
  if (meant !== undefined && !isHere(meant)) return undefined;
  const tenants = await localTenants(env);
  const running = meant === undefined ? onlyTenant(tenants) : tenants.find((each) => isMeant(each, meant));
  if (running === undefined)
    return authority === undefined && kept ? movedTo(tenants, { ...asked, kept }, env) : undefined;
  const remembered = authority === undefined && kept !== undefined;
  const isNamed = areNames(clientId ?? (remembered ? kept.clientId : undefined), scopes);
  // What the profile remembers is taken as it is.
  if (remembered && !isNamed) return undefined;
  const keptHere = kept !== undefined && isMeant(running, kept.authority) ? kept.clientId : undefined;
  const target = targetAt(running, { clientId: clientId ?? keptHere, scopes, isExact: !isNamed && isWhole(authority) });
  return target;
}

/**
 * A tenant that was started anew may have another port, or another ID. A profile follows only from a tenant that this
 * machine announced, never with a credential, and not as long as that tenant answers.
 */
async function movedTo(
  tenants: readonly LocalTenant[],
  { clientId, scopes, hasCredential, kept }: Asked & { kept: NonNullable<Asked["kept"]> },
  env: NodeJS.ProcessEnv,
): Promise<LocalTarget | undefined> {
  if (hasCredential || tenants.length === 0 || !TENANT.test(kept.authority)) return undefined;
  const same = tenants.find(({ authority }) => new URL(authority).pathname === new URL(kept.authority).pathname);
  if (same === undefined && kept.caFile !== caFileFor(kept.authority, env)) return undefined;
  if ((await localTenant(new URL(kept.authority).host).catch(() => undefined)) === kept.authority) return undefined;
  const other = same ?? onlyTenant(tenants);
  const keptId = same && kept.clientId;
  return other && { ...targetAt(other, { clientId: clientId ?? keptId, scopes }), insteadOf: kept.authority };
}

const TENANT = /^https:\/\/localhost(?::\d{1,5})?\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/** `localhost:8443`, with or without a scheme and a path. */
function isHere(address: string): boolean {
  const url = urlOf(address);
  return url !== undefined && LOOPBACK.test(url.hostname);
}

/** An authority that names the tenant, and not its address alone. */
const isWhole = (address: string | undefined): boolean =>
  address !== undefined && pathOf(urlOf(address)?.pathname ?? "") !== "";

/** Without what an issuer adds to an authority. */
const pathOf = (path: string): string =>
  path
    .toLowerCase()
    .replace(/\/+$/, "")
    .replace(/\/v2\.0$/, "");

/** The authority, the issuer, or the address of the tenant or its pages alone; by any name of this machine. */
function isMeant({ authority, pages }: LocalTenant, address: string): boolean {
  const url = urlOf(address);
  if (url === undefined || !LOOPBACK.test(url.hostname)) return false;
  const own = new URL(authority);
  const path = pathOf(url.pathname);
  if (url.port === own.port) return path === "" || path === own.pathname;
  return pages !== null && url.port === new URL(pages).port;
}

function urlOf(address: string): URL | undefined {
  // The text before an @ may be a password.
  if (address.includes("@")) return undefined;
  const text = /^https?:\/\//i.test(address) ? address : `https://${address}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}
