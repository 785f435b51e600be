import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { faultsOfChain, nearEnd } from "./certificate-chain.ts";
import { readCertificateFiles } from "./certificate-files.ts";
import { hostOf } from "./deployment.ts";
import { type Finding, ok, warning } from "./finding.ts";
import { loadLocalCa, remakeLocalCa } from "./local-ca.ts";
import type { StartOptions } from "./start-tenant.ts";

/**
 * The certificate of a served tenant.
 *
 * @throws TenantError `certificate_unreadable`, `certificate_refused`
 */
export function checkServedCertificate(
  server: Pick<StartOptions, "certificate" | "trustedProxies"> & { publicUrl: string },
  now: number,
): Finding[] {
  const { certificate, publicUrl, trustedProxies } = server;
  if (!certificate) return [ok("certificate", `TLS ends at a proxy: ${trustedProxies?.join(", ")}.`)];
  const host = trustedProxies?.length ? undefined : hostOf(publicUrl);
  const loaded = readCertificateFiles(certificate, host, now);
  const faults = faultsOfChain(loaded, certificate.certFile, now);
  const until = dayOf(loaded.chain[0].validToDate);
  return [
    ...faults.map((fault): Finding => ({ part: "certificate", ...fault })),
    ok("certificate", `${certificate.certFile} is valid until ${until}, and its key belongs to it.`),
  ];
}

/**
 * The local CA of a tenant on loopback, if it has one already.
 *
 * @throws TenantError `ca_damaged`
 */
export async function checkLocalCa(dir: string, now: number): Promise<Finding[]> {
  const [file, keyFile] = [join(dir, "ca.pem"), join(dir, "ca-key.pem")];
  if (!existsSync(file)) return [];
  const { pem } = await loadLocalCa(dir, undefined, now);
  const certificate = new X509Certificate(pem);
  const end = nearEnd(certificate, file, now);
  if (end !== undefined) return [warning("certificate", end, remakeLocalCa(file, keyFile))];
  return [ok("certificate", `${file} is valid until ${dayOf(certificate.validToDate)}.`)];
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10);
