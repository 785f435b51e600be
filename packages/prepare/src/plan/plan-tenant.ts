import type { TenantModel } from "../file/model.ts";
import { Graph } from "../graph/graph.ts";
import type { GraphAccess } from "../graph/request.ts";
import type { Clock } from "../graph/retries.ts";
import type { Plan } from "../step.ts";
import { checkModel } from "./check-model.ts";
import { order } from "./order.ts";
import { readCurrent } from "./read-current.ts";
import { checkPasswords } from "./users.ts";
import type { Comparison } from "./work.ts";

export interface PlanOptions {
  /** Deletes what carries our mark and is not in the file, and makes lists exact. Default: false. */
  prune?: boolean;
  /** Where `passwordFrom` is looked up. Default: `process.env`. */
  env?: NodeJS.ProcessEnv;
  clock?: Clock;
  signal?: AbortSignal;
}

/** What `applyPlan` would do. Reads, and changes nothing. Throws PrepareError. */
export async function planTenant(model: TenantModel, access: GraphAccess, options: PlanOptions = {}): Promise<Plan> {
  const { prune = false, env = process.env } = options;
  checkModel(model, access.target);
  const graph = new Graph(access, options);
  const about = await compareTenant(graph, { model, prune, env });
  return {
    steps: order.flatMap((kind) => kind(about).map(({ step }) => step)),
    notes: [...about.notes],
    target: access.target,
    base: access.base,
    tenantId: about.current.tenant.id,
    initialDomain: about.current.tenant.initialDomain,
    model,
    prune,
  };
}

export async function compareTenant(
  graph: Graph,
  { model, prune, env }: { model: TenantModel; prune: boolean; env: NodeJS.ProcessEnv },
): Promise<Comparison> {
  const current = await readCurrent(graph, model, { prune });
  const about: Comparison = { model, current, target: graph.target, prune, env, notes: new Set() };
  checkPasswords(about);
  for (const [key, { application }] of current.applications) {
    if (application.uniqueName === key) continue;
    about.notes.add(
      `\`${key}\` is the application ${application.appId}, which was not made by its name: who owns it, its credentials and what else the file does not say stay as they are. Look at them before you let it be consented to.`,
    );
  }
  return about;
}
