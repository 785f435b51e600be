import { BlockList, isIP, isIPv6 } from "node:net";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** `::ffff:192.0.2.7`: an IPv4 peer, as a dual-stack listener sees it. */
export function isIPv4Mapped(ip: string): boolean {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(ip);
}

/** The usual form of an address: an IPv4 peer without the IPv6 mapping. */
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

/** The network of an address. An IPv6 subscriber has a /64, so all addresses in it count as one. */
export function networkOf(ip: string): string {
  return isIPv6(plainIp(ip)) ? prefixOf(ip, 64) : plainIp(ip);
}

/** A network, and how many times the quota of a single `networkOf` it may use. */
export interface Network {
  name: string;
  times: number;
}

/** The quota of an IPv6 /48, in quotas of one of its 65,536 /64s. */
export const WIDER_NETWORK_TIMES = 5;

/**
 * The networks of an address, widest first: when one is used up, nothing is recorded for the narrower ones. A
 * subscriber may have a whole /48, and so 65,536 /64s.
 */
export function networksOf(ip: string): Network[] {
  const own = { name: networkOf(ip), times: 1 };
  return isIPv6(plainIp(ip)) ? [{ name: widestNetworkOf(ip), times: WIDER_NETWORK_TIMES }, own] : [own];
}

/** An IPv4 address, or an IPv6 address's /48. */
export function widestNetworkOf(ip: string): string {
  return isIPv6(plainIp(ip)) ? prefixOf(ip, 48) : plainIp(ip);
}

function prefixOf(ip: string, bits: 48 | 64): string {
  const [head = "", tail] = (ip.split("%")[0] ?? "").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  const groups = [...left, ...zeros, ...right].slice(0, bits / 16);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/${bits}`;
}
