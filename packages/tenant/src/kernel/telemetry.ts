/** What the rooms report about their work. `server/` turns it into metrics. Every value comes from a fixed set. */
export interface Telemetry {
  /** A token response was sent. `grantType` as in RFC 6749; both spellings of the device grant are `device_code`. */
  tokensIssued(grantType: string): void;
  /** A used refresh token was presented again, outside its grace period, and its sign-in was ended. */
  refreshTokenReused(): void;
  /** A factor was checked: `password`, `email_code`, `passkey`, or a second one. */
  signIn(method: string, outcome: "success" | "failure"): void;
  /** A limit was found used up. `limit` is its name, never whose it is. */
  limitReached(limit: string): void;
}

export const noTelemetry: Telemetry = {
  tokensIssued: () => undefined,
  refreshTokenReused: () => undefined,
  signIn: () => undefined,
  limitReached: () => undefined,
};
