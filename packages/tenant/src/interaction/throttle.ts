import { isIPv6 } from "node:net";
import { plainIp } from "../kernel/ip-address.ts";
import { type LimitName, limits } from "./limits.ts";
import type { Visit } from "./page-request.ts";

/** One budget of one somebody: `["passwordByIp", "192.0.2.7"]`. */
export type Charge = readonly [limit: LimitName, whose: string];

export type Charged = { allowed: true } | { allowed: false; retryAt: number };

/** Takes one from each budget, or from none: what was refused was never judged, so it costs nothing elsewhere. */
export async function charge(visit: Visit, charges: readonly Charge[]): Promise<Charged> {
  const taken: Charge[] = [];
  for (const one of charges) {
    const [limit, whose] = one;
    const result = await visit.ctx.store.throttle.take(`${limit}:${whose}`, limits[limit], visit.now);
    if (!result.allowed) {
      await giveBack(visit, taken);
      return { allowed: false, retryAt: result.retryAt };
    }
    taken.push(one);
  }
  return { allowed: true };
}

/** After a success: its own charge and no other. */
export async function giveBack(visit: Visit, charges: readonly Charge[]): Promise<void> {
  for (const [limit, whose] of charges) await visit.ctx.store.throttle.giveBack(`${limit}:${whose}`, visit.now);
}

/** Who an address is to a throttle: an IPv6 subscriber holds a /64, so single addresses of it count as one. */
export function networkOf(ip: string): string {
  if (!isIPv6(plainIp(ip))) return plainIp(ip);
  const [head = "", tail] = (ip.split("%")[0] ?? "").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
