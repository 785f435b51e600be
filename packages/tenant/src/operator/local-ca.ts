import "reflect-metadata";
import { X509Certificate as NodeCertificate } from "node:crypto";
import { join } from "node:path";
import { X509Certificate } from "@peculiar/x509";
import { checkDataDir, naming, readFileIfThere } from "../kernel/data-folder.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { NAME_CONSTRAINTS, permitsHost } from "../server/certificates.ts";

/** The CA of a data folder. */
export interface LocalCa {
  /** Path of its certificate (PEM). */
  file: string;
  /** `Doorcode local CA 1F2E3D4C`, from the start of its fingerprint. */
  name: string;
  /** Fingerprint, hexadecimal without colons. */
  sha1: string;
}

/**
 * The CA that the tenant of this data folder made. One without name constraints can vouch for any name, so it is not
 * the tenant's and is refused.
 *
 * @throws TenantError `ca_missing`, `ca_damaged`, `data_folder_refused`
 *
 * @example
 * ```ts
 * import { defaultDataDir, localCa } from "@doorcode/tenant/operator";
 *
 * const { file, name } = await localCa(defaultDataDir());
 * console.log(`${name} in ${file}`);
 * ```
 */
export async function localCa(dataDir: string): Promise<LocalCa> {
  const dir = await checkDataDir(dataDir);
  const file = join(dir, "ca.pem");
  const pem = await naming(file, () => readFileIfThere(file));
  if (pem === undefined) {
    const hint = `Start the tenant once: doorcode tenant start --data ${dir}`;
    throw new TenantError("ca_missing", `${dir} has no CA.`, hint);
  }
  try {
    if (!permitsHost(new X509Certificate(pem).getExtension(NAME_CONSTRAINTS), "localhost"))
      throw new Error("unlimited");
    const { fingerprint } = new NodeCertificate(pem);
    const sha1 = fingerprint.replaceAll(":", "");
    return { file, sha1, name: `Doorcode local CA ${sha1.slice(0, 8)}` };
  } catch (cause) {
    const hint = "Browsers get only a CA that a tenant made. Restore the file from a backup.";
    throw new TenantError("ca_damaged", `${file} is not a CA that is limited to this machine.`, hint, { cause });
  }
}
