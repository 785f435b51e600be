import assert from "node:assert/strict";
import { test } from "node:test";
import { PublicClientApplication } from "@azure/msal-node";
import type { HttpRequest } from "../../packages/client/src/transport/transport.ts";
import { startEnv } from "./test-env.ts";

test("the device code request, sent before MSAL is loaded, equals MSAL's except for the code challenge", async () => {
  await using testEnv = await startEnv();
  await testEnv.client({ engine: "entra", scopes: [testEnv.scopes.read, testEnv.scopes.readWrite] }).signIn();
  const ours = testEnv.requests.find(({ url }) => url.endsWith("/devicecode"))!;

  let msals: Pick<HttpRequest, "url" | "headers" | "body"> | undefined;
  const transport = testEnv.transport();
  const application = new PublicClientApplication({
    auth: {
      clientId: testEnv.clientId,
      authority: testEnv.tenant.authority,
      knownAuthorities: [new URL(testEnv.tenant.authority).host],
    },
    system: {
      networkClient: {
        async sendGetRequestAsync<T>(url: string) {
          const { status, headers, body } = await transport.send({ url, method: "GET", timeoutMs: 120_000 });
          return { status, headers, body: JSON.parse(body) as T };
        },
        sendPostRequestAsync(url, { headers = {}, body = "" } = {}) {
          msals ??= { url, headers, body };
          return Promise.reject(new Error("That is all this test wants to see."));
        },
      },
    },
  });
  const scopes = [testEnv.scopes.read, testEnv.scopes.readWrite];
  await assert.rejects(application.acquireTokenByDeviceCode({ scopes, deviceCodeCallback() {} }));

  assert.ok(msals);
  assert.equal(ours.url, msals.url);
  // MSAL does not support PKCE with a device code; the tenant's metadata lists S256.
  const challenge = form(ours).filter(([name]) => name.startsWith("code_challenge"));
  assert.deepEqual(
    challenge.map(([name]) => name),
    ["code_challenge", "code_challenge_method"],
  );
  assert.deepEqual(
    form(ours).filter((each) => !challenge.some(([name]) => name === each[0])),
    form(msals),
  );
  assert.deepEqual(lowerCase(ours.headers), lowerCase(msals.headers));
});

const form = ({ body }: Pick<HttpRequest, "body">) => [...new URLSearchParams(body)].sort();

const lowerCase = (headers: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
