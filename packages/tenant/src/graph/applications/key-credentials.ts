import { createHash } from "node:crypto";
import { z } from "zod";
import {
  type AppCertificate,
  certificateProblems,
  MAX_CERTIFICATES,
  readAppCertificate,
} from "../../directory/app-certificate.ts";
import { invalidProperty } from "../odata/graph-error.ts";

export const moment = z.iso.datetime({ offset: true, error: "it is no time as 2026-11-26T08:00:00Z" });

/** Graph's keyCredential, as far as it is an app's own certificate; its times are those of the certificate. */
const keyCredential = z.strictObject({
  "@odata.type": z.string().max(200).optional(),
  type: z.literal("AsymmetricX509Cert", "here it is AsymmetricX509Cert"),
  usage: z.literal("Verify", "here it is Verify"),
  /** DER (or PEM) in base64. Left out: the certificate that stands under this `keyId`. */
  key: z.base64("it is no base64").max(24_000).nullable().optional(),
  keyId: z.guid().toLowerCase().optional(),
  displayName: z
    .string()
    .max(90)
    .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u, "it has characters that cannot be seen")
    .nullable()
    .optional(),
  customKeyIdentifier: z.string().max(128).nullable().optional(),
  startDateTime: moment.nullable().optional(),
  endDateTime: moment.nullable().optional(),
});

export const keyCredentials = z.array(keyCredential).max(MAX_CERTIFICATES, `it has more than ${MAX_CERTIFICATES}`);

export type KeyCredentials = z.infer<typeof keyCredentials>;

/**
 * The certificates that stand once these have been sent in the place of `before`: the collection as a whole.
 * @throws GraphError 400
 */
export function certificatesOf(
  sent: KeyCredentials,
  before: readonly AppCertificate[],
  { clientId, now }: { clientId: string; now: number },
): AppCertificate[] {
  const refused = (at: number, why: string) => invalidProperty(`keyCredentials.${at}.key`, "application", why);
  const after = sent.map(({ key, keyId, displayName }, at) => {
    const standing = before.find((each) => each.keyId === keyId);
    if (key == null) {
      if (standing) return { ...standing, displayName: displayName ?? standing.displayName };
      throw refused(at, "a value is required, unless keyId is that of a certificate that stands.");
    }
    const of = { clientId, now, displayName: displayName ?? undefined };
    const read = readAppCertificate(Buffer.from(key, "base64"), of);
    if (typeof read === "string") throw refused(at, certificateProblems[read]);
    // Sent again, it is the one that it was.
    const same = before.find(({ thumbprint }) => thumbprint === read.thumbprint);
    return same ? { ...same, displayName: read.displayName } : read;
  });
  const twice = after.findIndex(({ thumbprint }, at) => after.findIndex((each) => each.thumbprint === thumbprint) < at);
  if (twice >= 0) throw refused(twice, "the certificate is there twice.");
  return after;
}

/** As Graph answers it: `key` only tells that there is one. */
export function keyCredentialOf({ keyId, certificate, displayName, notBefore, notAfter }: AppCertificate) {
  return {
    customKeyIdentifier: createHash("sha1").update(Buffer.from(certificate, "base64")).digest("base64"),
    displayName,
    endDateTime: new Date(notAfter).toISOString(),
    key: null,
    keyId,
    startDateTime: new Date(notBefore).toISOString(),
    type: "AsymmetricX509Cert",
    usage: "Verify",
  };
}
