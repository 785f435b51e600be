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
import type { FoundApplication } from "./current.ts";
import { markOf } from "./marks.ts";
import type { Changes, Comparison } from "./work.ts";

/** What apps and APIs have in common: both are applications of Graph, with a service principal. */

export async function createApplication(
  graph: Graph,
  { current }: Comparison,
  key: string,
  body: GraphApplication,
): Promise<FoundApplication> {
  // A run that was killed, or another one beside this, may have made it since: then there is no body.
  const made = await graph.send(upsertApplication(key, body)).catch((error: unknown) => {
    throw isNameTaken(error) ? nameOfDeleted(key, error) : error;
  });
  if (!made) graph.created(`uniqueName='${key}'`);
  const application = made ?? (await graph.send(getApplication(key)));
  if (!application?.id || !application.appId)
    throw new PrepareError("graph_misbehaved", `Graph gives the application ${key} no ids.`);
  graph.created(application.id, application.appId);
  const found = { application: { ...application, id: application.id, appId: application.appId }, adopt: false };
  current.applications.set(key, found);
  return found;
}

function isNameTaken(error: unknown): boolean {
  return error instanceof PrepareError && error.status === 400 && /uniqueName already exists/i.test(error.message);
}

/** Entra keeps the name of what was deleted (msgraph-bicep-types issue 137). */
function nameOfDeleted(key: string, cause: unknown): PrepareError {
  return new PrepareError("conflicts_with_tenant", `The name \`${key}\` belongs to an application that was deleted.`, {
    hint: "Entra keeps a deleted application for 30 days. Restore it, or delete it for good (App registrations > Deleted applications), and run it again.",
    cause,
  });
}

/** Sends the members that differ, and keeps what was read in step. */
export async function changeApplication(graph: Graph, found: FoundApplication, body: GraphApplication): Promise<void> {
  if (Object.keys(body).length === 0) return;
  const { application } = found;
  await graph.send(patchApplication(application.id, body));
  Object.assign(application, body, {
    ...(body.api && { api: { ...application.api, ...body.api } }),
    ...(body.web && { web: { ...application.web, ...body.web } }),
    ...(body.publicClient && { publicClient: { ...application.publicClient, ...body.publicClient } }),
  });
  if (body.tags) found.adopt = false;
}

/** The members that make an application the file's which was found by its display name. */
export function adoption(found: FoundApplication, key: string, changes: Changes): GraphApplication {
  if (!found.adopt) return {};
  changes.text("tag", undefined, markOf(key));
  return { tags: [...(found.application.tags ?? []), markOf(key)] };
}

export interface PrincipalDifference {
  create: boolean;
  assignmentRequired: boolean | undefined;
}

/** `assignmentRequired` undefined: left alone. */
export function comparePrincipal(
  { current }: Comparison,
  found: FoundApplication | undefined,
  assignmentRequired: boolean | undefined,
  changes: Changes,
): PrincipalDifference {
  const principal = found && current.servicePrincipals.get(found.application.appId);
  if (found && !principal) changes.added("service principal", [found.application.appId]);
  const required = principal?.appRoleAssignmentRequired ?? false;
  const differs = assignmentRequired !== undefined && required !== assignmentRequired;
  if (differs) changes.flag("assignment required", principal ? required : undefined, assignmentRequired);
  return { create: !principal, assignmentRequired: differs ? assignmentRequired : undefined };
}

export async function settlePrincipal(
  graph: Graph,
  { current }: Comparison,
  found: FoundApplication,
  difference: PrincipalDifference,
): Promise<void> {
  const { appId } = found.application;
  if (difference.create) {
    const made = await graph.send(createServicePrincipal(appId));
    if (!made?.id) throw new PrepareError("graph_misbehaved", `Graph gives the service principal of ${appId} no id.`);
    graph.created(made.id);
    current.servicePrincipals.set(appId, { ...made, id: made.id });
  }
  const principal = current.servicePrincipals.get(appId);
  if (principal && difference.assignmentRequired !== undefined) {
    const change = { appRoleAssignmentRequired: difference.assignmentRequired };
    await graph.send(patchServicePrincipal(principal.id, change));
    Object.assign(principal, change);
  }
}

/** "SecurityGroup" and "All" are group claims; "None", as null, is not. */
export function hasGroupClaims(application: GraphApplication): boolean {
  const claims = application.groupMembershipClaims;
  return claims !== null && claims !== undefined && claims !== "None";
}

export function groupMembershipClaims(wanted: boolean): "SecurityGroup" | null {
  return wanted ? "SecurityGroup" : null;
}
