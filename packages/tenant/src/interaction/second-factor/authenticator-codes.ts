import { type KeyObject, randomInt } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { keysOf } from "../../kernel/kept-keys.ts";
import { deriveKey, keyedHash, type SealKey, seal, unseal } from "../../kernel/seal.ts";

/** The parameters that every authenticator app supports, regardless of the URI (RFC 6238 §4). */
const PARAMETERS = { algorithm: "SHA1", digits: 6, period: 30 } as const;
const STEP_MS = PARAMETERS.period * 1_000;

/** 160 bits (RFC 4226 §4), in base32 for apps. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** Bound to this user. Sealing it again gives a different value. */
export function sealTotpSecret(sealKey: SealKey, userId: string, secret: string): string {
  return seal(deriveKey(sealKey, "totp secret"), secret, userId);
}

export function unsealTotpSecret(sealKey: SealKey, userId: string, sealed: string): string {
  return unseal(deriveKey(sealKey, "totp secret"), sealed, userId);
}

/** Maximum code points of a name in the QR code: cameras could not read a code with a longer one. */
const LONGEST_ISSUER = 40;
const LONGEST_ACCOUNT = 80;

/** Content of the QR code. Apps list it as `issuer: account`. */
export function totpUri(secret: string, names: { issuer: string; account: string }): string {
  const issuer = [...names.issuer].slice(0, LONGEST_ISSUER).join("");
  const label = [...names.account].slice(0, LONGEST_ACCOUNT).join("");
  return new TOTP({ ...PARAMETERS, secret, issuer, label }).toString();
}

/** The time step of a code: the current one, or one before or after, for clock drift (RFC 6238 §5.2). */
export function stepOfCode(secret: string, code: string, now: number): number | undefined {
  const delta = new TOTP({ ...PARAMETERS, secret }).validate({ token: code, timestamp: now, window: 1 });
  return delta === null ? undefined : Math.floor(now / STEP_MS) + delta;
}

/** The six digits as apps show and users type them. Undefined for anything else. */
export function readTotpCode(typed: string): string | undefined {
  const code = typed.slice(0, 64).replace(/[\s-]/g, "");
  return /^\d{6}$/.test(code) ? code : undefined;
}

/** Excludes 0, O, 1, I, L and U, which are easily confused. */
const RECOVERY_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 12 of 30 characters are 58 bits. */
const RECOVERY_LENGTH = 12;
const RECOVERY_COUNT = 10;
const RECOVERY_GROUP = 4;

/** A new set, in the form that is shown once: `7KQM-X2RD-WB9T`. */
export function newRecoveryCodes(): string[] {
  const codes = new Set<string>();
  while (codes.size < RECOVERY_COUNT) {
    codes.add(
      Array.from({ length: RECOVERY_LENGTH }, () => RECOVERY_ALPHABET[randomInt(RECOVERY_ALPHABET.length)]).join(""),
    );
  }
  return [...codes].map((code) => (code.match(new RegExp(`.{${RECOVERY_GROUP}}`, "g")) ?? []).join("-"));
}

/** Accepts any case and spacing. Undefined for anything else. */
export function readRecoveryCode(typed: string): string | undefined {
  const code = typed
    .slice(0, 64)
    .toUpperCase()
    .replace(/[\s\p{P}]/gu, "");
  return new RegExp(`^[${RECOVERY_ALPHABET}]{${RECOVERY_LENGTH}}$`).test(code) ? code : undefined;
}

/** The stored form of a code, bound to this user. */
export function hashRecoveryCode(sealKey: SealKey, userId: string, code: string): string {
  return recoveryHash(deriveKey(sealKey, "recovery code"), userId, code);
}

/** Every form in which the code may be stored: codes stay valid when the seal key is replaced. */
export function recoveryCodeHashes(sealKey: SealKey, userId: string, code: string): string[] {
  return keysOf(sealKey, "recovery code").map((key) => recoveryHash(key, userId, code));
}

const recoveryHash = (key: KeyObject, userId: string, code: string) =>
  keyedHash(key, `${userId}:${code.replaceAll("-", "")}`);
