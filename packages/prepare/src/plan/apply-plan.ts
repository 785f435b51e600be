import { GraphConflict, GraphOutcomeUnknown, isNotFound, underlyingError } from "../graph/failures.ts";
import { Graph } from "../graph/graph.ts";
import type { GraphAccess } from "../graph/request.ts";
import { type Clock, systemClock } from "../graph/retries.ts";
import { PrepareError } from "../prepare-error.ts";
import { type Applied, type Plan, type Step, sameStep } from "../step.ts";
import { checkModel } from "./check-model.ts";
import { order } from "./order.ts";
import { compareTenant } from "./plan-tenant.ts";
import type { Comparison } from "./work.ts";

export interface ApplyOptions {
  /** Called after each step that changed something. */
  report?(done: Step): void;
  /** Where `passwordFrom` is looked up. Default: `process.env`. */
  env?: NodeJS.ProcessEnv;
  clock?: Clock;
  /** Stops between two calls of Graph: `interrupted`. */
  signal?: AbortSignal;
}

/** Waits between readings where nothing got done in between. */
const AGAIN_MS = [1_000, 2_000, 5_000, 10_000, 20_000];

/**
 * Makes the tenant what the plan's file says. It reads again and sends what differs now, so that it may be run again
 * after it was killed, and beside another. What the plan did not announce is not deleted.
 * Throws PrepareError with what was `done` and what is `left`.
 */
export async function applyPlan(plan: Plan, access: GraphAccess, options: ApplyOptions = {}): Promise<Applied> {
  const { env = process.env, clock = systemClock } = options;
  if (plan.target !== access.target || plan.base !== access.base)
    throw new PrepareError("wrong_plan", `The plan was made for ${plan.base}, and this is ${access.base}.`);
  checkModel(plan.model, access.target);
  const done: Step[] = [];
  const graph = new Graph(access, { clock, signal: options.signal });
  const finish = (step: Step) => {
    done.push(step);
    options.report?.(step);
  };

  let idle = 0;
  for (;;) {
    const before = done.length;
    try {
      const about = await compareTenant(graph, { model: plan.model, prune: plan.prune, env });
      if (about.current.tenant.id !== plan.tenantId)
        throw new PrepareError("wrong_plan", `The plan was made for the tenant ${plan.tenantId}.`);
      await settle(graph, about, plan, finish);
      return { ...appliedOf(about), done };
    } catch (error) {
      idle = done.length > before ? 0 : idle + 1;
      const wait = AGAIN_MS[idle - 1] ?? (idle === 0 ? 0 : undefined);
      if (!mayGoAway(error) || wait === undefined) throw withProgress(underlyingError(error), plan, done);
      try {
        await clock.sleep(wait, options.signal);
      } catch (cause) {
        throw withProgress(new PrepareError("interrupted", "It was interrupted.", { cause }), plan, done);
      }
    }
  }
}

async function settle(graph: Graph, about: Comparison, plan: Plan, finish: (step: Step) => void): Promise<void> {
  for (const kind of order) {
    for (const { step, run } of kind(about)) {
      if (step.action === "leave") continue;
      const announced = plan.steps.some((planned) => planned.action === "delete" && sameStep(planned, step));
      if (step.action === "delete" && !announced) continue;
      await run(graph);
      finish(step);
    }
  }
}

/** Another run, or a replica that lags behind: a new reading shows how things stand. */
function mayGoAway(error: unknown): boolean {
  return error instanceof GraphConflict || error instanceof GraphOutcomeUnknown || isNotFound(error);
}

function withProgress(error: unknown, { steps }: Plan, done: Step[]): unknown {
  if (!(error instanceof PrepareError)) return error;
  error.done = done;
  error.left = steps.filter((step) => step.action !== "leave" && !done.some((other) => sameStep(step, other)));
  return error;
}

function appliedOf({ model, current }: Comparison): Omit<Applied, "done"> {
  const clientIdOf = (key: string) => current.applications.get(key)?.application.appId ?? "";
  return {
    apps: Object.keys(model.apps).map((name) => ({ name, clientId: clientIdOf(name) })),
    apis: Object.entries(model.apis).map(([name, { identifierUri, scopes }]) => {
      const uri =
        identifierUri ?? current.applications.get(name)?.application.identifierUris?.[0] ?? `api://${clientIdOf(name)}`;
      return {
        name,
        clientId: clientIdOf(name),
        identifierUri: uri,
        scopes: Object.keys(scopes).map((scope) => `${uri}/${scope}`),
      };
    }),
  };
}
