import type { AccessFacts } from "../../src/directory/access-rules.ts";
import type { Api, App, User } from "../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import { DEFAULT_USER_FLOW, type FlowAttribute } from "../../src/directory/user-flow.ts";
import { sampleApi, sampleApp, sampleUser, scopesAt, T0 } from "../storage/samples.ts";

export const user = sampleUser();
export const app = sampleApp();
export const api = sampleApi();
export const of = { clientId: app.clientId, userId: user.id };
export const own = { ...of, resourceId: api.clientId, scopes: ["ToDoList.Read"] };
export const identity = { ...of, resourceId: GRAPH_RESOURCE_ID, scopes: ["openid", "offline_access"] };
export const bare = scopesAt(GRAPH_RESOURCE_ID, []);

/** Facts for which tokens are issued. */
export function facts(changes: Partial<AccessFacts> = {}): AccessFacts {
  return {
    user,
    app,
    userFlow: DEFAULT_USER_FLOW,
    termsAccepted: true,
    policies: [],
    groupIds: [],
    assigned: false,
    api,
    consents: [own, identity],
    scopes: scopesAt(api.clientId),
    methods: ["password" as const],
    authTime: T0,
    grantType: "device_code",
    signedInSince: null,
    administratorHasFactor: false,
    embedded: false,
    reach: null,
    ...changes,
  };
}
export const atGraph = (scopes: string[], changes: Partial<AccessFacts> = {}) =>
  facts({ api: undefined, scopes: scopesAt(GRAPH_RESOURCE_ID, scopes), consents: [identity], ...changes });
export const withUser = (changes: Partial<User>) => ({ ...user, ...changes });
export const withApp = (changes: Partial<App>) => ({ ...app, ...changes });
export const withScope = (changes: Partial<Api["scopes"][number]>): Api => ({
  ...api,
  scopes: api.scopes.map((each) => ({ ...each, ...changes })),
});

/** A user flow that requires one attribute. */
export const asking = (changes: Partial<FlowAttribute>) => {
  const country = { id: "country", label: "", required: true, options: [], validationRegEx: null };
  const attribute: FlowAttribute = { ...country, inputType: "TextBox", dataType: "String", ...changes };
  return { ...DEFAULT_USER_FLOW, attributes: [attribute] };
};
