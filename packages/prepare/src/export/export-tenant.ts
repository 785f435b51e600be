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
import { readTenant, readUserFlows } from "../plan/read-current.ts";
import { exportApis, exportApps } from "./apps-and-apis.ts";
import { exportGroups, exportUsers, readPeople } from "./people.ts";
import { exportPolicies } from "./policies.ts";
import { readRegistrations } from "./registrations.ts";
import { exportUserFlows, nameOfFlow } from "./user-flows.ts";

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
  options: { clock?: Clock; signal?: AbortSignal } = {},
): Promise<{ model: TenantModel; notes: string[] }> {
  const graph = new Graph(access, options);
  const notes = new Set<string>();
  const tenant = await readTenant(graph, { colour: true, signUp: access.target === "doorcode" });
  const people = await readPeople(graph, notes);
  const registrations = await readRegistrations(graph, notes);
  const flows = await readUserFlows(graph, []);
  const attributes = flows.length > 0 ? await graph.list(listUserFlowAttributes()) : [];
  const policies = await graph.list(listPolicies());

  const userFlows = exportUserFlows({ flows, attributes, policies, registrations, notes });
  const accountFlow = flows.find(({ flow }) => flow.id === tenant.accountUserFlowId);
  const model: TenantModel = {
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
  return { model, notes: [...notes, ...problemsOf(model)] };
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
