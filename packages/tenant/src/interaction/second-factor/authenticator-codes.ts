import { randomInt } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { deriveKey, keyedHash, type SealKey, seal, unseal } from "../../kernel/seal.ts";

/** What every authenticator app takes, whatever else the URI may say (RFC 6238 §4). */
const PARAMETERS = { algorithm: "SHA1", digits: 6, period: 30 } as const;
const STEP_MS = PARAMETERS.period * 1_000;

/** 160 bit (RFC 4226 §4), in base32, as apps take it. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** Good for this person only; sealed again it reads differently. */
export function sealTotpSecret(sealKey: SealKey, userId: string, secret: string): string {
  return seal(deriveKey(sealKey, "totp secret"), secret, userId);
}

export function unsealTotpSecret(sealKey: SealKey, userId: string, sealed: string): string {
  return unseal(deriveKey(sealKey, "totp secret"), sealed, userId);
}

/** Code points of a name in the QR code: with all of a long one no camera would read it. */
const LONGEST_ISSUER = 40;
const LONGEST_ACCOUNT = 80;

/** What the QR code says; the app lists it as `issuer: account`. */
export function totpUri(secret: string, names: { issuer: string; account: string }): string {
  const issuer = [...names.issuer].slice(0, LONGEST_ISSUER).join("");
  const label = [...names.account].slice(0, LONGEST_ACCOUNT).join("");
  return new TOTP({ ...PARAMETERS, secret, issuer, label }).toString();
}

/** The step that a code is of: the present one, or the one before or after, for clocks that differ (RFC 6238 §5.2). */
export function stepOfCode(secret: string, code: string, now: number): number | undefined {
  const delta = new TOTP({ ...PARAMETERS, secret }).validate({ token: code, timestamp: now, window: 1 });
  return delta === null ? undefined : Math.floor(now / STEP_MS) + delta;
}

/** The six digits as apps show and people type them; undefined for what can be no code. */
export function readTotpCode(typed: string): string | undefined {
  const code = typed.slice(0, 64).replace(/[\s-]/g, "");
  return /^\d{6}$/.test(code) ? code : undefined;
}

/** Neither 0 and O, 1, I and L, nor U beside V. */
const RECOVERY_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 12 of 30 signs are 58 bit. */
const RECOVERY_LENGTH = 12;
const RECOVERY_COUNT = 10;
const RECOVERY_GROUP = 4;

/** A new set, as it is shown once: `7KQM-X2RD-WB9T`. */
export function newRecoveryCodes(): string[] {
  const codes = new Set<string>();
  while (codes.size < RECOVERY_COUNT) {
    codes.add(
      Array.from({ length: RECOVERY_LENGTH }, () => RECOVERY_ALPHABET[randomInt(RECOVERY_ALPHABET.length)]).join(""),
    );
  }
  return [...codes].map((code) => (code.match(new RegExp(`.{${RECOVERY_GROUP}}`, "g")) ?? []).join("-"));
}

/** In any case and spacing; undefined for what can be no code of ours. */
export function readRecoveryCode(typed: string): string | undefined {
  const code = typed
    .slice(0, 64)
    .toUpperCase()
    .replace(/[\s\p{P}]/gu, "");
  return new RegExp(`^[${RECOVERY_ALPHABET}]{${RECOVERY_LENGTH}}$`).test(code) ? code : undefined;
}

/** How one is kept: it proves something for this person only. */
export function hashRecoveryCode(sealKey: SealKey, userId: string, code: string): string {
  return keyedHash(deriveKey(sealKey, "recovery code"), `${userId}:${code.replaceAll("-", "")}`);
}
