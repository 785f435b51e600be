import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { MailError } from "./mailer.ts";

/** Signs mails for a domain (RFC 6376). The public key is in DNS at `<selector>._domainkey.<domain>`. */
export interface Dkim {
  /** The domain of the signature, such as `contoso.example`. */
  domain: string;
  /** Names the public key in DNS, such as `mail2026`. */
  selector: string;
  /** PEM of an RSA key. */
  privateKey: string;
}

/** RFC 8301 §3.2: signers must not use shorter keys. */
const SHORTEST_KEY = 1024;

/** `contoso.example:selector:/path/key.pem` */
export function readDkim(setting: string): Dkim {
  const [, domain, selector, file] = /^([^:]+):([^:]+):(.+)$/s.exec(setting) ?? [];
  if (!domain || !selector || !file) {
    throw refused("The DKIM setting is not complete.", "Use the form domain:selector:key-file.");
  }
  let privateKey: string;
  let mode: number;
  try {
    privateKey = readFileSync(file, "utf8");
    ({ mode } = statSync(file));
  } catch (cause) {
    throw refused(
      `Cannot read the DKIM key ${file}.`,
      "Name a PEM file that the user running the tenant can read.",
      cause,
    );
  }
  if (process.platform !== "win32" && (mode & 0o007) !== 0) {
    throw refused(`Every user of this computer can read the DKIM key ${file}.`, "Restrict it: chmod o-rwx.");
  }
  return checkDkim({ domain, selector, privateKey });
}

/** The library sends mail unsigned if the key is unusable, so the key is checked at startup. */
export function checkDkim(dkim: Dkim): Dkim {
  const { domain, selector } = dkim;
  if (!isDnsName(domain) || !isDnsName(selector)) {
    throw refused("The DKIM domain and selector must be DNS names.", "Example: contoso.example and mail2026.");
  }
  const hint = "Create one with: openssl genrsa -out key.pem 2048";
  let key: KeyObject;
  try {
    key = createPrivateKey(dkim.privateKey);
  } catch (cause) {
    throw refused("The DKIM key is not an unencrypted private key in PEM.", hint, cause);
  }
  if (key.asymmetricKeyType !== "rsa" || (key.asymmetricKeyDetails?.modulusLength ?? 0) < SHORTEST_KEY) {
    throw refused(`The DKIM key is not an RSA key of at least ${SHORTEST_KEY} bits.`, hint);
  }
  return dkim;
}

function isDnsName(name: string): boolean {
  return /^(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/i.test(name);
}

function refused(message: string, hint: string, cause?: unknown): MailError {
  return new MailError("mail_configuration", message, hint, { cause });
}
