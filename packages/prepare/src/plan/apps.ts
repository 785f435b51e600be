import type { AppEntry } from "../file/model.ts";
import { isExpressible } from "../file/scalars.ts";
import { clientAppBody, type GraphApplication } from "../graph/applications.ts";
import { PrepareError } from "../prepare-error.ts";
import {
  adoption,
  changeApplication,
  comparePrincipal,
  createApplication,
  groupMembershipClaims,
  hasGroupClaims,
  settlePrincipal,
} from "./application-work.ts";
import type { FoundApplication } from "./current.ts";
import { markOf } from "./marks.ts";
import { graphScopeId, permissionOf, permissionsIn, resourceOf, scopeId, withPermissions } from "./permissions.ts";
import { Changes, type Comparison, missing, type Work, workOf } from "./work.ts";

/** Client apps, each with its service principal. Permissions are added, and taken away only when pruning. */
export function appWork(about: Comparison): Work[] {
  return Object.entries(about.model.apps).map(([key, app]) => {
    const found = about.current.applications.get(key);
    return found ? change(about, key, app, found) : create(about, key, app);
  });
}

function create(about: Comparison, key: string, app: AppEntry): Work {
  const changes = new Changes();
  changes.text("display name", undefined, app.displayName);
  changes.flag("public client flows", undefined, app.publicClient);
  changes.added("redirect URIs", app.redirectUris);
  changes.added("post-logout redirect URIs", app.postLogoutRedirectUris);
  changes.added("permissions", app.permissions);
  if (app.groupClaims) changes.flag("group claims", undefined, true);
  const principal = comparePrincipal(about, undefined, app.assignmentRequired, changes);
  return workOf({ kind: "app", name: key, exists: false, changes: changes.list }, async (graph) => {
    const body = clientAppBody({
      displayName: app.displayName,
      isFallbackPublicClient: app.publicClient,
      redirectUris: app.redirectUris,
      postLogoutRedirectUris: app.postLogoutRedirectUris,
      requiredResourceAccess: withPermissions([], idsOf(about, app.permissions), []),
      groupClaims: app.groupClaims,
      tags: [markOf(key)],
    });
    await settlePrincipal(graph, about, await createApplication(graph, about, key, body), principal);
  });
}

function change(about: Comparison, key: string, app: AppEntry, found: FoundApplication): Work {
  const { application } = found;
  if (about.target === "doorcode" && application.api?.requestedAccessTokenVersion === 2)
    throw new PrepareError("conflicts_with_tenant", `\`${key}\` is an API in the tenant, and an app in the file.`);
  const changes = new Changes();
  const body: GraphApplication = adoption(found, key, changes);
  if (changes.text("display name", application.displayName ?? "", app.displayName)) body.displayName = app.displayName;
  if (changes.flag("public client flows", application.isFallbackPublicClient ?? false, app.publicClient))
    body.isFallbackPublicClient = app.publicClient;
  const uris = application.publicClient?.redirectUris ?? [];
  const wanted = [...app.redirectUris, ...uris.filter((uri) => !isExpressible.redirectUri(uri))];
  if (changes.set("redirect URIs", uris, wanted)) body.publicClient = { redirectUris: wanted };
  const webUris = application.web?.redirectUris ?? [];
  const webWanted = [
    ...app.postLogoutRedirectUris,
    ...webUris.filter((uri) => !isExpressible.postLogoutRedirectUri(uri)),
  ];
  if (changes.set("post-logout redirect URIs", webUris, webWanted)) body.web = { redirectUris: webWanted };
  if (changes.flag("group claims", hasGroupClaims(application), app.groupClaims))
    body.groupMembershipClaims = groupMembershipClaims(app.groupClaims);

  const access = application.requiredResourceAccess ?? [];
  const configured = permissionsIn(access, about.model, about.current);
  const more = missing(app.permissions, configured.keys());
  const less = about.prune ? missing(configured.keys(), app.permissions) : [];
  changes.added("permissions", more);
  changes.removed("permissions", less);
  const principal = comparePrincipal(about, found, app.assignmentRequired, changes);

  return workOf({ kind: "app", name: key, exists: true, changes: changes.list }, async (graph) => {
    if (more.length > 0 || less.length > 0) {
      const gone = less.map((name) => configured.get(name)!);
      body.requiredResourceAccess = withPermissions(access, idsOf(about, more), gone);
    }
    await changeApplication(graph, found, body);
    await settlePrincipal(graph, about, found, principal);
  });
}

/** APIs are made before apps, so that each has an appId by now. */
function idsOf({ current }: Comparison, names: string[]): { resourceAppId: string; id: string }[] {
  return names.map((name) => {
    const permission = permissionOf(name);
    const resourceAppId = resourceOf(permission, current);
    if (!resourceAppId)
      throw new PrepareError("conflicts_with_tenant", `The permission ${name} is of an API that is not there.`);
    const { api, scope } = permission;
    return { resourceAppId, id: api === undefined ? graphScopeId(scope) : scopeId(api, scope, current) };
  });
}
