import "reflect-metadata";
import { createPrivateKey, randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

const DAY = 24 * 60 * 60 * 1000;
const CA_DAYS = 3650;
const LEAF_DAYS = 30;
/** How often a running tenant checks whether its certificate needs renewal. */
export const LEAF_RENEWAL_MS = 6 * 60 * 60 * 1000;
/** Peers' clocks may be behind ours. */
const BACKDATED = DAY;

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

export interface Authority {
  certificate: X509Certificate;
  privateKey: webcrypto.CryptoKey;
  /** PEM. */
  pem: string;
}

export interface Leaf {
  key: string;
  cert: string;
  /** Milliseconds since the epoch. */
  notAfter: number;
}

/** A new CA that can issue for `hosts` only, and for no further CA (pathlen 0). */
export async function createAuthority(hosts: string[], now: number): Promise<Authority & { keyPem: string }> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    // Each CA has its own name, so that a client with an older CA never mistakes one for the other.
    name: `CN=Doorcode local CA ${randomBytes(4).toString("hex")}`,
    notBefore: new Date(now - BACKDATED),
    notAfter: new Date(now + CA_DAYS * DAY),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      nameConstraints(hosts),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    certificate,
    privateKey: keys.privateKey,
    pem: `${certificate.toString("pem")}\n`,
    keyPem: await exportKey(keys.privateKey),
  };
}

/** A server certificate for these hosts, with its own key, which is never written to disk. */
export async function issueLeaf(authority: Authority, hosts: string[], now: number): Promise<Leaf> {
  const keys = await generateKeys();
  const notAfter = now + LEAF_DAYS * DAY;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: "CN=Doorcode tenant",
    issuer: authority.certificate.subject,
    notBefore: new Date(now - BACKDATED),
    notAfter: new Date(notAfter),
    publicKey: keys.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        hosts.map((host) => ({ type: isIP(host) ? ("ip" as const) : ("dns" as const), value: host })),
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  });
  return { key: await exportKey(keys.privateKey), cert: `${certificate.toString("pem")}\n`, notAfter };
}

/** With a third of its lifetime left, there is time for several attempts. */
export const leafIsDue = (leaf: Leaf, now: number) => now >= leaf.notAfter - (LEAF_DAYS * DAY) / 3;

/** Reads the CA's private key. Throws if the text is not a P-256 key. */
export async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const pkcs8 = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  return createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }).export({
    type: "pkcs8",
    format: "pem",
  }) as string;
}

const generateKeys = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

/** 127 random bits, positive (RFC 5280 §4.1.2.2; CA/B Forum: at least 64 bits). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString("hex");
}

export const NAME_CONSTRAINTS = "2.5.29.30";

/**
 * The critical extension that restricts a CA to these hosts (RFC 5280 §4.2.1.10). Encoded as DER by hand, because the
 * certificate library has no class for it: permittedSubtrees [0] of { dNSName [2] | iPAddress [7] }.
 */
function nameConstraints(hosts: string[]): Extension {
  // A kind of name that is not listed at all would be unrestricted. Callers always include the loopback host and
  // addresses.
  return new Extension(NAME_CONSTRAINTS, true, der(0x30, der(0xa0, Buffer.concat(hosts.map(subtree)))));
}

/** Whether a certificate with this extension may issue for the host. */
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
  // The URL parser writes every IPv6 address in its canonical form, including an embedded IPv4 address.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const all = [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
  return Buffer.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]));
}
