import { X509Certificate } from "node:crypto";
import { getCACertificates } from "node:tls";
import type { LoadedCertificate } from "./certificate-files.ts";

const DAY = 24 * 60 * 60 * 1000;
const WARNED_BEFORE_MS = 14 * DAY;

/** What a valid certificate still lacks: a message, and what to do. */
export interface ChainFault {
  level: "warning" | "error";
  message: string;
  hint: string;
}

/** Faults that clients meet although the server starts: the order of the chain, a missing issuer, a near end. */
export function faultsOfChain({ chain }: Pick<LoadedCertificate, "chain">, file: string, now: number): ChainFault[] {
  const faults: ChainFault[] = [];
  const order = "The server's certificate comes first, then each one that issued the one before.";
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1];
    if (issuer && !isIssuedBy(certificate, issuer)) {
      const message = `In ${file}, certificate ${index + 2} did not issue certificate ${index + 1}.`;
      faults.push({ level: "error", message, hint: order });
    }
  }
  const [leaf] = chain;
  const last = chain.at(-1) ?? leaf;
  if (faults.length === 0 && !isTrusted(last)) {
    const own = last === leaf && isIssuedBy(leaf, leaf);
    const message = own
      ? `The certificate ${file} is self-signed.`
      : last === leaf
        ? `${file} has only the server's certificate, and this machine does not know its issuer.`
        : `The issuer of the certificate ${file} is not among this machine's trusted authorities.`;
    const hint = own
      ? "Every client must trust it: give them this file as their CA (DOORCODE_CA_FILE)."
      : `Add the intermediate certificates. Clients of a private authority need its certificate, too. ${order}`;
    faults.push({ level: "warning", message, hint });
  }
  const end = nearEnd(leaf, file, now);
  if (end) faults.push({ level: "warning", message: end, hint: "Renew it. The running tenant notices new files." });
  return faults;
}

/** Says when the certificate expires, if that is soon for a certificate of its lifetime. */
export function nearEnd(certificate: X509Certificate, file: string, now: number): string | undefined {
  const [from, until] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
  if (until - now >= Math.min(WARNED_BEFORE_MS, (until - from) / 4)) return undefined;
  const days = Math.floor((until - now) / DAY);
  return `The certificate ${file} expires in ${days} day${days === 1 ? "" : "s"}.`;
}

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate) =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** The root itself, or a certificate that a known root issued. */
const isTrusted = (last: X509Certificate) =>
  getCACertificates("default").some((pem) => {
    const root = new X509Certificate(pem);
    return root.fingerprint256 === last.fingerprint256 || isIssuedBy(last, root);
  });
