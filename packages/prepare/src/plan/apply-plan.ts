import { GraphConflict, GraphOutcomeUnknown, isNotFound, underlyingError } from "../graph/failures.ts";
import { Graph } from "../graph/graph.ts";
import type { GraphAccess } from "../graph/request.ts";
import { type Clock, systemClock } from "../graph/retries.ts";
import { PrepareError } from "../prepare-error.ts";
import { type Applied, type Plan, type Step, sameStep } from "../step.ts";
import { identifierUriOf } from "./apis.ts";
import { checkModel, compareTenant } from "./compare-tenant.ts";
import { KnownObjects, type ObjectLookup } from "./known-objects.ts";
import { readCurrent } from "./read-current.ts";

/** Options of `applyPlan`. */
export interface ApplyOptions {
  /** Called after each step that changed something. */
  report?(done: Step): void;
  /** The environment, for the variables in `passwordFrom`. Default: `process.env`. */
  env?: NodeJS.ProcessEnv;
  /** The time, for tests. Default: the system's clock. */
  clock?: Clock;
  /** Stops between two requests with the error `interrupted`. */
  signal?: AbortSignal;
}

/** Waits before reading the tenant again if no step was completed since the last time, in milliseconds. */
const READ_AGAIN_MS = [1_000, 2_000, 5_000, 10_000, 20_000];

/**
 * Makes the tenant match the plan's file. It reads the tenant, compares, and sends only what differs at that moment.
 * You can run it again after it was killed, and while another run is active. It deletes only what the plan deletes.
 * @throws {PrepareError} With the steps that are `done` and those that are `left`.
 * @example
 * ```ts
 * import { applyPlan, type GraphAccess, planTenant, type TenantModel } from "@doorcode/prepare";
 *
 * async function prepare(model: TenantModel, access: GraphAccess) {
 *   const plan = await planTenant(model, access);
 *   const { apps } = await applyPlan(plan, access, { report: ({ action, kind, name }) => console.log(action, kind, name) });
 *   return apps;
 * }
 * ```
 */
export async function applyPlan(plan: Plan, access: GraphAccess, options: ApplyOptions = {}): Promise<Applied> {
  const { env = process.env, clock = systemClock } = options;
  if (plan.target !== access.target || plan.base !== access.base)
    throw new PrepareError("wrong_plan", `The plan is for ${plan.base}, but this is ${access.base}.`);
  checkModel(plan.model, access.target);
  const graph = new Graph(access, { clock, signal: options.signal });
  const done: Step[] = [];
  const finish = (step: Step) => {
    done.push(step);
    options.report?.(step);
  };

  let idle = 0;
  for (;;) {
    const before = done.length;
    try {
      const known = await reconcile(graph, plan, env, finish);
      return { ...appliedOf(plan, known), done };
    } catch (error) {
      idle = done.length > before ? 0 : idle + 1;
      const wait = READ_AGAIN_MS[idle - 1] ?? (idle === 0 ? 0 : undefined);
      if (!isTransient(error) || wait === undefined) throw withProgress(underlyingError(error), plan, done);
      try {
        await clock.sleep(wait, options.signal);
      } catch (cause) {
        throw withProgress(new PrepareError("interrupted", "It was interrupted.", { cause }), plan, done);
      }
    }
  }
}

/** Reads, compares and runs the steps once. Returns the existing objects. */
async function reconcile(
  graph: Graph,
  plan: Plan,
  env: NodeJS.ProcessEnv,
  finish: (step: Step) => void,
): Promise<KnownObjects> {
  const { model, prune, target } = plan;
  const current = await readCurrent(graph, model, { prune });
  if (current.tenant.id !== plan.tenantId)
    throw new PrepareError("wrong_plan", `The plan is for the tenant ${plan.tenantId}.`);
  const { steps } = compareTenant({ model, current, lookup: new KnownObjects(current), target, prune, env });
  const known = new KnownObjects(current);
  for (const { step, run } of steps) {
    if (step.action === "leave") continue;
    const announced = plan.steps.some((planned) => planned.action === "delete" && sameStep(planned, step));
    if (step.action === "delete" && !announced) continue;
    await run({ graph, known });
    finish(step);
  }
  return known;
}

/** Errors that reading the tenant again may resolve: another run was faster, or a replica lags behind. */
function isTransient(error: unknown): boolean {
  return error instanceof GraphConflict || error instanceof GraphOutcomeUnknown || isNotFound(error);
}

function withProgress(error: unknown, { steps }: Plan, done: Step[]): unknown {
  if (!(error instanceof PrepareError)) return error;
  error.done = done;
  error.left = steps.filter((step) => step.action !== "leave" && !done.some((other) => sameStep(step, other)));
  return error;
}

function appliedOf(plan: Plan, lookup: ObjectLookup): Omit<Applied, "done"> {
  const { apps, apis } = plan.model;
  const clientIdOf = (key: string) => lookup.application(key)?.appId ?? "";
  return {
    apps: Object.keys(apps).map((name) => ({ name, clientId: clientIdOf(name) })),
    apis: Object.entries(apis).map(([name, api]) => {
      const identifierUri = identifierUriOf(plan, lookup.application(name), api);
      const scopes = Object.keys(api.scopes).map((scope) => `${identifierUri}/${scope}`);
      return { name, clientId: clientIdOf(name), identifierUri, scopes };
    }),
  };
}
