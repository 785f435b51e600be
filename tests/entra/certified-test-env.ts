import assert from "node:assert/strict";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import {
  type AssertionChanges,
  addCertifiedApp,
  type CertifiedApp,
  clientAssertion,
  JWT_BEARER,
} from "../fixtures/client-assertion.ts";
import { type Answer, post } from "../fixtures/device.ts";

export const TOKEN = "/oauth2/v2.0/token";

/** A tenant, and an app that signs in by its certificate and has a role of the built-in API. */
export interface CertifiedEnv {
  tenant: TestTenant;
  ci: CertifiedApp;
  /** Of that API. */
  scope: string;
  /** Requests the app's own token with this assertion; parameters of the request can be overridden. */
  ask(assertion: string, more?: Record<string, string>): Promise<Answer>;
  /** The same, with a new assertion that has these changes. */
  askWith(changes: AssertionChanges, more?: Record<string, string>): Promise<Answer>;
}

export async function startCertifiedEnv(store: "sqlite" | "postgres"): Promise<CertifiedEnv> {
  const tenant = await startTestTenant({ store });
  const ci = await addCertifiedApp(tenant.context);
  const { clientId } = tenant.apis[0]!;
  await seed(tenant.context.store).assignRole(clientId, "ToDoList.Read.All", ci.principalId);
  const scope = `api://${clientId}/.default`;
  const ask: CertifiedEnv["ask"] = (assertion, more = {}) =>
    post(tenant, TOKEN, {
      grant_type: "client_credentials",
      client_id: ci.app.clientId,
      client_assertion_type: JWT_BEARER,
      client_assertion: assertion,
      scope,
      ...more,
    });
  return {
    tenant,
    ci,
    scope,
    ask,
    askWith: async (changes, more = {}) => ask(await clientAssertion(tenant, ci, changes), more),
  };
}

export function assertRefused({ status, body }: Answer, number: number, error = "invalid_client"): void {
  const expected = [error === "invalid_client" ? 401 : 400, error, [number]];
  assert.deepEqual([status, body.error, body.error_codes], expected, JSON.stringify(body));
  assert.match(body.error_description, new RegExp(`^AADSTS${number}: `));
  assert.equal(body.access_token, undefined);
}
