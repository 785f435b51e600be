import { readFileSync } from "node:fs";
import tls from "node:tls";
import { DoorcodeError } from "../errors.ts";

/**
 * The certificates to trust when the caller adds its own. Node's `ca` option replaces the defaults, NODE_EXTRA_CA_CERTS
 * included, so both are put back here. Undefined when there is nothing to add: Node's own defaults hold.
 */
export function trustedRoots(extra: string | string[] | undefined): string[] | undefined {
  const added = extra === undefined ? [] : [extra].flat();
  if (added.length === 0) return undefined;
  for (const pem of added) {
    if (!pem.includes("-----BEGIN CERTIFICATE-----"))
      throw new DoorcodeError("configuration", { detail: "`ca` holds something else than certificates in PEM." });
  }
  return [...defaults(), ...added];
}

function defaults(): string[] {
  // From Node.js 22.15 on; it knows of --use-system-ca as well.
  if (typeof tls.getCACertificates === "function") return tls.getCACertificates("default");
  const file = process.env.NODE_EXTRA_CA_CERTS;
  if (!file) return [...tls.rootCertificates];
  try {
    return [...tls.rootCertificates, readFileSync(file, "utf8")];
  } catch {
    // Node itself only warns about a file that it cannot read.
    return [...tls.rootCertificates];
  }
}
