import type { TenantConfig } from "../directory/tenant-config.ts";
import { isLoopbackAddress, networkOf, plainIp } from "../kernel/ip-address.ts";

type Origins = Pick<TenantConfig, "pagesOrigin" | "localPagesOrigin">;

/** In the pages' address: its IP address where the pages are on the local network. */
const hostOf = ({ pagesOrigin }: Origins) => new URL(pagesOrigin).hostname.replace(/^\[|\]$/g, "");

/** Whether an address, or a network of `networkOf`, is of the computer that the tenant itself runs on. */
export function isThisComputer(ip: string, origins: Origins): boolean {
  return isLoopbackAddress(ip) || plainIp(ip) === hostOf(origins) || ip === networkOf("::1");
}

/**
 * What people read of the address that a request came from. Null: this computer, because on an embedded tenant `::1` says
 * less than that. On another device of the local network, it is the address under which that device knows the computer.
 *
 * @param reader address of the browser; null for mails, which have their own words for it
 */
export function shownAddress(
  ip: string,
  config: Origins & Pick<TenantConfig, "embedded">,
  reader: string | null,
): string | null {
  if (!config.embedded || !isThisComputer(ip, config)) return plainIp(ip);
  if (reader === null || isThisComputer(reader, config)) return null;
  return config.pagesOrigin === config.localPagesOrigin ? plainIp(ip) : hostOf(config);
}
