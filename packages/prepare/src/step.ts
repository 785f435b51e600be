import type { TenantModel } from "./file/model.ts";
import type { GraphAccess } from "./graph/request.ts";

/** The kind of object that a step is about. */
export type StepKind =
  | "tenant"
  | "attribute"
  | "api"
  | "app"
  | "consent"
  | "group"
  | "user"
  | "members"
  | "assignment"
  | "administrator"
  | "user flow"
  | "policy";

/** One step of a plan: an object, and what happens to it. Contains no secret. */
export interface Step {
  /** What happens to the object; `leave`: it already matches the file. */
  action: "create" | "change" | "leave" | "delete";
  /** The kind of object. */
  kind: StepKind;
  /** The key in the file. For a deleted object: the key under which it was created. */
  name: string;
  /** The properties that differ; empty for `leave` and `delete`. */
  changes: Change[];
}

/** A property that differs. `from` is absent for a new value, `to` for a removed one. */
export interface Change {
  /** The property, for display: `redirect URIs`. */
  what: string;
  /** The value in the tenant. */
  from?: string;
  /** The value in the file. */
  to?: string;
}

/** What an apply would do. Plain data, which can be stored as JSON. */
export interface Plan {
  /** The steps in their order. */
  steps: Step[];
  /** What Graph cannot do, or what you should check: one sentence each. */
  notes: string[];
  /** Whose Graph the plan is for. */
  target: GraphAccess["target"];
  /** The address of the Graph that was planned for. */
  base: string;
  /** The tenant's ID. */
  tenantId: string;
  /** The tenant's initial domain on Entra: `contoso.onmicrosoft.com`. */
  initialDomain: string | undefined;
  /** The file that was planned. */
  model: TenantModel;
  /** Whether the plan deletes what the file does not list. */
  prune: boolean;
}

/** The result of `applyPlan`. */
export interface Applied {
  /** The apps of the file with their client IDs. */
  apps: { name: string; clientId: string }[];
  /** The APIs of the file. `scopes` have the form that programs request: `api://…/ToDoList.Read`. */
  apis: { name: string; clientId: string; identifierUri: string; scopes: string[] }[];
  /** The steps that changed something, in the order of their completion. */
  done: Step[];
}

/** Whether two steps are about the same object. */
export function sameStep(one: Step, other: Step): boolean {
  return (
    one.kind === other.kind && one.name === other.name && (one.action === "delete") === (other.action === "delete")
  );
}
