// A whole tenant in a process of its own, to be killed. Started by tenant-life.ts, which owns its clock.
import { type Operator, runRequest } from "../../packages/tenant/src/control/operations.ts";
import { operatorOf } from "../../packages/tenant/src/control/server.ts";
import { TenantError } from "../../packages/tenant/src/kernel/tenant-error.ts";
import { systemClock } from "../../packages/tenant/src/kernel/time.ts";
import { createLogger } from "../../packages/tenant/src/server/logger.ts";
import { startWithContext } from "../../packages/tenant/src/server/start-tenant.ts";
import type { Answer, Order, Ready, StartOrder } from "./process-messages.ts";

const { now: start, storeMayFail, behind, ...options } = JSON.parse(process.argv[2]!) as StartOrder;
let now = start ?? 0;
// No process is left to kill this one, so it exits on its own.
process.on("disconnect", () => process.exit());

const tenant = await startWithContext({
  ...options,
  ...behind,
  clock: start === null ? systemClock : { now: () => now },
  log: createLogger(storeMayFail ? "silent" : "error"),
  ...("postgres" in options.store ? { mailer: { send: async () => undefined, close: async () => undefined } } : {}),
});

// On PostgreSQL as well, where no operator may decide: the runs need approvals.
const operator: Operator = {
  ...operatorOf(tenant.context),
  decisions: {
    approve: ({ code, as }) => tenant.approve(code, { as }),
    deny: (code) => tenant.deny(code),
  },
};

process.on("message", async ({ id, ...order }: Order) => {
  if ("advance" in order) {
    now += order.advance;
    process.send?.({ id, ok: true } satisfies Answer);
    return;
  }
  try {
    process.send?.({ id, ok: true, result: await runRequest(operator, order.operate) } satisfies Answer);
  } catch (error) {
    const code = error instanceof TenantError ? error.code : null;
    process.send?.({ id, ok: false, code } satisfies Answer);
  }
});

process.once("SIGTERM", async () => {
  await tenant.close();
  process.exit();
});

process.send?.({
  authority: tenant.authority,
  ca: tenant.ca,
  clientId: tenant.apps[0]!.clientId,
  apiId: tenant.apis[0]!.clientId,
  kids: (await tenant.context.signingKeys.published()).map((key) => key.kid),
} satisfies Ready);
