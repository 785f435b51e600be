import { randomUUID } from "node:crypto";
import type { Api, App } from "./entities.ts";

/** Entra's client ID of "Microsoft Graph Command Line Tools". Programs that know it work with any tenant. */
export const COMMAND_LINE_CLIENT_ID = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/**
 * An app with defaults: a confidential client without a secret, for all users, with the default user flow.
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
    idTokenSignedResponseAlg: "RS256",
    createdAt: now,
    disabledAt: null,
    ...app,
  };
}

/**
 * An API with defaults: no scopes, no roles, identified by its client ID.
 *
 * @param now milliseconds since the epoch
 */
export function newApi(api: Partial<Api> & Pick<Api, "name">, now: number): Api {
  const clientId = api.clientId ?? randomUUID();
  return {
    clientId,
    identifierUri: `api://${clientId}`,
    tokenProfile: "entra",
    accessTokenSigningAlg: "RS256",
    scopes: [],
    roles: [],
    groupClaims: false,
    createdAt: now,
    disabledAt: null,
    ...api,
  };
}
