import { BlockList, isIP } from "node:net";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** `::ffff:192.0.2.7`: how a dual-stack listener sees an IPv4 peer. */
export function isIPv4Mapped(ip: string): boolean {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(ip);
}

/** As people write it: an IPv4 peer without the mapping. */
export function plainIp(ip: string): string {
  return isIPv4Mapped(ip) ? ip.slice(7) : ip;
}

export function isLoopbackAddress(ip: string): boolean {
  const plain = plainIp(ip);
  const family = isIP(plain);
  return family !== 0 && loopback.check(plain, family === 6 ? "ipv6" : "ipv4");
}

export function isLoopbackOrigin(origin: string): boolean {
  const host = new URL(origin).hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || host.endsWith(".localhost") || isLoopbackAddress(host);
}
