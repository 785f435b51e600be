import type { ControlRequest } from "../../packages/tenant/src/control/messages.ts";
import type { StartOptions } from "../../packages/tenant/src/server/start-tenant.ts";

/** The arguments of a tenant process. */
export interface StartOrder {
  store: { sqlite: string } | { postgres: string; direct?: string; schema: string };
  dataDir: string;
  port: number;
  pagesPort: number;
  /** The tenant's time, which advances only on request; null for the machine's time. */
  now: number | null;
  /** The test makes the store fail, so its failures are expected and not logged. */
  storeMayFail: boolean;
  /** For a node behind a load balancer. */
  behind?: Pick<StartOptions, "publicUrl" | "trustedProxies" | "monitoring" | "drainMs">;
}

/** Sent once it answers requests; everything must be the same after every restart. */
export interface Ready {
  authority: string;
  ca: string;
  clientId: string;
  apiId: string;
  kids: string[];
}

export type Order = { id: number } & ({ advance: number } | { operate: ControlRequest });
/** `code` null: it failed, and the request may or may not have taken effect. */
export type Answer = { id: number } & ({ ok: true; result?: unknown } | { ok: false; code: string | null });
