import { randomUUID } from "node:crypto";
import type { Api } from "../directory/entities.ts";
import { newApi, newApp } from "../directory/new-app.ts";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { Store } from "../storage/store.ts";
import type { AdminStore } from "./admin-context.ts";
import { apps, newRegistration, permissions } from "./apps.ts";
import { registeredApps } from "./registered-apps.ts";

export interface TenantNames {
  tenantId: string;
  name: string;
  domain: string;
}

/**
 * The tenant's id and names: set at first start, the same ever after and on every node.
 * @throws TenantError `domain_fixed`
 */
export async function loadNames(store: Store, wanted: { domain?: string | undefined } = {}): Promise<TenantNames> {
  const { directory } = store;
  const domain = await directory.settingOnce("domain", wanted.domain?.toLowerCase() ?? "doorcode.localhost");
  if (wanted.domain !== undefined && wanted.domain.toLowerCase() !== domain) {
    throw new TenantError(
      "domain_fixed",
      `This tenant's domain is ${domain}, from its first start on, and not ${wanted.domain}.`,
      "It is part of addresses that programs and people have. Keep it, or start on a new data folder (--data DIR).",
    );
  }
  return {
    tenantId: await directory.settingOnce("tenant_id", randomUUID()),
    name: await directory.settingOnce("name", "Doorcode"),
    domain,
  };
}

/**
 * An empty tenant serves one program and one API, as in Microsoft's how-to. The first start decides whether it does: not
 * when the operator describes the tenant (`describe` false), and not when it has apps, APIs, users or user flows already.
 * The decision is written once and before anything is served, so that later starts, and nodes that start together, keep it.
 * What an administrator changes or deletes stays changed. Every step can be repeated after a start that was killed.
 */
export async function seedBuiltInTenant(
  { store, clock }: AdminStore,
  { describe }: { describe: boolean },
): Promise<void> {
  const { directory } = store;
  if (await directory.setting("built_in_tenant")) return;
  const decided =
    (await directory.setting("described_by")) ??
    (await directory.settingOnce("described_by", describe && (await isEmpty(store)) ? "built-in" : "operator"));
  if (decided !== "built-in") return;
  const app = builtInApp(await directory.settingOnce("built_in_app", randomUUID()), clock.now());
  const api = builtInApi(await directory.settingOnce("built_in_api", randomUUID()), clock.now());
  const tenant = { actor: "tenant", caller: null } as const;
  const { register } = apps({ store, clock }, tenant);
  // By their names they are found by whoever describes the tenant by Graph.
  await register({ kind: "app", registration: newRegistration(app.clientId, app.name), app });
  await register({ kind: "api", registration: newRegistration(api.clientId, api.name), api });
  // The administrator's consent, for everybody: customers cannot consent to these themselves.
  const { addConsent } = permissions({ store, clock }, tenant);
  const forEverybody = { clientId: app.clientId, userId: null };
  const scopes = ["openid", "profile", "email", "offline_access"];
  await addConsent({ ...forEverybody, resourceId: GRAPH_RESOURCE_ID, scopes });
  await addConsent({
    ...forEverybody,
    resourceId: api.clientId,
    scopes: api.scopes.map((scope) => scope.value),
  });
  await directory.settingOnce("built_in_tenant", "seeded");
}

/** A store of an earlier version whose seeding was killed has an ID for the app: it counts as empty, and is completed. */
async function isEmpty({ directory }: Store): Promise<boolean> {
  if (await directory.setting("built_in_app")) return true;
  const [registered, ...others] = await Promise.all([
    registeredApps({ directory }),
    directory.listApis(),
    directory.listUserFlows(),
    directory.listUsers(),
  ]);
  return registered.length === 0 && others.every(({ length }) => length === 0);
}

const builtInApp = (clientId: string, now: number) =>
  newApp({ clientId, name: "ciam-client-app", publicClient: true }, now);

function builtInApi(clientId: string, now: number): Api {
  const scope = { consent: "Admin" as const, enabled: true };
  return newApi(
    {
      clientId,
      name: "ciam-ToDoList-api",
      scopes: [
        {
          ...scope,
          value: "ToDoList.Read",
          displayName: "Read your to-do lists",
          displayNames: { de: "Ihre Aufgabenlisten lesen" },
          description: "Lets the app read your to-do lists.",
        },
        {
          ...scope,
          value: "ToDoList.ReadWrite",
          displayName: "Read and change your to-do lists",
          displayNames: { de: "Ihre Aufgabenlisten lesen und ändern" },
          description: "Lets the app read your to-do lists, add to them, change and delete them.",
        },
      ],
      roles: [
        { id: randomUUID(), value: "ToDoList.Read.All", displayName: "Read everybody's to-do lists" },
        { id: randomUUID(), value: "ToDoList.ReadWrite.All", displayName: "Read and change everybody's to-do lists" },
      ],
    },
    now,
  );
}
