import "reflect-metadata";
import { createPrivateKey, randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { nameConstraints } from "./name-constraints.ts";

const DAY = 24 * 60 * 60 * 1000;
const CA_DAYS = 3650;
const LEAF_DAYS = 30;
/** How often a running tenant looks whether its certificate is due. */
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

/** A new CA that can vouch for `hosts` only and for no further CA (pathlen 0). */
export async function createAuthority(hosts: string[], now: number): Promise<Authority & { keyPem: string }> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    // A name of its own for each, so that a client holding an older one never takes it for this one.
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

/** A server certificate for these hosts, with a key of its own that is written nowhere. */
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

/** With a third of its life left, there is time for several tries. */
export const leafIsDue = (leaf: Leaf, now: number) => now >= leaf.notAfter - (LEAF_DAYS * DAY) / 3;

/** The CA's private key as it was written; throws when the text is no P-256 key. */
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
