import type { Database } from "../engine/database.ts";
import { retried } from "../engine/retry.ts";
import type { AdministrationStore } from "../store.ts";
import { managedFlows } from "./managed-flow-store.ts";
import { managedGroups } from "./managed-group-store.ts";
import { managedPolicies } from "./managed-policy-store.ts";
import { managedUsers } from "./managed-user-store.ts";

export function administrationStore(database: Database): AdministrationStore {
  return {
    users: retried(managedUsers(database)),
    groups: retried(managedGroups(database)),
    flows: retried(managedFlows(database)),
    policies: retried(managedPolicies(database)),
  };
}
