import type { Account, PresentedCode } from "../client.ts";
import { plainText, redirectHint } from "../issuer/issuer-answer.ts";
import { isLoopback } from "../transport/secure-url.ts";
import type { PresenterOptions } from "./output.ts";

export interface About {
  clientId: string;
  authority: string;
}

/**
 * A code that other people can see is worthless, and a code from someone else is how accounts are stolen (RFC 8628
 * §5.4).
 */
export const codeIsYours = "This code is for you only. Never enter a code that someone sent you.";

/** Only the issuer's page tells the user: the issuer does not redirect to an address it does not know. */
export const ifRefused = `If the page shows an error about the redirect URI: ${redirectHint}`;

/** Never shortened: a partial address opens nothing. */
export const addressOf = (url: string): string => plainText(url, { limit: 16_000 });

export function whoAsks(options: PresenterOptions, about: About): string {
  const app = options.appName ?? `app ${about.clientId}`;
  const name = options.deviceName === undefined ? app : `${app} on ${options.deviceName}`;
  return plainText(name, { limit: 160 });
}

/** The authority's host. The page may have another one, as with Entra. */
export function issuerName({ authority }: About): string {
  return URL.canParse(authority) ? new URL(authority).host : plainText(authority, { limit: 160 });
}

/** A loopback address is useless on another device, so a QR code of it would mislead. */
export function opensElsewhere(code: PresentedCode): boolean {
  return URL.canParse(code.verificationUri) && !isLoopback(new URL(code.verificationUri).hostname);
}

/** Why a request is tried again, with the system's error code for debugging. */
export function whyAgain(reason: string, { verbose }: PresenterOptions, limit: number): string {
  const text = plainText(reason, { limit });
  return verbose ? text : text.replace(/ \((?:E[A-Z0-9]+|ERR_[A-Z0-9_]+)\)(?=$| )/, "");
}

/** "14:32", rounded up: it shows 0:00 only at the end. */
export function timeLeft(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** "15 minutes", for sentences. */
export function roughly(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [amount, unit] = seconds < 120 ? [seconds, "second"] : [Math.round(seconds / 60), "minute"];
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}

export function signedInAs({ name, username }: Account): string {
  const person = name === undefined || name === username ? username : `${name} (${username})`;
  return `Signed in as ${plainText(person, { limit: 200 })}.`;
}

/** After "Signed in as …": the scopes that the issuer did not grant. */
export function withoutScopes(scopes: readonly string[]): string {
  return `Not granted: ${plainText(scopes.join(", "), { limit: 400 })}.`;
}
