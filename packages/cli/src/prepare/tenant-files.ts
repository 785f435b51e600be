import type { GraphAccess } from "@doorcode/prepare";
import type { GraphDoor, TenantFiles } from "@doorcode/tenant/commands";
import { printableLine } from "../output.ts";
import { showNotes } from "./screen.ts";

/** What `doorcode tenant start --file` and `doorcode tenant export` do with files: the same as `doorcode prepare`. */
export const tenantFiles: TenantFiles = {
  async open(path) {
    const { readModel } = await import("./inputs.ts");
    const model = await readModel(path);
    const { planTenant, applyPlan } = await import("@doorcode/prepare");
    const { name, domain, colour } = model.tenant;
    return {
      name,
      domain,
      colour,
      async apply(door, report) {
        const graph = await graphBehind(door);
        const plan = await planTenant(model, graph, { env: process.env });
        for (const note of plan.notes) report(printableLine(note));
        const { doneLine } = await import("./screen.ts");
        await applyPlan(plan, graph, { env: process.env, report: (step) => report(doneLine(step)) });
      },
    };
  },

  async exportFrom(door) {
    const { exportTenant, writeTenantFile } = await import("@doorcode/prepare");
    const { model, notes } = await exportTenant(await graphBehind(door));
    showNotes(notes);
    return writeTenantFile(model);
  },
};

async function graphBehind({ base, token, ca }: GraphDoor): Promise<GraphAccess> {
  const { graphWithToken } = await import("./graph-access.ts");
  return graphWithToken("doorcode", base, { token, ca });
}
