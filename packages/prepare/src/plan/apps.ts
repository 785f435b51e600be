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
  reconcilePrincipal,
} from "./applications.ts";
import type { FoundApplication } from "./current.ts";
import type { ObjectLookup } from "./known-objects.ts";
import { tagOf } from "./ownership-tags.ts";
import { graphScopeId, permissionOf, permissionsIn, resourceOf, scopeId, withPermissions } from "./permissions.ts";
import { Changes, type CompareInput, missing, type PlannedStep, plannedStep } from "./planned-step.ts";

/** Client apps, each with its service principal. Permissions are added; they are removed only when pruning. */
export function compareApps(input: CompareInput): PlannedStep[] {
  return Object.entries(input.model.apps).map(([key, app]) => {
    const found = input.current.applications.get(key);
    return found ? change(input, key, app, found) : create(input, key, app);
  });
}

function create(input: CompareInput, key: string, app: AppEntry): PlannedStep {
  const changes = new Changes();
  changes.text("display name", undefined, app.displayName);
  changes.flag("public client flows", undefined, app.publicClient);
  changes.added("redirect URIs", app.redirectUris);
  changes.added("post-logout redirect URIs", app.postLogoutRedirectUris);
  changes.added("permissions", app.permissions);
  if (app.groupClaims) changes.flag("group claims", undefined, true);
  if (app.idTokenSignedResponseAlg !== "RS256")
    changes.text("ID token algorithm", undefined, app.idTokenSignedResponseAlg);
  if (app.grantTypes) changes.text("grant types", undefined, named(app.grantTypes));
  changes.added("administrative scopes", app.administrativeScopes ?? []);
  const principal = comparePrincipal(input, undefined, app.assignmentRequired, changes);
  return plannedStep({ kind: "app", name: key, exists: false, changes }, async (context) => {
    const body = clientAppBody({
      displayName: app.displayName,
      isFallbackPublicClient: app.publicClient,
      redirectUris: app.redirectUris,
      postLogoutRedirectUris: app.postLogoutRedirectUris,
      requiredResourceAccess: withPermissions([], idsOf(app.permissions, context.known), []),
      groupClaims: app.groupClaims,
      idTokenSignedResponseAlg: app.idTokenSignedResponseAlg,
      grantTypes: app.grantTypes,
      administrativeScopes: app.administrativeScopes,
      tags: [tagOf(key)],
    });
    const { appId } = await createApplication(context, key, body);
    await reconcilePrincipal(context, appId, principal);
  });
}

function change(input: CompareInput, key: string, app: AppEntry, found: FoundApplication): PlannedStep {
  const { application } = found;
  if (input.target === "doorcode" && application.api?.requestedAccessTokenVersion === 2)
    throw new PrepareError("conflicts_with_tenant", `\`${key}\` is an API in the tenant, but an app in the file.`);
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
  const algorithm = application.doorcodeIdTokenSignedResponseAlg ?? "RS256";
  if (changes.text("ID token algorithm", algorithm, app.idTokenSignedResponseAlg))
    body.doorcodeIdTokenSignedResponseAlg = app.idTokenSignedResponseAlg;
  Object.assign(body, compareRights(app, application, changes));

  const access = application.requiredResourceAccess ?? [];
  const configured = permissionsIn(access, input.model, input.lookup);
  const more = missing(app.permissions, configured.keys());
  const less = input.prune ? missing(configured.keys(), app.permissions) : [];
  changes.added("permissions", more);
  changes.removed("permissions", less);
  const principal = comparePrincipal(input, found, app.assignmentRequired, changes);

  return plannedStep({ kind: "app", name: key, exists: true, changes }, async (context) => {
    const permissions = (more.length > 0 || less.length > 0) && {
      requiredResourceAccess: withPermissions(
        access,
        idsOf(more, context.known),
        less.map((name) => configured.get(name)!),
      ),
    };
    await changeApplication(context.graph, application.id, { ...body, ...permissions });
    await reconcilePrincipal(context, application.appId, principal);
  });
}

/** What a client may request, which only the embedded tenant has (`checkModel`). What the file does not say remains. */
function compareRights(
  { grantTypes, administrativeScopes }: AppEntry,
  { doorcodeGrantTypes, doorcodeAdministrativeScopes }: GraphApplication,
  changes: Changes,
): GraphApplication {
  const body: GraphApplication = {};
  if (grantTypes && changes.text("grant types", named(doorcodeGrantTypes), named(grantTypes)))
    body.doorcodeGrantTypes = grantTypes;
  const scopes = doorcodeAdministrativeScopes ?? [];
  if (administrativeScopes && changes.set("administrative scopes", scopes, administrativeScopes))
    body.doorcodeAdministrativeScopes = administrativeScopes;
  return body;
}

/** For display in the plan; an empty list means the default of the app's kind. */
function named(grantTypes: readonly string[] | null | undefined): string {
  if (!grantTypes) return "by default";
  return grantTypes.length === 0 ? "none" : [...grantTypes].sort().join(", ");
}

/** Called while steps run: APIs are created before apps, so each has an appId by then. */
function idsOf(names: string[], lookup: ObjectLookup): { resourceAppId: string; id: string }[] {
  return names.map((name) => {
    const permission = permissionOf(name);
    const resourceAppId = resourceOf(permission, lookup);
    if (!resourceAppId)
      throw new PrepareError("conflicts_with_tenant", `The permission ${name} belongs to an API that does not exist.`);
    const { api, scope } = permission;
    return { resourceAppId, id: api === undefined ? graphScopeId(scope) : scopeId(api, scope, lookup) };
  });
}
