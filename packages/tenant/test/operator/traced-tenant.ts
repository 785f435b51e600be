// A tenant in a process of its own, because an OpenTelemetry SDK serves the whole process. Started by tracing.test.ts.
import { startOperated } from "../../src/operator/operator.ts";
import type { Order, TracedReady } from "./traced-process.ts";

const options = JSON.parse(process.argv[2]!);
const mailer = { send: async () => undefined, close: async () => undefined };
const tenant = await startOperated({
  ...options,
  store: { sqlite: ":memory:" },
  port: 0,
  pagesPort: 0,
  ...(options.publicUrl === undefined ? {} : { mailer }),
});
// The parent is gone.
process.on("disconnect", () => process.exit());

process.on("message", async ({ approve, close }: Order) => {
  if (approve) {
    await tenant.admin.people.add({ email: approve.as, displayName: approve.name });
    await tenant.approve(approve.code, { as: approve.as });
  }
  if (close) await tenant.close();
  process.send?.("done");
});

process.send?.({
  authority: tenant.authority,
  tenantId: tenant.tenantId,
  port: tenant.port,
  ca: tenant.ca,
  clientId: tenant.apps[0]!.clientId,
} satisfies TracedReady);
