import type { TenantModel } from "./file/model.ts";
import type { GraphAccess } from "./graph/request.ts";

/** What a step is about. */
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

/** One line of a plan: an object, and what happens to it. Contains no secret. */
export interface Step {
  action: "create" | "change" | "leave" | "delete";
  kind: StepKind;
  /** The key in the file; of a deleted object, the key under which it was created. */
  name: string;
  changes: Change[];
}

/** `from` is absent for a new value, `to` for a removed one. */
export interface Change {
  what: string;
  from?: string;
  to?: string;
}

/** What an apply would do, in order. Plain data. */
export interface Plan {
  steps: Step[];
  /** Sentences about what Graph cannot do, or what needs a look. */
  notes: string[];
  target: GraphAccess["target"];
  /** The tenant that was planned for. */
  base: string;
  tenantId: string;
  /** Entra's own domain of the tenant: `contoso.onmicrosoft.com`. */
  initialDomain: string | undefined;
  model: TenantModel;
  prune: boolean;
}

export interface Applied {
  apps: { name: string; clientId: string }[];
  /** `scopes` as a program asks for them: `api://…/ToDoList.Read`. */
  apis: { name: string; clientId: string; identifierUri: string; scopes: string[] }[];
  /** The steps that changed something, in the order they were done. */
  done: Step[];
}

/** Whether two steps are about the same object. */
export function sameStep(one: Step, other: Step): boolean {
  return (
    one.kind === other.kind && one.name === other.name && (one.action === "delete") === (other.action === "delete")
  );
}
