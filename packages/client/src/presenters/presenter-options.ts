import type { Clock } from "../clock.ts";

/** Where a presenter writes: `process.stderr`, or anything that looks like it. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

export interface PresenterOptions {
  stream: Output;
  env: NodeJS.ProcessEnv;
  clock?: Clock;
  /** False: no QR code, however well it would fit. */
  qr?: boolean;
  /** What the person knows this program by; the client ID stands in for it. */
  appName?: string;
  /** What asks, as the person knows the machine; the issuer's page shows the same name. */
  deviceName?: string;
}
