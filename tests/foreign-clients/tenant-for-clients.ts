import type { Api } from "../../packages/tenant/src/directory/entities.ts";
import { POLL_INTERVAL_SECONDS } from "../../packages/tenant/src/oauth/device-authorization/poll-pace.ts";
import {
  startTestTenant,
  type TestTenant,
  type TestTenantOptions,
} from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { type Approver, approver } from "../fixtures/approver.ts";
import { addApi, addUser, consentForAllUsers } from "../fixtures/registrations.ts";
import { type MsalClient, startMsal } from "./msal-client.ts";

/** A tenant with the built-in app and API, a second API, a third without consent, and a user. */
export interface TenantForClients extends AsyncDisposable {
  tenant: TestTenant;
  clientId: string;
  ada: Approver & { id: string };
  scopes: {
    read: string;
    readWrite: string;
    /** Of the second API. */
    calendar: string;
    /** Of the API without consent. */
    payroll: string;
  };
  /** A new program with an empty cache. */
  msal(authority?: string): MsalClient;
}

export async function startTenantForClients(options?: TestTenantOptions): Promise<TenantForClients> {
  const tenant = await startTestTenant(options);
  const { context } = tenant;
  const app = tenant.apps[0]!;
  const toDoList = tenant.apis[0]!;
  const calendar = await addApi(context, "Calendar", ["Calendar.Read"]);
  await consentForAllUsers(context, app, calendar);
  const payroll = await addApi(context, "Payroll", ["Payroll.Read"]);
  const user = await addUser(context, "Ada@Example.com", "Ada Lovelace");
  return {
    tenant,
    clientId: app.clientId,
    ada: { ...approver(context, user), id: user.id },
    scopes: {
      read: `api://${toDoList.clientId}/ToDoList.Read`,
      readWrite: `api://${toDoList.clientId}/ToDoList.ReadWrite`,
      calendar: scopeOf(calendar),
      payroll: scopeOf(payroll),
    },
    msal: (authority = tenant.authority) => {
      const program = startMsal({ authority, clientId: app.clientId }, tenant.caFile);
      return {
        ...program,
        signIn: (scopes, meanwhile) =>
          program.signIn(scopes, async (code) => {
            await meanwhile(code);
            // A poll may have come before the decision. On a clock that does not move, all later polls would be early.
            tenant.clock.advance(POLL_INTERVAL_SECONDS * 1_000);
          }),
      };
    },
    [Symbol.asyncDispose]: () => tenant.close(),
  };
}

const scopeOf = (api: Api) => `${api.identifierUri}/${api.scopes[0]!.value}`;
