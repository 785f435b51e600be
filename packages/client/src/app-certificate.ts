import type { KeyObject, X509Certificate } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { DoorcodeError } from "./errors.ts";

/** Not by `import`; see token-store/store-state.ts. */
const crypto = process.getBuiltinModule("node:crypto");

/** What a program proves its own identity by: a private key, and the certificate that the issuer knows. */
export interface AppCertificate {
  /** PKCS#8 in PEM. */
  privateKey: string;
  /** PEM, its own first; those above it may follow. */
  chain: string;
  /** SHA-256 of the DER, hexadecimal. */
  thumbprintSha256: string;
  /** Milliseconds since the epoch. */
  notBefore: number;
  notAfter: number;
}

/** Bytes; a key and a chain of certificates have less. */
const largestFile = 64 * 1024;
const shortestKey = 2048;
const makeOne =
  "openssl req -x509 -newkey rsa:3072 -noenc -days 365 -subj /CN=ci -keyout ci.pem -out ci.pem makes one.";

/**
 * The text of a PEM file with a private key and its certificate, for `appToken`. Who can read the file is the program, so
 * it has to be its owner's alone (not asked of Windows, whose permissions Node.js does not tell).
 * @throws DoorcodeError `configuration`
 */
export function readCertificateFile(file: string): string {
  let handle: number | undefined;
  try {
    handle = openSync(file, "r");
    // Of the file that was opened, whatever stands under its name now.
    const { mode, size } = fstatSync(handle);
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      throw unusable(`others than its owner may read or write ${file}.`, `chmod 600 ${file}`);
    }
    if (size > largestFile) throw unusable(`${file} is larger than a key and its certificate are.`, makeOne);
    return readFileSync(handle, "utf8");
  } catch (cause) {
    if (cause instanceof DoorcodeError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw unusable(`the certificate file ${file} cannot be read (${code}).`, "Name one that is there.", cause);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/**
 * Key and certificate of a PEM text, each found by its label, in any order. RSA alone: Entra and MSAL take no other.
 * @throws DoorcodeError `configuration`; it never repeats the text
 */
export function parseCertificate(pem: string): AppCertificate {
  const keys = [...pem.matchAll(/-----BEGIN ((?:[A-Z0-9]+ )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/g)];
  const certificates = [...pem.matchAll(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g)];
  const [key, ...others] = keys.map(([block, label]) => ({ block, label }));
  if (!key || certificates.length === 0) {
    const lacks = key ? "certificate" : "private key";
    const hint = `It needs both in PEM. From a .pfx: openssl pkcs12 -in FILE.pfx -noenc -out ci.pem. ${makeOne}`;
    throw unusable(`there is no ${lacks} in PEM in it.`, hint);
  }
  if (others.length > 0) throw unusable("there are several private keys in it.", "Leave the one of the certificate.");
  const privateKey = rsaKey(key.block, key.label ?? "");
  const read = certificates.map(([block]) => certificateIn(block));
  const own = read.find((each) => each.checkPrivateKey(privateKey));
  if (!own)
    throw unusable("the private key is not that of the certificate in it.", "Put the two that belong together.");
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    chain: [own, ...read.filter((each) => each !== own)].map((each) => each.toString()).join(""),
    thumbprintSha256: own.fingerprint256.replaceAll(":", ""),
    notBefore: Date.parse(own.validFrom),
    notAfter: Date.parse(own.validTo),
  };
}

/** Said before anything is sent: an issuer would say of it no more than that it is refused. */
export function checkPeriod({ notBefore, notAfter }: AppCertificate, now: number): void {
  const day = (time: number) => new Date(time).toISOString();
  if (now >= notAfter) throw unusable(`it expired at ${day(notAfter)}.`, `Register a new one. ${makeOne}`);
  if (now < notBefore) throw unusable(`it is not valid before ${day(notBefore)}.`, "Check this machine's clock.");
}

function rsaKey(block: string, label: string): KeyObject {
  if (label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type:.*ENCRYPTED/m.test(block)) {
    const hint = "Decrypt it into a file of your own: openssl pkey -in FILE -out KEY.pem; keep that file to yourself.";
    throw unusable("its private key is encrypted, and there is nobody to ask for the passphrase.", hint);
  }
  let key: KeyObject;
  try {
    key = crypto.createPrivateKey(block);
  } catch (cause) {
    throw unusable("its private key cannot be read.", makeOne, cause);
  }
  if (key.asymmetricKeyType !== "rsa") {
    throw unusable(`its key is ${key.asymmetricKeyType}; Entra and MSAL take RSA.`, makeOne);
  }
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < shortestKey) {
    throw unusable(`its RSA key is shorter than ${shortestKey} bits.`, makeOne);
  }
  return key;
}

function certificateIn(block: string): X509Certificate {
  try {
    return new crypto.X509Certificate(block);
  } catch (cause) {
    throw unusable("a certificate in it cannot be read.", makeOne, cause);
  }
}

function unusable(detail: string, hint: string, cause?: unknown): DoorcodeError {
  return new DoorcodeError("configuration", {
    detail: `the certificate is not usable: ${detail}`,
    hint,
    ...(cause !== undefined && { cause }),
  });
}
