import type { TenantModel } from "../file/model.ts";
import { Graph } from "../graph/graph.ts";
import type { GraphAccess } from "../graph/request.ts";
import type { Clock } from "../graph/retries.ts";
import type { Plan } from "../step.ts";
import { checkModel, compareTenant } from "./compare-tenant.ts";
import { KnownObjects } from "./known-objects.ts";
import { readCurrent } from "./read-current.ts";

/** Options of `planTenant`. */
export interface PlanOptions {
  /** Deletes objects that carry our ownership tag but are not in the file, and makes lists exact. Default: false. */
  prune?: boolean;
  /** The environment, for the variables in `passwordFrom`. Default: `process.env`. */
  env?: NodeJS.ProcessEnv;
  /** The time, for tests. Default: the system's clock. */
  clock?: Clock;
  /** Cancels the plan. */
  signal?: AbortSignal;
}

/**
 * Plans what `applyPlan` would do. Sends only requests that read.
 * @throws {PrepareError} Graph rejected a request, or the file does not fit the tenant.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { applyPlan, type GraphAccess, planTenant, readTenantFile } from "@doorcode/prepare";
 *
 * const model = readTenantFile(await readFile("doorcode.tenant.yaml", "utf8"), "doorcode.tenant.yaml");
 * const access: GraphAccess = {
 *   target: "entra",
 *   base: "https://graph.microsoft.com/v1.0",
 *   fetch: (url, { headers, ...init }) =>
 *     fetch(url, { ...init, headers: { ...headers, authorization: `Bearer ${process.env.GRAPH_TOKEN}` } }),
 * };
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
