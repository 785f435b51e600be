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
 * The tenant's ID and names: set at first start, then the same forever and on every node.
 *
 * @throws TenantError `domain_fixed`
 */
export async function loadNames(store: Store, wanted: { domain?: string | undefined } = {}): Promise<TenantNames> {
  const { directory } = store;
  const domain = await directory.settingOnce("domain", wanted.domain?.toLowerCase() ?? "doorcode.localhost");
  if (wanted.domain !== undefined && wanted.domain.toLowerCase() !== domain) {
    throw new TenantError(
      "domain_fixed",
      `This tenant's domain was set to ${domain} at its first start and cannot be changed to ${wanted.domain}.`,
      "The domain is part of addresses that programs and people use. Keep it, or start on a new data folder (--data DIR).",
    );
  }
  return {
    tenantId: await directory.settingOnce("tenant_id", randomUUID()),
    name: await directory.settingOnce("name", "Doorcode"),
    domain,
  };
}

/**
 * An empty tenant gets one app and one API, as in Microsoft's how-to. The first start decides this: not if the operator
 * describes the tenant (`describe` false), and not if it already has apps, APIs, users or user flows. The decision is
 * written once, before anything is served, so later starts and concurrently starting nodes keep it. What an
 * administrator changes or deletes is not restored. Every step can be repeated after a start was killed.
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
  // These names identify them to a description through Graph.
  await register({ kind: "app", registration: newRegistration(app.clientId, app.name), app });
  await register({ kind: "api", registration: newRegistration(api.clientId, api.name), api });
  // The administrator's consent, for all users: customers cannot consent to these themselves.
  const { addConsent } = permissions({ store, clock }, tenant);
  const forAllUsers = { clientId: app.clientId, userId: null };
  const scopes = ["openid", "profile", "email", "offline_access"];
  await addConsent({ ...forAllUsers, resourceId: GRAPH_RESOURCE_ID, scopes });
  await addConsent({
    ...forAllUsers,
    resourceId: api.clientId,
    scopes: api.scopes.map((scope) => scope.value),
  });
  await directory.settingOnce("built_in_tenant", "seeded");
}

/**
 * A store of an earlier version that was killed while seeding has an ID for the app. It counts as empty, and is
 * completed.
 */
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
        { id: randomUUID(), value: "ToDoList.Read.All", displayName: "Read all users' to-do lists" },
        { id: randomUUID(), value: "ToDoList.ReadWrite.All", displayName: "Read and change all users' to-do lists" },
      ],
    },
    now,
  );
}
