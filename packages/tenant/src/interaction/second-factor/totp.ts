import { Secret, TOTP } from "otpauth";
import { deriveKey, type SealKey, seal, unseal } from "../../kernel/seal.ts";

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
