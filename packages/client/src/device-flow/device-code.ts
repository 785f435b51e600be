/** What the device authorization endpoint answered (RFC 8628 §3.2), after reading: numbers are numbers, the interval has its default. */
export interface DeviceCode {
  /** Secret: never shown, logged or put into an event. */
  deviceCode: string;
  userCode: string;
  verificationUri: string;
  /** Undefined where the issuer gives none (Entra). */
  verificationUriComplete: string | undefined;
  /** The issuer's own sentence, if any (Entra). */
  message: string | undefined;
  /** Milliseconds since the epoch, counted from the start of the request. */
  expiresAt: number;
  /** The same moment on `Clock.monotonic`: what decides, where it is known. */
  deadline?: number;
  /** Milliseconds between polls; 5,000 unless the issuer said otherwise (RFC 8628 §3.5). */
  interval: number;
}
