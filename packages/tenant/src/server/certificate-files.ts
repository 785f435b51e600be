import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { type FSWatcher, readFileSync, readlinkSync, watch } from "node:fs";
import { isIP } from "node:net";
import { dirname, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import type { Logger } from "pino";
import { TenantError } from "../kernel/tenant-error.ts";
import type { Certificate } from "./listeners.ts";

/** Files with a certificate chain and its private key, in PEM. */
export interface CertificateFiles {
  certFile: string;
  keyFile: string;
}

/** A certificate that can be served. */
export interface LoadedCertificate extends Certificate {
  /** In the order of the file: the server's own, then the ones that issued it. */
  chain: [leaf: X509Certificate, ...issuers: X509Certificate[]];
}

/**
 * Reads the files and checks that clients can accept the certificate: the key belongs to it, it is valid now, and it
 * names the host.
 *
 * @param host undefined if clients see a proxy's certificate instead
 * @param now the real time, by which clients check it
 * @throws TenantError `certificate_unreadable`, `certificate_refused`
 */
export function readCertificateFiles(
  files: CertificateFiles,
  host: string | undefined,
  now = Date.now(),
): LoadedCertificate {
  const { certFile, keyFile } = files;
  const cert = readPem(certFile);
  const chain = certificatesIn(cert, certFile);
  const key = readPem(keyFile);
  if (!chain[0].checkPrivateKey(privateKeyIn(key, keyFile))) {
    throw refused(
      `The key ${keyFile} does not belong to the certificate ${certFile}.`,
      "Use the key that the certificate was requested with. In the certificate's file, the server's own comes first.",
    );
  }
  checkValidity(chain[0], certFile, now);
  if (host !== undefined && !namesHost(chain[0], host)) {
    throw refused(
      `The certificate ${certFile} is not for ${host}. It is for ${namesOf(chain[0])}.`,
      "Use a certificate for the host of the public URL.",
    );
  }
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw refused(`TLS cannot use the certificate ${certFile}.`, "Request one with a key that is long enough.", cause);
  }
  return { cert, key, chain };
}

function readPem(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new TenantError(
      "certificate_unreadable",
      `Cannot read ${file} (${(cause as NodeJS.ErrnoException).code}).`,
      "The certificate and its key must be PEM files that the tenant's OS user can read.",
      { cause },
    );
  }
}

function certificatesIn(pem: string, file: string): LoadedCertificate["chain"] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    const [leaf, ...issuers] = found.map((each) => new X509Certificate(each));
    if (leaf) return [leaf, ...issuers];
  } catch (cause) {
    throw refused(`${file} contains a damaged certificate.`, "Get it again from where it was issued.", cause);
  }
  throw refused(`${file} contains no certificate in PEM.`, "A certificate begins with -----BEGIN CERTIFICATE-----.");
}

function privateKeyIn(pem: string, file: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // Without the cause, which may describe the key.
    throw refused(
      `${file} contains no unencrypted private key in PEM.`,
      "A key begins with -----BEGIN PRIVATE KEY-----. Remove its passphrase: openssl pkey -in OLD -out NEW",
    );
  }
}

function checkValidity(leaf: X509Certificate, file: string, now: number): void {
  if (now > leaf.validToDate.getTime()) {
    throw refused(
      `The certificate ${file} expired on ${dayOf(leaf.validToDate)}.`,
      "Renew it, or name the renewed files.",
    );
  }
  if (now < leaf.validFromDate.getTime()) {
    throw refused(
      `The certificate ${file} is valid only from ${dayOf(leaf.validFromDate)}.`,
      "Check this machine's clock.",
    );
  }
}

export const namesHost = (leaf: X509Certificate, host: string): boolean =>
  (isIP(host) > 0 ? leaf.checkIP(host) : leaf.checkHost(host)) !== undefined;

/** The names of a certificate, which come from outside. */
const namesOf = ({ subjectAltName }: X509Certificate) =>
  (subjectAltName ?? "no host").replace(/(?:DNS|IP Address):/g, "").replace(/\p{Cc}/gu, " ");

const dayOf = (date: Date) => date.toISOString().slice(0, 10);

const refused = (message: string, hint: string, cause?: unknown) =>
  new TenantError("certificate_refused", message, hint, { cause });

/** Files that are replaced one after the other are read once they are complete. */
const SETTLE_MS = 250;
/** Where the file system reports no changes (a network share), and what a link outside the watched folders leads to. */
const RECHECK_MS = 60_000;

/** Follows the files of a certificate. */
export interface FollowedCertificate {
  /** Reads the files now. */
  check(): void;
  stop(): void;
}

/**
 * Calls `use` with each new certificate in the files. One that cannot be served is logged, and the previous one stays.
 * The folders are watched, not the files, because certbot and Kubernetes replace links.
 */
export function followCertificate(
  files: CertificateFiles,
  host: string | undefined,
  first: LoadedCertificate,
  log: Logger,
  use: (certificate: LoadedCertificate) => void,
): FollowedCertificate {
  let current = first;
  let lastRefusal = "";
  let settling: NodeJS.Timeout | undefined;
  const watchers = new Map<string, FSWatcher>();

  const check = () => {
    watchFolders();
    try {
      const next = readCertificateFiles(files, host);
      lastRefusal = "";
      if (next.cert === current.cert && next.key === current.key) return;
      use(next);
      current = next;
      const [leaf] = next.chain;
      log.info({ until: leaf.validToDate.toISOString(), sha256: leaf.fingerprint256 }, "the certificate was replaced");
    } catch (error) {
      const { message } = error as Error;
      if (message !== lastRefusal)
        log.error({ err: error }, "the certificate's files are not used; the previous stays");
      lastRefusal = message;
    }
  };
  const changed = () => {
    clearTimeout(settling);
    settling = setTimeout(check, SETTLE_MS).unref();
  };
  const watchFolders = () => {
    const folders = new Set([files.certFile, files.keyFile].flatMap(foldersOf));
    for (const [folder, watcher] of watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of folders) {
      if (watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: false }, changed);
        watcher.on("error", () => watchers.delete(folder));
        watchers.set(folder, watcher);
      } catch {
        // Removed, or too many watches: the timer checks.
      }
    }
  };

  watchFolders();
  const timer = setInterval(check, RECHECK_MS).unref();
  return {
    check,
    stop() {
      clearTimeout(settling);
      clearInterval(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

/** The folders in which the file, or a link on the way to it, may be replaced. */
function foldersOf(file: string): string[] {
  const folders = [];
  for (let path = resolve(file), links = 0; links < 10; links++) {
    folders.push(dirname(path));
    try {
      path = resolve(dirname(path), readlinkSync(path));
    } catch {
      break;
    }
  }
  return folders;
}
