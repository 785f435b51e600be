import { createSocket } from "node:dgram";
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { isLoopbackAddress, plainIp } from "../kernel/ip-address.ts";
import { TenantError } from "../kernel/tenant-error.ts";

/** Addresses of this computer, as `os.networkInterfaces()` lists them. */
export type Interfaces = () => ReturnType<typeof networkInterfaces>;

/** Ranges that are reached from the local network only (RFC 1918, RFC 3927, RFC 4193). */
const local = new BlockList();
local.addSubnet("10.0.0.0", 8, "ipv4");
local.addSubnet("172.16.0.0", 12, "ipv4");
local.addSubnet("192.168.0.0", 16, "ipv4");
local.addSubnet("169.254.0.0", 16, "ipv4");
local.addSubnet("fc00::", 7, "ipv6");

const isLocal = (ip: string) => local.check(ip, isIP(ip) === 6 ? "ipv6" : "ipv4");

/** Whether a request comes from a local network, or from this computer. A public address can be next door, too. */
export const isFromLocalNetwork = (ip: string): boolean => isLoopbackAddress(ip) || isLocal(plainIp(ip));

/** Addresses of this computer that other devices of the local network reach. */
function localAddresses(interfaces: Interfaces): string[] {
  return Object.values(interfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, address }) => !internal && isIP(address) !== 0 && isLocal(address))
    .map(({ address }) => address);
}

/**
 * The address of this computer in its local network: the one that is asked for, else that of the default route, else the
 * only one there is.
 *
 * @throws TenantError `lan_address_refused` where the address is not this computer's, or not one of a local network
 * @example
 * await lanAddress("192.168.1.20");
 */
export async function lanAddress(
  asked: string | undefined,
  interfaces: Interfaces = networkInterfaces,
  routed: () => Promise<string | undefined> = addressOfDefaultRoute,
): Promise<string> {
  const own = localAddresses(interfaces);
  if (asked !== undefined) return checked(asked, own);
  const preferred = await routed();
  if (preferred !== undefined && own.includes(preferred)) return preferred;
  const [only, ...others] = own;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) {
    throw refused(
      "This computer has several addresses on local networks.",
      `Choose one: --lan ${own.join(", --lan ")}`,
    );
  }
  throw refused(
    "This computer has no address on a local network.",
    "Connect it to the phone's network, and start again. `ip addr` or `ipconfig` lists its addresses.",
  );
}

function checked(asked: string, own: string[]): string {
  const choice = own.length === 0 ? "It currently has no address on a local network." : `It has ${own.join(", ")}.`;
  const address = asked.replace(/^\[|\]$/g, "").toLowerCase();
  const plain = address.split("%")[0] ?? "";
  if (isIP(plain) === 0) {
    // Not repeated: it could be a secret in the wrong place.
    throw refused(
      "The address for the local network is not an IP address.",
      `Give an address of this computer. ${choice}`,
    );
  }
  if (address.includes("%") || /^fe[89ab][0-9a-f]:/.test(plain)) {
    throw refused(
      `${plain} is an IPv6 link-local address, which browsers cannot open.`,
      `Give another address of this computer. ${choice}`,
    );
  }
  if (/^127\.|^::1$/.test(plain)) {
    throw refused(`Other devices cannot reach ${asked}: it is loopback.`, `Give another address. ${choice}`);
  }
  if (/^0\.0\.0\.0$|^::$/.test(plain)) {
    throw refused(`${asked} means every address; the pages need one.`, `Give one address of this computer. ${choice}`);
  }
  const canonical = isIP(plain) === 6 ? new URL(`http://[${plain}]`).hostname.slice(1, -1) : plain;
  if (!isLocal(canonical)) {
    throw refused(
      `${asked} is not an address of a local network.`,
      `--lan takes a private address (10.x, 172.16-31.x, 192.168.x, 169.254.x, fc00::/7). ${choice}`,
    );
  }
  if (!own.includes(canonical)) throw refused(`${asked} is not an address of this computer.`, choice);
  return canonical;
}

const refused = (message: string, hint: string) => new TenantError("lan_address_refused", message, hint);

/** Connecting a UDP socket sends nothing: it has the system choose the route. 192.0.2.1 is for documentation (RFC 5737). */
async function addressOfDefaultRoute(): Promise<string | undefined> {
  const socket = createSocket("udp4");
  try {
    return await new Promise((resolve) => {
      socket.once("error", () => resolve(undefined));
      socket.connect(9, "192.0.2.1", () => resolve(socket.address().address));
    });
  } finally {
    socket.close();
  }
}

const WATCH_MS = 5_000;

/** Calls `changed` when the address leaves this computer (a cable, a Wi-Fi, a lease), and when it is back. */
export function watchLanAddress(
  address: string,
  changed: (present: boolean) => void,
  interfaces: Interfaces = networkInterfaces,
): () => void {
  let present = true;
  const timer = setInterval(() => {
    const now = localAddresses(interfaces).includes(address);
    if (now !== present) changed(now);
    present = now;
  }, WATCH_MS);
  timer.unref();
  return () => clearInterval(timer);
}
