import type { ControlRequest } from "../../packages/tenant/src/control/messages.ts";

/** What a tenant process is started with. */
export interface StartOrder {
  store: { sqlite: string } | { postgres: string; schema: string };
  dataDir: string;
  port: number;
  pagesPort: number;
  /** The tenant's time, which stands still until it is advanced. */
  now: number;
  /** The store is made to fail: its failures are expected, and not logged. */
  storeMayFail: boolean;
}

/** What it says once it answers; all of it has to be the same after every restart. */
export interface Ready {
  authority: string;
  ca: string;
  clientId: string;
  apiId: string;
  kids: string[];
}

export type Order = { id: number } & ({ advance: number } | { operate: ControlRequest });
/** `code` null: it failed, and what was asked may have happened or not. */
export type Answer = { id: number } & ({ ok: true; result?: unknown } | { ok: false; code: string | null });
