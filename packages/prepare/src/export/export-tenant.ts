import type { AppRoleAssignment, ConditionalAccessPolicy } from "@microsoft/microsoft-graph-types";
import { LIFETIMES, type Lifetime } from "../file/known-values.ts";
import type { LifetimesEntry, TenantModel } from "../file/model.ts";
import { readTenantFile } from "../file/read-tenant-file.ts";
import { TenantFileError } from "../file/tenant-form.ts";
import { writeTenantFile } from "../file/write-tenant-file.ts";
import { Graph } from "../graph/graph.ts";
import type { GraphAccess } from "../graph/request.ts";
import type { Clock } from "../graph/retries.ts";
import { listPolicies } from "../graph/tenant-settings.ts";
import { listUserFlowAttributes } from "../graph/user-flows.ts";
import { settingsOf } from "../plan/policies.ts";
import { readTenant, readUserFlows } from "../plan/read-current.ts";
import { exportApis, exportApps } from "./apps-and-apis.ts";
import { withExpressibleTexts } from "./expressible-texts.ts";
import { exportGroups, exportUsers, type People, readPeople, readUser, readUsers } from "./people.ts";
import { exportPolicies } from "./policies.ts";
import { type Registrations, readRegistrations } from "./registrations.ts";
import { exportUserFlows, nameOfFlow } from "./user-flows.ts";

/** How a tenant is exported. */
export interface ExportOptions {
  /** For tests. Default: the system's clock. */
  clock?: Clock;
  /** Ends the export with the error `interrupted`. */
  signal?: AbortSignal;
  /**
   * Only this: one user, by email address, or the objects beside users. As little as possible is read for it, the file is
   * not checked, and what else the model has may be incomplete. Default: everything.
   */
  only?: { user: string } | "apps" | "apis" | "userFlows" | "policies";
}

/**
 * Exports a tenant as the file that would create it, with notes about what the file cannot express. The file is sorted,
 * so equal tenants give equal files. Sends only requests that read.
 * @throws {PrepareError} Graph rejected a request or cannot be reached.
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { exportTenant, type GraphAccess, writeTenantFile } from "@doorcode/prepare";
 *
 * async function save(access: GraphAccess) {
 *   const { model, notes } = await exportTenant(access);
 *   await writeFile("doorcode.tenant.yaml", writeTenantFile(model));
 *   for (const note of notes) console.warn(note);
 * }
 * ```
 */
export async function exportTenant(
  access: GraphAccess,
  options: ExportOptions = {},
): Promise<{ model: TenantModel; notes: string[] }> {
  const { only } = options;
  const graph = new Graph(access, options);
  const notes = new Set<string>();
  const tenant = await readTenant(graph, { colour: true, signUp: access.target === "doorcode" });
  if (typeof only === "object") {
    const users = exportUsers(await readUser(graph, only.user, tenant.defaultDomain));
    return { model: withExpressibleTexts({ tenant: NO_TENANT, ...NOTHING, users }, notes), notes: [...notes] };
  }
  const people = await readPeople(graph, notes, { users: only === undefined });
  const registrations = await readRegistrations(graph, notes);
  const flows = await readUserFlows(graph, []);
  const attributes = flows.length > 0 ? await graph.list(listUserFlowAttributes()) : [];
  const policies = await graph.list(listPolicies());
  if (only !== undefined && namesUsers({ people, registrations, policies })) await readUsers(graph, people, notes);

  const userFlows = exportUserFlows({ flows, attributes, policies, registrations, notes });
  const accountFlow = flows.find(({ flow }) => flow.id === tenant.accountUserFlowId);
  const found: TenantModel = {
    tenant: {
      ...{ name: tenant.name || undefined, domain: tenant.defaultDomain || undefined, colour: tenant.colour },
      // On is the default.
      signUp: tenant.signUp === false ? false : undefined,
      accountUserFlow: accountFlow && nameOfFlow(accountFlow),
      lifetimes: exportLifetimes(tenant.lifetimes),
    },
    apps: exportApps(registrations, people, notes),
    apis: exportApis(registrations, people, notes),
    userFlows,
    groups: exportGroups(people, notes),
    policies: exportPolicies({ policies, userFlows, registrations, people, notes }),
    users: exportUsers(people),
  };
  const model = withExpressibleTexts(found, notes);
  return { model, notes: only === undefined ? [...notes, ...problemsOf(model)] : [...notes] };
}

const NOTHING = { apps: {}, apis: {}, userFlows: {}, groups: {}, policies: {}, users: {} };
const NO_TENANT: TenantModel["tenant"] = {
  ...{ name: undefined, domain: undefined, colour: undefined },
  ...{ signUp: undefined, accountUserFlow: undefined, lifetimes: undefined },
};

/** Whether an app, an API or a policy names someone who is in no group: the file says it with an email address. */
function namesUsers(of: {
  people: People;
  registrations: Registrations;
  policies: ConditionalAccessPolicy[];
}): boolean {
  const { people, registrations, policies } = of;
  const isUser = ({ principalId }: AppRoleAssignment) => !people.groups.has(principalId ?? "");
  return (
    [...registrations.all.values()].some(({ assignments }) => assignments.some(isUser)) ||
    policies.some((policy) => settingsOf(policy).except.length > 0)
  );
}

/** Those that differ from a new tenant's. */
function exportLifetimes(present: LifetimesEntry = {}): LifetimesEntry | undefined {
  const own = Object.entries(present).filter(([name, value]) => value !== LIFETIMES[name as Lifetime]?.usual);
  return own.length > 0 ? Object.fromEntries(own) : undefined;
}

/** Values that a tenant allows but a file does not: they are reported instead of dropped, to be corrected manually. */
function problemsOf(model: TenantModel): string[] {
  try {
    readTenantFile(writeTenantFile(model), "doorcode.tenant.yaml");
    return [];
  } catch (error) {
    if (!(error instanceof TenantFileError)) throw error;
    return error.problems.map(({ line, message }) => `Correct line ${line}: ${message}`);
  }
}
