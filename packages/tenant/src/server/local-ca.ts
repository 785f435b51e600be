import "reflect-metadata";
import { createPublicKey, X509Certificate as NodeCertificate, type webcrypto } from "node:crypto";
import { join } from "node:path";
import { X509Certificate } from "@peculiar/x509";
import { readFileIfThere, writeFileAtomically } from "../kernel/data-folder.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { type Authority, createAuthority, importKey, NAME_CONSTRAINTS, permitsHost } from "./certificates.ts";

const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "::1"];

export interface LocalCa extends Authority {
  /** `ca.pem`: the certificate that clients must trust. */
  file: string;
  /** The hosts that it may issue for. */
  hosts: string[];
}

/**
 * The CA of this data folder, created once (`ca.pem`, and `ca-key.pem` 0600). Only `doorcode tenant trust` adds it to a
 * trust store. Call it while the data folder is locked.
 */
export async function loadLocalCa(dir: string, host: string | undefined, now: number): Promise<LocalCa> {
  const file = join(dir, "ca.pem");
  const keyFile = join(dir, "ca-key.pem");
  const hosts = host === undefined || LOOPBACK_HOSTS.includes(host) ? LOOPBACK_HOSTS : [...LOOPBACK_HOSTS, host];
  const pem = await readFileIfThere(file);
  // The key is written first: without a certificate, no client trusts it yet, and an unfinished CA is created again.
  if (pem === undefined) {
    const made = await createAuthority(hosts, now);
    await writeFileAtomically(keyFile, made.keyPem, 0o600);
    await writeFileAtomically(file, made.pem, 0o644);
    return { ...made, file, hosts };
  }
  const { certificate, privateKey } = await open(file, pem, keyFile);
  if (certificate.notAfter.getTime() <= now) {
    throw new TenantError("ca_damaged", `The local CA ${file} has expired.`, remakeLocalCa(file, keyFile));
  }
  const constraints = certificate.getExtension(NAME_CONSTRAINTS);
  const foreign = hosts.find((each) => !permitsHost(constraints, each));
  if (foreign !== undefined) {
    throw new TenantError(
      "ca_does_not_cover_host",
      `The local CA ${file} was not created for the host ${foreign}.`,
      remakeLocalCa(file, keyFile),
    );
  }
  return { certificate, privateKey, pem, file, hosts };
}

export const remakeLocalCa = (file: string, keyFile: string) =>
  `Delete ${file} and ${keyFile}. The next start creates a new CA, and clients that trust the old file need the new one.`;

async function open(
  file: string,
  pem: string,
  keyFile: string,
): Promise<{ certificate: X509Certificate; privateKey: webcrypto.CryptoKey }> {
  const damaged = (what: string, cause?: unknown) =>
    new TenantError("ca_damaged", what, `Restore both files from a backup. Or: ${remakeLocalCa(file, keyFile)}`, {
      cause,
    });
  const keyPem = await readFileIfThere(keyFile);
  if (keyPem === undefined) throw damaged(`The local CA's key ${keyFile} is missing.`);
  let certificate: X509Certificate;
  let spki: Buffer;
  try {
    certificate = new X509Certificate(pem);
    spki = new NodeCertificate(pem).publicKey.export({ type: "spki", format: "der" });
  } catch (error) {
    throw damaged(`${file} is not a readable certificate.`, error);
  }
  let privateKey: webcrypto.CryptoKey;
  let own: Buffer;
  try {
    privateKey = await importKey(keyPem);
    own = createPublicKey(keyPem).export({ type: "spki", format: "der" });
  } catch (error) {
    throw damaged(`${keyFile} is not a readable key.`, error);
  }
  if (!own.equals(spki)) throw damaged(`${keyFile} does not belong to ${file}.`);
  return { certificate, privateKey };
}
