import assert from "node:assert/strict";
import { test } from "node:test";
import { PublicClientApplication } from "@azure/msal-node";
import type { HttpRequest } from "../../packages/client/src/transport/transport.ts";
import { startWorld } from "./world.ts";

test("the request for the device code, made before MSAL is loaded, is the one MSAL would send", async () => {
  await using world = await startWorld();
  await world.client({ engine: "entra", scopes: [world.scopes.read, world.scopes.readWrite] }).signIn();
  const ours = world.requests.find(({ url }) => url.endsWith("/devicecode"))!;

  let msals: Pick<HttpRequest, "url" | "headers" | "body"> | undefined;
  const transport = world.transport();
  const application = new PublicClientApplication({
    auth: {
      clientId: world.clientId,
      authority: world.tenant.authority,
      knownAuthorities: [new URL(world.tenant.authority).host],
    },
    system: {
      networkClient: {
        async sendGetRequestAsync<T>(url: string) {
          const { status, headers, body } = await transport.send({ url, method: "GET", timeoutMs: 5_000 });
          return { status, headers, body: JSON.parse(body) as T };
        },
        sendPostRequestAsync(url, { headers = {}, body = "" } = {}) {
          msals ??= { url, headers, body };
          return Promise.reject(new Error("That is all this test wants to see."));
        },
      },
    },
  });
  const scopes = [world.scopes.read, world.scopes.readWrite];
  await assert.rejects(application.acquireTokenByDeviceCode({ scopes, deviceCodeCallback() {} }));

  assert.ok(msals);
  assert.equal(ours.url, msals.url);
  assert.deepEqual(form(ours), form(msals));
  assert.deepEqual(lowerCase(ours.headers), lowerCase(msals.headers));
});

const form = ({ body }: Pick<HttpRequest, "body">) => [...new URLSearchParams(body)].sort();

const lowerCase = (headers: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
