import { randomUUID } from "node:crypto";
import type { Api, App } from "../directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { Store } from "../storage/store.ts";

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
 * What a tenant serves that nobody described yet: one program and one API, as in Microsoft's how-to. Written once;
 * what an administrator changes or deletes afterwards stays changed. Every step can be repeated, so a start that was
 * killed half way, or two nodes starting together, end with the same.
 */
export async function seedBuiltInTenant(store: Store, now: number): Promise<void> {
  const { directory } = store;
  if (await directory.setting("built_in_tenant")) return;
  const app = builtInApp(await directory.settingOnce("built_in_app", randomUUID()), now);
  const api = builtInApi(await directory.settingOnce("built_in_api", randomUUID()), now);
  await directory.putApp(app);
  await directory.putApi(api);
  for (const { clientId, name } of [app, api]) await giveUniqueName(store, clientId, name, now);
  // The administrator's consent, for everybody: customers cannot consent to these themselves.
  const forEverybody = { clientId: app.clientId, userId: null };
  await directory.addConsent({
    ...forEverybody,
    resourceId: GRAPH_RESOURCE_ID,
    scopes: ["openid", "profile", "email", "offline_access"],
  });
  await directory.addConsent({
    ...forEverybody,
    resourceId: api.clientId,
    scopes: api.scopes.map((scope) => scope.value),
  });
  await directory.settingOnce("built_in_tenant", "seeded");
}

/** The name that whoever describes the tenant by Graph finds it by. */
async function giveUniqueName(store: Store, clientId: string, uniqueName: string, now: number): Promise<void> {
  const found = await store.registrations.find({ clientId });
  if (!found || found.registration.uniqueName !== null) return;
  const event = "registration.named";
  const audit = { at: now, event, actor: "tenant" as const, userId: null, clientId, grantId: null, ip: null };
  await store.registrations.change(
    found.registration.objectId,
    (before) => ({ ...before, registration: { ...before.registration, uniqueName } }),
    { ...audit, detail: { unique_name: uniqueName } },
  );
}

function builtInApp(clientId: string, createdAt: number): App {
  return {
    clientId,
    name: "ciam-client-app",
    publicClient: true,
    secretHash: null,
    redirectUris: [],
    postLogoutRedirectUris: [],
    userFlowId: null,
    requireMfa: false,
    assignmentRequired: false,
    groupClaims: false,
    createdAt,
    disabledAt: null,
  };
}

function builtInApi(clientId: string, createdAt: number): Api {
  const scope = { consent: "Admin" as const, enabled: true };
  return {
    clientId,
    name: "ciam-ToDoList-api",
    identifierUri: `api://${clientId}`,
    tokenProfile: "entra",
    scopes: [
      {
        ...scope,
        value: "ToDoList.Read",
        displayName: "Read your to-do lists",
        description: "Lets the app read your to-do lists.",
      },
      {
        ...scope,
        value: "ToDoList.ReadWrite",
        displayName: "Read and change your to-do lists",
        description: "Lets the app read your to-do lists, add to them, change and delete them.",
      },
    ],
    roles: [
      { id: randomUUID(), value: "ToDoList.Read.All", displayName: "Read everybody's to-do lists" },
      { id: randomUUID(), value: "ToDoList.ReadWrite.All", displayName: "Read and change everybody's to-do lists" },
    ],
    groupClaims: false,
    createdAt,
    disabledAt: null,
  };
}
