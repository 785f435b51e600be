import { localTenant } from "@doorcode/client";
import { areNames, type LocalTarget, onlyTenant, targetAt } from "./local-target.ts";
import { type LocalTenant, localTenants } from "./local-tenants.ts";

/** What the command line, the environment and the profile say about a sign-in. */
export interface Asked {
  /** From the command line or the environment. */
  authority: string | undefined;
  clientId: string | undefined;
  scopes: readonly string[];
  /** What the profile remembers. */
  kept: { authority: string; clientId: string } | undefined;
}

/**
 * The tenant on this machine that a sign-in means, with the names of apps and scopes resolved. Undefined if it means
 * another issuer, or says everything itself.
 *
 * @throws UsageError if several tenants run, or a name is unknown or ambiguous
 */
export async function localTargetOf(asked: Asked): Promise<LocalTarget | undefined> {
  const { authority, clientId, scopes, kept } = asked;
  const meant = authority ?? kept?.authority;
  if (meant !== undefined && !isHere(meant)) return undefined;
  const tenants = await localTenants();
  const running = meant === undefined ? onlyTenant(tenants) : tenants.find((each) => isMeant(each, meant));
  if (running !== undefined) {
    // What the profile remembers is taken as it is.
    const remembered = authority === undefined && kept !== undefined;
    const names = areNames(clientId ?? (remembered ? kept.clientId : undefined), scopes);
    const isHost = authority !== undefined && authority !== running.authority;
    return names || isHost || meant === undefined
      ? targetAt(running, { clientId: clientId ?? keptAt(running, kept), scopes })
      : undefined;
  }
  if (authority !== undefined || kept === undefined || tenants.length === 0) return undefined;
  // A tenant that was started anew may have another ID or port. One that answers without an entry is still meant.
  const answers = (await localTenant(new URL(kept.authority).host).catch(() => undefined)) === kept.authority;
  const other = answers ? undefined : onlyTenant(tenants);
  return other && targetAt(other, { clientId, scopes });
}

const keptAt = (tenant: LocalTenant, kept: Asked["kept"]): string | undefined =>
  kept !== undefined && isMeant(tenant, kept.authority) ? kept.clientId : undefined;

/** `localhost:8443`, with or without a scheme and a path. */
function isHere(address: string): boolean {
  const url = urlOf(address);
  return url !== undefined && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(url.hostname);
}

/** The whole authority, or its host alone. */
function isMeant({ authority }: LocalTenant, address: string): boolean {
  const url = urlOf(address);
  if (url === undefined || url.protocol !== "https:" || url.host !== new URL(authority).host) return false;
  return url.pathname === "/" || url.pathname.replace(/\/+$/, "").toLowerCase() === new URL(authority).pathname;
}

function urlOf(address: string): URL | undefined {
  // The text before an @ may be a password.
  if (address.includes("@")) return undefined;
  const text = /^https?:\/\//i.test(address) ? address : `https://${address}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}
