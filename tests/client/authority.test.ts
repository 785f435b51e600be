import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createClient } from "../../packages/client/src/create-client.ts";
import { localTenant } from "../../packages/client/src/issuer/wrong-authority.ts";
import { memoryStore } from "../../packages/client/src/token-store/memory-store.ts";
import { startTestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { freePort } from "../fixtures/free-port.ts";
import { startEnv, type TestEnv } from "./test-env.ts";

describe("an authority", () => {
  let testEnv: TestEnv;
  before(async () => {
    testEnv = await startEnv();
  });
  after(() => testEnv[Symbol.asyncDispose]());

  const engineOf = async (store: ReturnType<typeof memoryStore>) => {
    const { records } = await store.read();
    return [...records.keys()].some((key) => key.startsWith("msal:")) ? "entra" : "oidc";
  };
  const discoveries = () => testEnv.requests.filter(({ url }) => url.endsWith("openid-configuration")).length;

  test("that declares Entra's shape gets MSAL as its engine, unless the program chooses one", async () => {
    for (const [option, engine] of [
      [undefined, "entra"],
      ["entra", "entra"],
      ["oidc", "oidc"],
    ] as const) {
      const store = memoryStore();
      await testEnv.client({ store, ...(option && { engine: option }) }).signIn();
      assert.equal(await engineOf(store), engine);
    }
  });

  test("that declares nothing is treated as plain OpenID Connect", async () => {
    const store = memoryStore();
    const transport = testEnv.transport((request, answer) =>
      request.url.endsWith("openid-configuration")
        ? { ...answer, body: answer.body.replace('"doorcode_profile"', '"another_profile"') }
        : answer,
    );
    await testEnv.client({ store, transport }).signIn();
    assert.equal(await engineOf(store), "oidc");
  });

  test("may be written with a slash, with /v2.0, or with the tenant's name", async () => {
    const { authority, context } = testEnv.tenant;
    for (const written of [
      `${authority}/`,
      `${authority}/v2.0`,
      `${new URL(authority).origin}/${context.config.domain}`,
    ]) {
      for (const engine of ["entra", undefined] as const) {
        const session = await testEnv.client({ authority: written, ...(engine && { engine }) }).signIn();
        assert.equal(session.account.issuer, testEnv.tenant.issuer, written);
        await session.getToken({ forceRefresh: true });
      }
    }
  });

  test("is asked for its metadata once a day", async () => {
    const store = memoryStore();
    const before = discoveries();
    const session = await testEnv.client({ store }).signIn();
    await testEnv.client({ store }).getToken({ forceRefresh: true });
    assert.equal(discoveries(), before + 1);
    testEnv.tenant.clock.advance(25 * 60 * 60_000);
    await session.getToken();
    assert.equal(discoveries(), before + 2);
  });

  test("that is wrong for a local tenant gets an error with the right one", async () => {
    const { authority, issuer, pages, tenantId } = testEnv.tenant;
    const origin = new URL(issuer).host;
    const stranger = "9d3c8a55-1111-4222-8333-444455556666";
    for (const wrong of [
      `https://${origin}`,
      `https://${origin}/${stranger}`,
      `http://${origin}/${tenantId}`,
      pages,
      `${pages}/${tenantId}`,
      `${pages.replace("http:", "https:")}/${tenantId}`,
    ]) {
      for (const engine of [undefined, "entra", "oidc"] as const) {
        const client = testEnv.client({ authority: wrong, store: memoryStore(), ...(engine && { engine }) });
        client.on(({ event }) => assert.notEqual(event, "retrying", `${wrong} is tried again`));
        await assert.rejects(client.signIn(), {
          code: "configuration",
          message: `The configuration is invalid: no issuer found at ${wrong}.`,
          hint: `The tenant there is ${authority}`,
        });
      }
    }
  });

  test("with the wrong scheme for its port gets an error with the other scheme, without a retry", async (t) => {
    const plain = createServer((_request, response) => response.writeHead(404).end());
    plain.listen(0, "127.0.0.1");
    await once(plain, "listening");
    t.after(() => plain.close());
    const { port } = plain.address() as AddressInfo;
    const { host, pathname } = new URL(testEnv.tenant.authority);
    for (const [authority, hint] of [
      [`https://127.0.0.1:${port}/a`, `That port speaks http. Did you mean http://127.0.0.1:${port}/a?`],
      // Its CA is not trusted, so the tenant cannot identify itself.
      [`http://${host}${pathname}`, `That port speaks https. Did you mean https://${host}${pathname}?`],
    ] as const) {
      const store = memoryStore();
      const client = createClient({ authority, clientId: testEnv.clientId, store, ca: [], present: false });
      client.on(({ event }) => assert.notEqual(event, "retrying", authority));
      await assert.rejects(client.signIn(), { code: "configuration", hint });
    }
  });

  test("without a scheme is completed from the tenant at that address", async () => {
    const { authority, pages, ca } = testEnv.tenant;
    for (const address of [new URL(authority).host, new URL(pages).host, `${new URL(authority).host}/x`, pages]) {
      assert.equal(await localTenant(address, { ca }), authority, address);
    }
    for (const address of ["localhost:1", "contoso.example", "a b", ""]) {
      assert.equal(await localTenant(address, { ca }), undefined, address);
    }
  });

  test("with a typo gets an error with the likely correction", () => {
    const rows: [authority: string, message: RegExp, hint: string][] = [
      [
        "localhost:8443",
        /"localhost:8443" is not a URL that begins with https/,
        "Did you mean https://localhost:8443?",
      ],
      ["contoso.ciamlogin.com/x", /"contoso\.ciamlogin\.com\/x"/, "Did you mean https://contoso.ciamlogin.com/x?"],
      ["[::1]:8443/x", /"\[::1\]:8443\/x"/, "Did you mean https://[::1]:8443/x?"],
      ["http://login.example/x", /http:\/\/login\.example\/x is not https/, "Did you mean https://login.example/x?"],
      [
        "https://u:secret@a.example/x",
        /must not have a query, fragment or password/,
        "Without them it is https://a.example/x",
      ],
      [
        "https://login.microsoftonline.com",
        /https:\/\/login\.microsoftonline\.com does not name a tenant/,
        "Use https://login.microsoftonline.com/<tenant ID>; for an external tenant, https://<name>.ciamlogin.com/<tenant ID>",
      ],
      [
        "u:secret@a.example",
        /the authority that was given/,
        "For example https://contoso.ciamlogin.com/<tenant ID>, or the address that doorcode tenant start prints.",
      ],
    ];
    for (const [authority, message, hint] of rows) {
      const make = () => createClient({ authority, clientId: testEnv.clientId });
      assert.throws(make, (error: Error & { code: string; hint: string }) => {
        assert.deepEqual([error.code, error.hint], ["configuration", hint]);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message + error.hint, /secret/);
        return true;
      });
    }
  });

  test("that cannot be used is reported immediately", () => {
    for (const authority of [
      "",
      "contoso",
      "http://contoso.ciamlogin.com/",
      "https://u:p@contoso.ciamlogin.com/",
      "https://x.example/?a=b",
    ]) {
      assert.throws(
        () => createClient({ authority, clientId: testEnv.clientId }),
        { code: "configuration" },
        authority,
      );
    }
    assert.throws(() => createClient({ authority: testEnv.tenant.authority, clientId: "" }), { code: "configuration" });
    const apis = [{ origin: "http://todo.example", scopes: [] }];
    assert.throws(() => createClient({ authority: testEnv.tenant.authority, clientId: "a", apis }), {
      code: "configuration",
    });
  });

  test("that supports device names receives the name; others do not", async () => {
    const sent = () => {
      const request = testEnv.requests.filter(({ url }) => url.endsWith("/devicecode")).at(-1);
      return new URLSearchParams(request?.body).get("device_name");
    };
    await testEnv.client({ deviceName: "Kitchen radio" }).signIn();
    assert.equal(sent(), "Kitchen radio");
    const transport = testEnv.transport((request, answer) =>
      request.url.endsWith("openid-configuration")
        ? { ...answer, body: answer.body.replace('"doorcode_profile"', '"another_profile"') }
        : answer,
    );
    await testEnv.client({ deviceName: "Kitchen radio", transport }).signIn();
    assert.equal(sent(), null);
  });
});

