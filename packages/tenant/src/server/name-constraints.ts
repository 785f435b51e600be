import "reflect-metadata";
import { isIP } from "node:net";
import { Extension } from "@peculiar/x509";

export const NAME_CONSTRAINTS = "2.5.29.30";

/**
 * The critical extension that lets a CA vouch for these hosts and no other (RFC 5280 §4.2.1.10). DER by hand,
 * because the certificate library has no class for it: permittedSubtrees [0] of { dNSName [2] | iPAddress [7] }.
 */
export function nameConstraints(hosts: string[]): Extension {
  // A kind of name that is not listed at all would stay free; callers always name the loopback host and addresses.
  return new Extension(NAME_CONSTRAINTS, true, der(0x30, der(0xa0, Buffer.concat(hosts.map(subtree)))));
}

/** Whether a certificate with this extension may vouch for the host. */
export function permitsHost(extension: Extension | null, host: string): boolean {
  return extension?.critical === true && Buffer.from(extension.value).includes(subtree(host));
}

const subtree = (host: string) => der(0x30, isIP(host) ? der(0x87, addressAndMask(host)) : der(0x82, ascii(host)));

function der(tag: number, content: Buffer): Buffer {
  const length = content.length;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}

const ascii = (text: string) => Buffer.from(text, "ascii");

function addressAndMask(address: string): Buffer {
  const bytes = addressBytes(address);
  return Buffer.concat([bytes, Buffer.alloc(bytes.length, 0xff)]);
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  // The URL parser spells every IPv6 address in its canonical form, an embedded IPv4 address included.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const all = [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
  return Buffer.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]));
}
