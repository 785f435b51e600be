// A whole tenant in a process of its own, to be killed. Started by tenant-life.ts, which owns its clock.
import { operate } from "../../packages/tenant/src/control/operations.ts";
import { operatorOf } from "../../packages/tenant/src/control/server.ts";
import { TenantError } from "../../packages/tenant/src/kernel/tenant-error.ts";
import { createLogger } from "../../packages/tenant/src/server/logger.ts";
import { startWithContext } from "../../packages/tenant/src/server/start-tenant.ts";
import type { Answer, Order, Ready, StartOrder } from "./process-messages.ts";

const { now: start, storeMayFail, ...options } = JSON.parse(process.argv[2]!) as StartOrder;
let now = start;
// Nobody is left to kill this process: it ends by itself.
process.on("disconnect", () => process.exit());

const tenant = await startWithContext({
  ...options,
  clock: { now: () => now },
  log: createLogger(storeMayFail ? "silent" : "warn"),
  ...("postgres" in options.store ? { mailer: { send: async () => undefined, close: async () => undefined } } : {}),
});

process.on("message", async ({ id, ...order }: Order) => {
  if ("advance" in order) {
    now += order.advance;
    process.send?.({ id, ok: true } satisfies Answer);
    return;
  }
  try {
    process.send?.({ id, ok: true, result: await operate(operatorOf(tenant.context), order.operate) } satisfies Answer);
  } catch (error) {
    const code = error instanceof TenantError ? error.code : null;
    process.send?.({ id, ok: false, code } satisfies Answer);
  }
});

process.send?.({
  authority: tenant.authority,
  ca: tenant.ca,
  clientId: tenant.apps[0]!.clientId,
  apiId: tenant.apis[0]!.clientId,
  kids: (await tenant.context.signingKeys.published()).map((key) => key.kid),
} satisfies Ready);