test("a local tenant's CA is found where the tenant wrote it; another certificate on the same port is refused", async (t) => {
  const home = await mkdtemp(join(tmpdir(), "doorcode-test-"));
  const before = process.env.XDG_DATA_HOME;
  process.env.XDG_DATA_HOME = home;
  t.after(async () => {
    if (before === undefined) delete process.env.XDG_DATA_HOME;
    else process.env.XDG_DATA_HOME = before;
    await rm(home, { recursive: true, force: true });
  });
  const folder = join(home, "doorcode", "tenant");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const client = (authority: string, clientId: string) =>
    createClient({
      authority,
      clientId,
      store: memoryStore(),
      present: { show: () => Promise.reject(new Error("shown")) },
    });

  const port = await freePort();
  const tenant = await startTestTenant({ clock: "moving", dataDir: folder, port });
  const clientId = tenant.apps[0]!.clientId;
  await assert.rejects(client(tenant.authority, clientId).signIn(), { message: "shown" });
  await tenant.close();

  await using other = await startTestTenant({ clock: "moving", port });
  await assert.rejects(client(other.authority, other.apps[0]!.clientId).signIn(), {
    code: "issuer_unreachable",
    message: /is not trusted/,
  });
  // The file that the environment names takes precedence.
  const named = join(home, "named.pem");
  await writeFile(named, other.ca);
  process.env.DOORCODE_CA_FILE = named;
  t.after(() => delete process.env.DOORCODE_CA_FILE);
  await assert.rejects(client(other.authority, other.apps[0]!.clientId).signIn(), { message: "shown" });
});
