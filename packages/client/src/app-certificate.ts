import type { KeyObject, X509Certificate } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { DoorcodeError } from "./errors.ts";

/** Not loaded with `import`; see token-store/store-state.ts. */
const crypto = process.getBuiltinModule("node:crypto");

/** How a program proves its own identity: a private key, and the certificate that the issuer knows. */
export interface AppCertificate {
  /** PEM, PKCS#8. */
  privateKey: string;
  /** PEM: the program's own certificate first, then any issuing certificates. */
  chain: string;
  /** SHA-256 of the DER encoding, in hexadecimal. */
  thumbprintSha256: string;
  /** When the certificate expires, in milliseconds since the epoch. */
  notBefore: number;
  notAfter: number;
}

/** Bytes. A key with its certificate chain is smaller. */
const largestFile = 64 * 1024;
const shortestKey = 2048;
const makeOne =
  "openssl req -x509 -newkey rsa:3072 -noenc -days 365 -subj /CN=ci -keyout ci.pem -out ci.pem creates one.";

/**
 * Reads a private key and its certificate from a PEM file, for `appToken`. Anyone who can read the file can act as the
 * program, so only its owner may have access. (Not checked on Windows: Node.js does not report its permissions.)
 * @throws DoorcodeError `configuration`
 * @example
 * ```ts
 * import { appToken, readCertificateFile } from "@doorcode/client";
 *
 * const token = appToken({
 *   authority: "https://contoso.ciamlogin.com/<tenant ID>",
 *   clientId: "00000000-0000-4000-8000-000000000000",
 *   certificate: await readCertificateFile("ci.pem"),
 *   scope: "https://graph.microsoft.com/.default",
 * });
 * ```
 */
export function readCertificateFile(file: string): string {
  let handle: number | undefined;
  try {
    handle = openSync(file, "r");
    // Checks the open file, not its path, which may name another file by now.
    const { mode, size } = fstatSync(handle);
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      throw unusable(`users other than the owner can read or write ${file}.`, `chmod 600 ${file}`);
    }
    if (size > largestFile) throw unusable(`${file} is too large for a key and its certificate.`, makeOne);
    return readFileSync(handle, "utf8");
  } catch (cause) {
    if (cause instanceof DoorcodeError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "does not exist" : code === "EISDIR" ? "is a folder" : `cannot be read (${code})`;
    throw unusable(`the certificate file ${file} ${why}.`, "Name an existing file.", cause);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/**
 * Reads key and certificate from a PEM text. Each is found by its label, in any order. Only RSA: Entra and MSAL accept
 * nothing else.
 * @throws DoorcodeError `configuration`; the message never repeats the text
 */
export function parseCertificate(pem: string): AppCertificate {
  const keys = [...pem.matchAll(/-----BEGIN ((?:[A-Z0-9]+ )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/g)];
  const certificates = [...pem.matchAll(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g)];
  const [key, ...others] = keys.map(([block, label]) => ({ block, label }));
  if (!key || certificates.length === 0) {
    const lacks = key ? "certificate" : "private key";
    const hint = `The file needs both in PEM format. From a .pfx: openssl pkcs12 -in FILE.pfx -noenc -out ci.pem. ${makeOne}`;
    throw unusable(`it contains no ${lacks} in PEM format.`, hint);
  }
  if (others.length > 0)
    throw unusable("it contains several private keys.", "Keep only the one that belongs to the certificate.");
  const privateKey = rsaKey(key.block, key.label ?? "");
  const read = certificates.map(([block]) => certificateIn(block));
  const own = read.find((each) => each.checkPrivateKey(privateKey));
  if (!own)
    throw unusable(
      "the private key does not belong to the certificate.",
      "Use a key and a certificate that belong together.",
    );
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    chain: [own, ...read.filter((each) => each !== own)].map((each) => each.toString()).join(""),
    thumbprintSha256: own.fingerprint256.replaceAll(":", ""),
    notBefore: Date.parse(own.validFrom),
    notAfter: Date.parse(own.validTo),
  };
}

/** Checked before anything is sent: an issuer would only say that it rejects the certificate. */
export function checkPeriod({ notBefore, notAfter }: AppCertificate, now: number): void {
  const day = (time: number) => new Date(time).toISOString();
  if (now >= notAfter) throw unusable(`it expired at ${day(notAfter)}.`, `Register a new one. ${makeOne}`);
  if (now < notBefore) throw unusable(`it is not valid until ${day(notBefore)}.`, "Check this machine's clock.");
}

function rsaKey(block: string, label: string): KeyObject {
  if (label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type:.*ENCRYPTED/m.test(block)) {
    const hint = "Decrypt it: openssl pkey -in FILE -out KEY.pem. Keep that file private.";
    throw unusable("its private key is encrypted, and a program cannot enter a passphrase.", hint);
  }
  let key: KeyObject;
  try {
    key = crypto.createPrivateKey(block);
  } catch (cause) {
    throw unusable("its private key cannot be read.", makeOne, cause);
  }
  if (key.asymmetricKeyType !== "rsa") {
    throw unusable(`its key is ${key.asymmetricKeyType}; Entra and MSAL accept only RSA.`, makeOne);
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
    throw unusable("it contains a certificate that cannot be read.", makeOne, cause);
  }
}

function unusable(detail: string, hint: string, cause?: unknown): DoorcodeError {
  return new DoorcodeError("configuration", {
    detail: `the certificate cannot be used: ${detail}`,
    hint,
    ...(cause !== undefined && { cause }),
  });
}
