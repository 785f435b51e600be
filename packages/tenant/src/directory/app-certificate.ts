import { createHash, randomUUID, X509Certificate } from "node:crypto";

/** A certificate with which an app authenticates (Graph: a `keyCredential`). Only the app has the private key. */
export interface AppCertificate {
  /** Lower-case GUID. */
  keyId: string;
  clientId: string;
  /** SHA-256 of the DER, base64url. Unique within the app. */
  thumbprint: string;
  /** DER, base64. */
  certificate: string;
  displayName: string;
  /** Milliseconds since the epoch. */
  notBefore: number;
  notAfter: number;
  createdAt: number;
}

/**
 * Enough for renewals on several machines. An assertion that names no certificate may be checked against each of them.
 */
export const MAX_CERTIFICATES = 10;

/** In bytes of DER. A certificate with a 4096-bit key has less than 2 KiB. */
const MAX_DER = 8 * 1024;
const MIN_BITS = 2048;
const MAX_BITS = 8192;

export type CertificateProblem = "unreadable" | "not_rsa" | "key_length" | "expired";

/** Why a certificate is refused, written for the person who registers it. */
export const certificateProblems: Record<CertificateProblem, string> = {
  unreadable: "This is not an X.509 certificate in DER or PEM.",
  not_rsa: "The certificate's key is not RSA. Entra accepts only RSA keys.",
  key_length: `The certificate's key must have ${MIN_BITS} to ${MAX_BITS} bits.`,
  expired: "The certificate has expired.",
};

/** Reads a certificate from DER or PEM: the first one of a PEM file. A private key in the file is ignored. */
export function readAppCertificate(
  data: Buffer | string,
  of: { clientId: string; displayName?: string | undefined; now: number; keyId?: string },
): AppCertificate | CertificateProblem {
  if (data.length > 8 * MAX_DER) return "unreadable";
  let read: X509Certificate;
  try {
    read = new X509Certificate(data);
  } catch {
    return "unreadable";
  }
  const { raw, publicKey } = read;
  if (raw.length > MAX_DER) return "unreadable";
  if (publicKey.asymmetricKeyType !== "rsa") return "not_rsa";
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_BITS || bits > MAX_BITS) return "key_length";
  const notAfter = read.validToDate.getTime();
  if (notAfter <= of.now) return "expired";
  return {
    keyId: of.keyId ?? randomUUID(),
    clientId: of.clientId,
    thumbprint: createHash("sha256").update(raw).digest("base64url"),
    certificate: raw.toString("base64"),
    displayName: of.displayName ?? commonNameOf(read),
    notBefore: read.validFromDate.getTime(),
    notAfter,
    createdAt: of.now,
  };
}

/** Entra shows the subject if no name was given. */
function commonNameOf({ subject }: X509Certificate): string {
  const name = /^CN=(.+)$/m.exec(subject ?? "")?.[1] ?? "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are removed.
  return name.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "").slice(0, 90);
}
