import { randomUUID } from "node:crypto";
import type { Api, App } from "./entities.ts";

/**
 * An app as it is where nothing else is said: a confidential client without a secret, for everybody, with the default
 * user flow.
 *
 * @param now milliseconds since the epoch
 */
export function newApp(app: Partial<App> & Pick<App, "name">, now: number): App {
  return {
    clientId: randomUUID(),
    publicClient: false,
    grantTypes: null,
    administrativeScopes: [],
    administrationByDeviceCode: false,
    redirectUris: [],
    postLogoutRedirectUris: [],
    userFlowId: null,
    requireMfa: false,
    assignmentRequired: false,
    groupClaims: false,
    createdAt: now,
    disabledAt: null,
    ...app,
  };
}

/**
 * An API as it is where nothing else is said: without scopes and roles, named by its client ID.
 *
 * @param now milliseconds since the epoch
 */
export function newApi(api: Partial<Api> & Pick<Api, "name">, now: number): Api {
  const clientId = api.clientId ?? randomUUID();
  return {
    clientId,
    identifierUri: `api://${clientId}`,
    tokenProfile: "entra",
    scopes: [],
    roles: [],
    groupClaims: false,
    createdAt: now,
    disabledAt: null,
    ...api,
  };
}
