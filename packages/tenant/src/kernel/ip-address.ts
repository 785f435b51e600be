import { BlockList, isIP, isIPv6 } from "node:net";

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

/** The network that an address is of: an IPv6 subscriber holds a /64, so single addresses of it count as one. */
export function networkOf(ip: string): string {
  if (!isIPv6(plainIp(ip))) return plainIp(ip);
  const [head = "", tail] = (ip.split("%")[0] ?? "").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
