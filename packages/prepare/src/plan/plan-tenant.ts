import type { TenantModel } from "../file/model.ts";
import { Graph } from "../graph/graph.ts";
import type { GraphAccess } from "../graph/request.ts";
import type { Clock } from "../graph/retries.ts";
import type { Plan } from "../step.ts";
import { checkModel, compareTenant } from "./compare-tenant.ts";
import { KnownObjects } from "./known-objects.ts";
import { readCurrent } from "./read-current.ts";

export interface PlanOptions {
  /** Deletes what carries our ownership tag and is not in the file, and makes lists exact. Default: false. */
  prune?: boolean;
  /** Where `passwordFrom` is looked up. Default: `process.env`. */
  env?: NodeJS.ProcessEnv;
  clock?: Clock;
  signal?: AbortSignal;
}

/**
 * Plans what `applyPlan` would do. Sends only requests that read.
 *
 * @throws {PrepareError} Graph refused a request, or the file does not fit the tenant.
 * @example
 * ```ts
 * const plan = await planTenant(model, access);
 * for (const { action, kind, name } of plan.steps) console.log(action, kind, name);
 * const { apps } = await applyPlan(plan, access);
 * ```
 */
export async function planTenant(model: TenantModel, access: GraphAccess, options: PlanOptions = {}): Promise<Plan> {
  const { prune = false, env = process.env } = options;
  const { target, base } = access;
  checkModel(model, target);
  const current = await readCurrent(new Graph(access, options), model, { prune });
  const lookup = new KnownObjects(current);
  const { steps, notes } = compareTenant({ model, current, lookup, target, prune, env });
  const { id: tenantId, initialDomain } = current.tenant;
  return { steps: steps.map(({ step }) => step), notes, target, base, tenantId, initialDomain, model, prune };
}
