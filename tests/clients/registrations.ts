import { randomUUID } from "node:crypto";
import {
  type Api,
  type ApiScope,
  type App,
  normalizeEmail,
  type User,
} from "../../packages/tenant/src/directory/entities.ts";
import type { TenantContext } from "../../packages/tenant/src/tenant-context.ts";
import { hashSecret } from "../../packages/tenant/src/tokens/seal.ts";

/** A person who can sign in; without a password, because approvals here do not go through the pages. */
export async function addUser(ctx: TenantContext, email: string, displayName: string): Promise<User> {
  const user: User = {
    id: randomUUID(),
    email,
    emailNormalized: normalizeEmail(email),
    displayName,
    passwordHash: null,
    createdAt: ctx.clock.now(),
    disabledAt: null,
  };
  if (!(await ctx.store.directory.insertUser(user))) throw new Error(`${email} is taken.`);
  return user;
}

/** A program; with a secret it is a confidential client, without one a public client. */
export async function addApp(ctx: TenantContext, name: string, secret?: string): Promise<App> {
  const app: App = {
    clientId: randomUUID(),
    name,
    publicClient: secret === undefined,
    secretHash: secret === undefined ? null : hashSecret(secret),
    redirectUris: [],
    postLogoutRedirectUris: [],
    createdAt: ctx.clock.now(),
    disabledAt: null,
  };
  if (!(await ctx.store.directory.putApp(app))) throw new Error(`${name} could not be registered.`);
  return app;
}

/** A web API with scopes that a person may consent to, unless said otherwise. */
export async function addApi(
  ctx: TenantContext,
  name: string,
  scopes: string[],
  consent: ApiScope["consent"] = "User",
): Promise<Api> {
  const clientId = randomUUID();
  const api: Api = {
    clientId,
    name,
    identifierUri: `api://${clientId}`,
    tokenProfile: "entra",
    scopes: scopes.map((value) => ({ value, consent, displayName: value, description: value, enabled: true })),
    roles: [],
    createdAt: ctx.clock.now(),
    disabledAt: null,
  };
  if (!(await ctx.store.directory.putApi(api))) throw new Error(`${name} could not be registered.`);
  return api;
}

/** The administrator's yes for everybody, for all scopes of an API. */
export async function consentForEverybody(ctx: TenantContext, app: { clientId: string }, api: Api): Promise<void> {
  await ctx.store.directory.addConsent({
    clientId: app.clientId,
    userId: null,
    resourceId: api.clientId,
    scopes: api.scopes.map((scope) => scope.value),
  });
}
