import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { MailError } from "./mailer.ts";

/** Signs mails for a domain (RFC 6376); its public key stands in DNS at `<selector>._domainkey.<domain>`. */
export interface Dkim {
  domain: string;
  selector: string;
  /** PEM of an RSA key. */
  privateKey: string;
}

/** RFC 8301 §3.2: what is shorter must not be signed with. */
const SHORTEST_KEY = 1024;

/** `contoso.example:selector:/path/key.pem` */
export function readDkim(setting: string): Dkim {
  const [, domain, selector, file] = /^([^:]+):([^:]+):(.+)$/s.exec(setting) ?? [];
  if (!domain || !selector || !file) {
    throw refused("The DKIM setting is not complete.", "It reads domain:selector:file of the private key.");
  }
  let privateKey: string;
  let mode: number;
  try {
    privateKey = readFileSync(file, "utf8");
    ({ mode } = statSync(file));
  } catch (cause) {
    throw refused(`The DKIM key ${file} cannot be read.`, "It is a PEM file that the tenant's user may read.", cause);
  }
  if (process.platform !== "win32" && (mode & 0o007) !== 0) {
    throw refused(`Every user of this computer may use the DKIM key ${file}.`, "Take that away: chmod o-rwx.");
  }
  return checkDkim({ domain, selector, privateKey });
}

/** The library leaves a mail unsigned when the key is of no use; that is to be known at the start. */
export function checkDkim(dkim: Dkim): Dkim {
  const { domain, selector } = dkim;
  if (!isDnsName(domain) || !isDnsName(selector)) {
    throw refused("DKIM's domain and selector are names in DNS.", "For example contoso.example and mail2026.");
  }
  const hint = "Make one with: openssl genrsa -out key.pem 2048";
  let key: KeyObject;
  try {
    key = createPrivateKey(dkim.privateKey);
  } catch (cause) {
    throw refused("The DKIM key is not a private key in PEM without a passphrase.", hint, cause);
  }
  if (key.asymmetricKeyType !== "rsa" || (key.asymmetricKeyDetails?.modulusLength ?? 0) < SHORTEST_KEY) {
    throw refused(`The DKIM key is not RSA of at least ${SHORTEST_KEY} bits.`, hint);
  }
  return dkim;
}

function isDnsName(name: string): boolean {
  return /^(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/i.test(name);
}

function refused(message: string, hint: string, cause?: unknown): MailError {
  return new MailError("mail_configuration", message, hint, { cause });
}
