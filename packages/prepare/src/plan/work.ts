import type { TenantModel } from "../file/model.ts";
import type { Graph } from "../graph/graph.ts";
import type { GraphAccess } from "../graph/request.ts";
import type { Change, Step, StepKind } from "../step.ts";
import type { Current } from "./current.ts";

/** The file beside what is there. */
export interface Comparison {
  model: TenantModel;
  current: Current;
  target: GraphAccess["target"];
  prune: boolean;
  env: NodeJS.ProcessEnv;
  /** Sentences for whoever reads the plan. */
  notes: Set<string>;
}

/** A step and how it is done. `run` sends only what differs, and keeps `current` up to date. */
export interface Work {
  step: Step;
  run(graph: Graph): Promise<void>;
}

export function workOf(
  about: { kind: StepKind; name: string; exists: boolean; changes: Change[] },
  run: (graph: Graph) => Promise<void>,
): Work {
  const { kind, name, exists, changes } = about;
  const action = !exists ? "create" : changes.length > 0 ? "change" : "leave";
  return { step: { action, kind, name, changes }, run };
}

/** Collects what differs, in words. */
export class Changes {
  readonly list: Change[] = [];

  /** Whether they differ. */
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

  /** Lists whose order means nothing. */
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

/** What `wanted` has and `present` has not. */
export function missing(wanted: Iterable<string>, present: Iterable<string>): string[] {
  const there = new Set(present);
  return [...new Set(wanted)].filter((item) => !there.has(item));
}
