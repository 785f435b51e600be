import type { Account, PresentedCode } from "../client.ts";
import { plainText, redirectHint } from "../issuer/issuer-answer.ts";
import { isLoopback } from "../transport/secure-url.ts";
import type { PresenterOptions } from "./output.ts";

export interface About {
  clientId: string;
  authority: string;
}

/** A code that anybody else may see is worth nothing, and a code from somebody else is how accounts are stolen (RFC 8628 §5.4). */
export const codeIsYours = "This code is for you alone. Never type a code that somebody sent you.";

/** The issuer tells only the person, on its page: it sends nobody back to an address it does not know. */
export const ifRefused = `If the page does not know the redirect URI: ${redirectHint}`;

/** Never shortened: half an address opens nothing. */
export const addressOf = (url: string): string => plainText(url, { limit: 16_000 });

export function whoAsks(options: PresenterOptions, about: About): string {
  const app = options.appName ?? `app ${about.clientId}`;
  const name = options.deviceName === undefined ? app : `${app} on ${options.deviceName}`;
  return plainText(name, { limit: 160 });
}

/** The host of the authority. The page may be on another one: Entra's is. */
export function issuerName({ authority }: About): string {
  return URL.canParse(authority) ? new URL(authority).host : plainText(authority, { limit: 160 });
}

/** An address of this machine opens nowhere else, so a QR code of it would only mislead. */
export function opensElsewhere(code: PresentedCode): boolean {
  return URL.canParse(code.verificationUri) && !isLoopback(new URL(code.verificationUri).hostname);
}

/** Why something is tried again. The code of the system at its end is for whoever looks into it. */
export function whyAgain(reason: string, { verbose }: PresenterOptions, limit: number): string {
  const text = plainText(reason, { limit });
  return verbose ? text : text.replace(/ \((?:E[A-Z0-9]+|ERR_[A-Z0-9_]+)\)(?=$| )/, "");
}

/** "14:32", rounded up: it reads 0:00 only when it is over. */
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

/** After "Signed in as …": what the issuer's answer leaves out. */
export function withoutScopes(scopes: readonly string[]): string {
  return `Not granted: ${plainText(scopes.join(", "), { limit: 400 })}.`;
}
