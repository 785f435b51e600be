import { bearerFetch } from "@doorcode/client";
import type { GraphAccess } from "@doorcode/prepare";
import type { GraphDoor, TenantFiles } from "@doorcode/tenant/commands";
import { readModel } from "../prepare.ts";

/** What `doorcode tenant start --file` and `doorcode tenant export` do with files: the same as `doorcode prepare`. */
export const tenantFiles: TenantFiles = {
  async open(path) {
    const model = await readModel(path);
    const { planTenant, applyPlan } = await import("@doorcode/prepare");
    const { name, domain, colour } = model.tenant;
    return {
      name,
      domain,
      colour,
      async apply(door, report) {
        const graph = graphBehind(door);
        const plan = await planTenant(model, graph, { env: process.env });
        await applyPlan(plan, graph, {
          env: process.env,
          report: ({ action, kind, name: of }) => report(`${action} ${kind} ${of}`),
        });
      },
    };
  },

  async exportFrom(door) {
    const { exportTenant, writeTenantFile } = await import("@doorcode/prepare");
    const { model, notes } = await exportTenant(graphBehind(door));
    for (const note of notes) process.stderr.write(`${note}\n`);
    return writeTenantFile(model);
  },
};

function graphBehind({ base, token, ca }: GraphDoor): GraphAccess {
  const { origin } = new URL(base);
  return { target: "doorcode", base, fetch: bearerFetch({ origin, token, ca }) };
}
