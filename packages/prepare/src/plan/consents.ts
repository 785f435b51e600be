import type { OAuth2PermissionGrant } from "@microsoft/microsoft-graph-types";
import { createGrant, deleteGrant, GRAPH_APP_ID, patchGrant } from "../graph/applications.ts";
import { PrepareError } from "../prepare-error.ts";
import { permissionOf } from "./permissions.ts";
import { Changes, type Comparison, missing, type Work, workOf } from "./work.ts";

/**
 * The administrator's consent for everybody, a grant per app and resource. What the file does not list stays granted
 * unless pruning, and what is granted for resources that the file cannot name stays in any case.
 */
export function consentWork(about: Comparison): Work[] {
  return Object.entries(about.model.apps).flatMap(([key, app]) => {
    const wanted = new Map<string | undefined, string[]>();
    if (about.prune) for (const api of [undefined, ...Object.keys(about.model.apis)]) wanted.set(api, []);
    if (app.adminConsent)
      for (const name of app.permissions) {
        const { api, scope } = permissionOf(name);
        wanted.set(api, [...(wanted.get(api) ?? []), scope]);
      }
    const resources = [...wanted].map(([api, scopes]) => compare(about, key, api, scopes));
    const granted = resources.some(({ grant }) => grant !== undefined);
    if (!granted && !(app.adminConsent && app.permissions.length > 0)) return [];

    const changes = new Changes();
    const named = (api: string | undefined, scopes: string[]) =>
      scopes.map((scope) => (api === undefined ? scope : `${api}/${scope}`));
    changes.added(
      "for everybody",
      resources.flatMap(({ api, more }) => named(api, more)),
    );
    changes.removed(
      "for everybody",
      resources.flatMap(({ api, less }) => named(api, less)),
    );
    return workOf({ kind: "consent", name: key, exists: granted, changes: changes.list }, async (graph) => {
      const client = principalOf(about, key);
      for (const { api, grant, scopes, more, less } of resources) {
        if (more.length === 0 && less.length === 0) continue;
        const grants = about.current.grants.get(client) ?? [];
        about.current.grants.set(client, grants);
        if (grant?.id && scopes.length === 0) {
          await graph.send(deleteGrant(grant.id));
          grants.splice(grants.indexOf(grant), 1);
        } else if (grant?.id) {
          await graph.send(patchGrant(grant.id, scopes));
          grant.scope = scopes.join(" ");
        } else {
          const made = await graph.send(createGrant(client, principalOf(about, api), scopes));
          if (made) grants.push(made);
        }
      }
    });
  });
}

interface GrantDifference {
  api: string | undefined;
  grant: OAuth2PermissionGrant | undefined;
  /** What is granted afterwards. */
  scopes: string[];
  more: string[];
  less: string[];
}

function compare(about: Comparison, key: string, api: string | undefined, wanted: string[]): GrantDifference {
  const client = findPrincipal(about, key);
  const resource = findPrincipal(about, api);
  const grants = (client && about.current.grants.get(client)) || [];
  const grant = resource ? grants.find(({ resourceId }) => resourceId === resource) : undefined;
  const present = (grant?.scope ?? "").split(" ").filter(Boolean);
  const less = about.prune ? missing(present, wanted) : [];
  const more = missing(wanted, present);
  return { api, grant, scopes: [...present.filter((scope) => !less.includes(scope)), ...more], more, less };
}

/** Id of the service principal of an app or API of the file; of Microsoft Graph where none is named. */
function findPrincipal({ current }: Comparison, key: string | undefined): string | undefined {
  const appId = key === undefined ? GRAPH_APP_ID : current.applications.get(key)?.application.appId;
  return appId && current.servicePrincipals.get(appId)?.id;
}

function principalOf(about: Comparison, key: string | undefined): string {
  const id = findPrincipal(about, key);
  if (id) return id;
  const what = key === undefined ? "Microsoft Graph" : `\`${key}\``;
  throw new PrepareError("graph_misbehaved", `There is no service principal of ${what} in the tenant.`);
}
