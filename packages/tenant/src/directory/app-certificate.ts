import { createHash, randomUUID, X509Certificate } from "node:crypto";

/** A certificate by which an app proves who it is (Graph: a `keyCredential`). The private key is the app's alone. */
export interface AppCertificate {
  /** Lower-case GUID. */
  keyId: string;
  clientId: string;
  /** SHA-256 of the DER, base64url; one an app. */
  thumbprint: string;
  /** DER, base64. */
  certificate: string;
  displayName: string;
  /** Milliseconds since the epoch. */
  notBefore: number;
  notAfter: number;
  createdAt: number;
}

/** Enough for a renewal on several machines; each may be tried for an assertion that names none. */
export const MAX_CERTIFICATES = 10;

/** Bytes of DER; a certificate of a 4096-bit key has less than 2 KiB. */
const MAX_DER = 8 * 1024;
const MIN_BITS = 2048;
const MAX_BITS = 8192;

export type CertificateProblem = "unreadable" | "not_rsa" | "key_length" | "expired";

/** What a certificate is refused for, in words for whoever registers it. */
export const certificateProblems: Record<CertificateProblem, string> = {
  unreadable: "That is no X.509 certificate in DER or PEM.",
  not_rsa: "The certificate's key is not RSA, which is all that Entra takes.",
  key_length: `The certificate's key is shorter than ${MIN_BITS} bits, or longer than ${MAX_BITS}.`,
  expired: "The certificate has expired.",
};

/** A certificate as it is kept, from DER or PEM; of a PEM the first one, and of a file with a private key that alone. */
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

/** What Entra shows where nobody gave a name: the subject. */
function commonNameOf({ subject }: X509Certificate): string {
  const name = /^CN=(.+)$/m.exec(subject ?? "")?.[1] ?? "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  return name.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "").slice(0, 90);
}
