import type { AppRoleAssignment, OAuth2PermissionGrant, ServicePrincipal } from "@microsoft/microsoft-graph-types";
import {
  allApplications,
  GRAPH_APP_ID,
  type GraphApplication,
  grantsOf,
  listAssignments,
} from "../graph/applications.ts";
import type { Graph } from "../graph/graph.ts";
import { keyFromTags } from "../plan/ownership-tags.ts";
import { findServicePrincipal } from "../plan/read-current.ts";
import { compareText, Keys } from "./keys.ts";

/** One application of the tenant with its dependent objects. */
export interface Registration {
  key: string;
  isApi: boolean;
  application: GraphApplication;
  principal: (ServicePrincipal & { id: string }) | undefined;
  /** The administrator's, for all users. */
  grants: OAuth2PermissionGrant[];
  assignments: AppRoleAssignment[];
}

export interface Registrations {
  /** By appId. */
  all: Map<string, Registration>;
  /** appIds by the IDs of service principals. */
  resources: Map<string, string>;
}

export async function readRegistrations(graph: Graph, notes: Set<string>): Promise<Registrations> {
  const found: Registrations = { all: new Map(), resources: new Map() };
  const keys = new Keys();
  const applications = await graph.list(allApplications());
  applications.sort((one, other) => compareText(nameOf(one), nameOf(other)));
  for (const application of applications) {
    const { appId } = application;
    if (!appId) continue;
    const key = keys.take(application.uniqueName ?? keyFromTags(application.tags), application.displayName);
    const principal = await findServicePrincipal(graph, appId);
    if (principal) found.resources.set(principal.id, appId);
    else notes.add(`The application "${key}" has no service principal. Applying the file creates one.`);
    const grants = principal ? await graph.list(grantsOf(principal.id)) : [];
    if (grants.some(({ consentType }) => consentType !== "AllPrincipals"))
      notes.add(`Users consented to "${key}" for themselves, which the file cannot express.`);
    found.all.set(appId, {
      key,
      isApi: isApi(graph, application),
      application,
      principal,
      grants: grants.filter(({ consentType }) => consentType === "AllPrincipals"),
      assignments: principal ? await graph.list(listAssignments(principal.id)) : [],
    });
    noteInexpressible(application, key, notes);
  }
  const microsoftGraph = await findServicePrincipal(graph, GRAPH_APP_ID);
  if (microsoftGraph) found.resources.set(microsoftGraph.id, GRAPH_APP_ID);
  return found;
}

function nameOf({ uniqueName, displayName, appId }: GraphApplication): string {
  return `${uniqueName ?? displayName ?? ""}\0${appId}`;
}

/** On Entra one application can be both; it counts as an API if it has anything that others request. */
function isApi({ target }: Graph, { api, appRoles, identifierUris }: GraphApplication): boolean {
  if (target === "doorcode") return api?.requestedAccessTokenVersion === 2;
  return [api?.oauth2PermissionScopes, appRoles, identifierUris].some((list) => list && list.length > 0);
}

function noteInexpressible(application: GraphApplication, key: string, notes: Set<string>): void {
  const { passwordCredentials, keyCredentials, spa, optionalClaims, signInAudience, api } = application;
  const left = [
    passwordCredentials?.length ? "client secrets" : "",
    keyCredentials?.length ? "certificates" : "",
    spa?.redirectUris?.length ? "redirect URIs of single-page apps" : "",
    optionalClaims ? "optional claims" : "",
    api?.preAuthorizedApplications?.length ? "pre-authorized applications" : "",
    signInAudience && signInAudience !== "AzureADMyOrg" ? `the audience ${signInAudience}` : "",
  ].filter(Boolean);
  if (left.length > 0) notes.add(`The application "${key}" has ${left.join(", ")}, which the file cannot express.`);
}
