import { createHash } from "node:crypto";
import { z } from "zod";
import {
  type AppCertificate,
  certificateProblems,
  MAX_CERTIFICATES,
  readAppCertificate,
} from "../../directory/app-certificate.ts";
import { invalidProperty } from "../odata/graph-error.ts";

export const moment = z.iso.datetime({ offset: true, error: "it is not a time such as 2026-11-26T08:00:00Z" });

/** Graph's keyCredential for an app's own certificate. Its times come from the certificate. */
const keyCredential = z.strictObject({
  "@odata.type": z.string().max(200).optional(),
  type: z.literal("AsymmetricX509Cert", "it must be AsymmetricX509Cert"),
  usage: z.literal("Verify", "it must be Verify"),
  /** DER (or PEM) in base64. If omitted, the existing certificate with this `keyId` is kept. */
  key: z.base64("it is not base64").max(24_000).nullable().optional(),
  keyId: z.guid().toLowerCase().optional(),
  displayName: z
    .string()
    .max(90)
    .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u, "it contains invisible characters")
    .nullable()
    .optional(),
  customKeyIdentifier: z.string().max(128).nullable().optional(),
  startDateTime: moment.nullable().optional(),
  endDateTime: moment.nullable().optional(),
});

export const keyCredentials = z
  .array(keyCredential)
  .max(MAX_CERTIFICATES, `it has more than ${MAX_CERTIFICATES} entries`);

export type KeyCredentials = z.infer<typeof keyCredentials>;

/**
 * The certificates after the request replaces `before`: always the whole collection.
 *
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
      throw refused(at, "a value is required, unless keyId names an existing certificate.");
    }
    const of = { clientId, now, displayName: displayName ?? undefined };
    const read = readAppCertificate(Buffer.from(key, "base64"), of);
    if (typeof read === "string") throw refused(at, certificateProblems[read]);
    // A certificate that is sent again keeps its entry.
    const same = before.find(({ thumbprint }) => thumbprint === read.thumbprint);
    return same ? { ...same, displayName: read.displayName } : read;
  });
  const twice = after.findIndex(({ thumbprint }, at) => after.findIndex((each) => each.thumbprint === thumbprint) < at);
  if (twice >= 0) throw refused(twice, "the certificate is listed twice.");
  return after;
}

/** The Graph response. `key` only shows that there is one. */
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
