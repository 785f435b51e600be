import type { TenantModel } from "../file/model.ts";
import type { Graph } from "../graph/graph.ts";
import type { GraphAccess } from "../graph/request.ts";
import type { Change, Step, StepKind } from "../step.ts";
import type { Current } from "./current.ts";
import type { KnownObjects, ObjectLookup } from "./known-objects.ts";

/** The input of a comparison: the file, the tenant as read, and the options. Nothing changes it. */
export interface CompareInput {
  /** What the file wants. */
  readonly model: TenantModel;
  /** What exists. */
  readonly current: Current;
  /** The objects of `current` by their names in the file. */
  readonly lookup: ObjectLookup;
  readonly target: GraphAccess["target"];
  readonly prune: boolean;
  /** The environment, for the variables in `passwordFrom`. */
  readonly env: NodeJS.ProcessEnv;
}

/** The result of a comparison: the steps that lead from the tenant to the file, in their order. */
export interface Comparison {
  steps: PlannedStep[];
  /** What Graph cannot do, or what the user should check: one sentence each. */
  notes: string[];
}

/** A step with its requests, as decided by the comparison. */
export interface PlannedStep {
  step: Step;
  /** Sends only what differs. `known` has the objects of earlier steps, and receives those that this step creates. */
  run(context: StepContext): Promise<void>;
}

export interface StepContext {
  graph: Graph;
  known: KnownObjects;
}

/** A step that creates an object, changes it, or leaves it unchanged. */
export function plannedStep(
  { kind, name, exists, changes }: { kind: StepKind; name: string; exists: boolean; changes: Changes },
  run: PlannedStep["run"],
): PlannedStep {
  const action = !exists ? "create" : changes.list.length > 0 ? "change" : "leave";
  return { step: { action, kind, name, changes: changes.list }, run };
}

export function deletionStep(kind: StepKind, name: string, run: PlannedStep["run"]): PlannedStep {
  return { step: { action: "delete", kind, name, changes: [] }, run };
}

/** Collects the differences of one object, for display. Each method returns whether there is one. */
export class Changes {
  readonly list: Change[] = [];

  text(what: string, from: string | undefined, to: string | undefined): boolean {
    if ((from ?? "") === (to ?? "")) return false;
    this.list.push({ what, ...(from && { from }), ...(to && { to }) });
    return true;
  }

  flag(what: string, from: boolean | undefined, to: boolean): boolean {
    if (from === to) return false;
    this.list.push({ what, ...(from !== undefined && { from: onOrOff(from) }), to: onOrOff(to) });
    return true;
  }

  /** Lists whose order does not matter. */
  set(what: string, from: readonly string[], to: readonly string[]): boolean {
    if (sameMembers(from, to)) return false;
    this.list.push({
      what,
      ...(from.length > 0 && { from: from.join(", ") }),
      ...(to.length > 0 && { to: to.join(", ") }),
    });
    return true;
  }

  added(what: string, items: readonly string[]): boolean {
    if (items.length === 0) return false;
    this.list.push({ what, to: items.join(", ") });
    return true;
  }

  removed(what: string, items: readonly string[]): boolean {
    if (items.length === 0) return false;
    this.list.push({ what, from: items.join(", ") });
    return true;
  }
}

function onOrOff(value: boolean): string {
  return value ? "on" : "off";
}

function sameMembers(one: readonly string[], other: readonly string[]): boolean {
  const members = new Set(one);
  return members.size === new Set(other).size && other.every((item) => members.has(item));
}

/** The items of `wanted` that are not in `present`. */
export function missing(wanted: Iterable<string>, present: Iterable<string>): string[] {
  const there = new Set(present);
  return [...new Set(wanted)].filter((item) => !there.has(item));
}
