import {
  createServicePrincipal,
  type GraphApplication,
  getApplication,
  patchApplication,
  patchServicePrincipal,
  upsertApplication,
} from "../graph/applications.ts";
import type { Graph } from "../graph/graph.ts";
import { PrepareError } from "../prepare-error.ts";
import type { ApplicationWithIds, FoundApplication } from "./current.ts";
import { tagOf } from "./ownership-tags.ts";
import type { Changes, CompareInput, StepContext } from "./planned-step.ts";

// What apps and APIs have in common: both are applications of Graph with a service principal.

/** Creates an application with its key as `uniqueName`. */
export async function createApplication(
  { graph, known }: StepContext,
  key: string,
  body: GraphApplication,
): Promise<ApplicationWithIds> {
  // Another run may have created it in the meantime: then the response has no body.
  const made = await graph.send(upsertApplication(key, body)).catch((error: unknown) => {
    throw isNameTaken(error) ? nameOfDeleted(key, error) : error;
  });
  if (!made) graph.created(`uniqueName='${key}'`);
  const { id, appId, ...members } = made ?? (await graph.send(getApplication(key))) ?? {};
  if (!id || !appId) throw new PrepareError("graph_misbehaved", `Graph returned the application ${key} without IDs.`);
  graph.created(id, appId);
  const application = { ...members, id, appId };
  known.addApplication(key, application);
  return application;
}

function isNameTaken(error: unknown): boolean {
  return error instanceof PrepareError && error.status === 400 && /uniqueName already exists/i.test(error.message);
}

/** Entra keeps the name of a deleted application (msgraph-bicep-types issue 137). */
function nameOfDeleted(key: string, cause: unknown): PrepareError {
  return new PrepareError("conflicts_with_tenant", `The name \`${key}\` belongs to a deleted application.`, {
    hint: "Entra keeps a deleted application for 30 days. Restore it, or delete it permanently (App registrations > Deleted applications), and run the command again.",
    cause,
  });
}

/** Sends the members that differ. */
export async function changeApplication(graph: Graph, id: string, body: GraphApplication): Promise<void> {
  if (Object.keys(body).length > 0) await graph.send(patchApplication(id, body));
}

/** The members that tag an application found by its display name alone. */
export function adoption(found: FoundApplication, key: string, changes: Changes): GraphApplication {
  if (!found.adopt) return {};
  changes.text("tag", undefined, tagOf(key));
  return { tags: [...(found.application.tags ?? []), tagOf(key)] };
}

/** How an application's service principal differs. */
export interface PrincipalDifference {
  /** Undefined: it must be created. */
  id: string | undefined;
  /** Undefined: left unchanged. */
  assignmentRequired: boolean | undefined;
}

/** @param assignmentRequired  undefined: left unchanged */
export function comparePrincipal(
  { current }: CompareInput,
  found: FoundApplication | undefined,
  assignmentRequired: boolean | undefined,
  changes: Changes,
): PrincipalDifference {
  const principal = found && current.servicePrincipals.get(found.application.appId);
  if (found && !principal) changes.added("service principal", [found.application.appId]);
  const required = principal?.appRoleAssignmentRequired ?? false;
  const differs = assignmentRequired !== undefined && required !== assignmentRequired;
  if (differs) changes.flag("assignment required", principal ? required : undefined, assignmentRequired);
  return { id: principal?.id, assignmentRequired: differs ? assignmentRequired : undefined };
}

export async function reconcilePrincipal(
  { graph, known }: StepContext,
  appId: string,
  { id, assignmentRequired }: PrincipalDifference,
): Promise<void> {
  const principalId = id ?? (await createPrincipal(graph, appId));
  if (id === undefined) known.addPrincipal(appId, principalId);
  if (assignmentRequired !== undefined)
    await graph.send(patchServicePrincipal(principalId, { appRoleAssignmentRequired: assignmentRequired }));
}

async function createPrincipal(graph: Graph, appId: string): Promise<string> {
  const made = await graph.send(createServicePrincipal(appId));
  if (!made?.id)
    throw new PrepareError("graph_misbehaved", `Graph returned the service principal of ${appId} without an ID.`);
  graph.created(made.id);
  return made.id;
}

/** "SecurityGroup" and "All" are group claims; "None" and null are not. */
export function hasGroupClaims(application: GraphApplication): boolean {
  const claims = application.groupMembershipClaims;
  return claims !== null && claims !== undefined && claims !== "None";
}

export function groupMembershipClaims(wanted: boolean): "SecurityGroup" | null {
  return wanted ? "SecurityGroup" : null;
}
