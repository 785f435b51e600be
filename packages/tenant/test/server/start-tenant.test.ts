import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { COMMAND_LINE_CLIENT_ID, registrationsOf } from "../../src/admin/registered-apps.ts";
import type { TenantContext } from "../../src/server/apps.ts";
import { loadSealKey } from "../../src/server/seal-key.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { sampleApp, sampleUser } from "../storage/samples.ts";
import { pgNodes } from "./pg-nodes.ts";
import { failsWith, scratch } from "./scratch.ts";
import { places } from "./tenant-place.ts";

describe("starting a tenant", () => {
  test("a restart keeps the tenant: its ID, keys, CA, apps, APIs and users", async (t) => {
    const dataDir = await scratch(t);
    const options = { dataDir, sqliteFile: join(dataDir, "tenant.db") };
    const seen = [];
    for (let round = 0; round < 2; round++) {
      await using tenant = await startTestTenant(options);
      const { store } = tenant.context;
      if (round === 0) {
        await seed(store).insertUser(sampleUser({ email: "ada@contoso.example" }));
      }
      const keys = (await tenant.context.signingKeys.published()).map(({ kid }) => kid).sort();
      const users = await store.directory.listUsers();
      const { tenantId, ca, apps, apis } = tenant;
      seen.push({ tenantId, ca, apps, apis, keys, users });
    }
    assert.deepEqual(seen[1], seen[0]);
    assert.equal(seen[0]?.users.length, 1);
  });

  test("serves the built-in tenant: one app and one API, with the administrator's consent", async () => {
    await using tenant = await startTestTenant();
    assert.deepEqual(
      tenant.apps.map(({ name }) => name),
      ["ciam-client-app"],
    );
    assert.deepEqual(
      tenant.apis.map(({ name, scopes }) => ({ name, scopes: [...scopes].sort() })),
      [{ name: "ciam-ToDoList-api", scopes: ["ToDoList.Read", "ToDoList.ReadWrite"] }],
    );
    const [app, api] = [tenant.apps[0]!, tenant.apis[0]!];
    assert.notEqual(app.clientId, api.clientId);
    for (const id of [tenant.tenantId, app.clientId, api.clientId]) {
      assert.match(
        id,
        /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
        "MSAL loses accounts whose IDs are not lower case",
      );
    }
    const stored = await tenant.context.store.directory.findApiByIdentifierUri(`api://${api.clientId}`);
    assert.deepEqual(stored?.roles.map(({ value }) => value).sort(), ["ToDoList.Read.All", "ToDoList.ReadWrite.All"]);
    assert.ok(stored?.scopes.every(({ consent }) => consent === "Admin"));
    assert.deepEqual(
      stored?.scopes.map(({ displayNames }) => displayNames?.de),
      ["Ihre Aufgabenlisten lesen", "Ihre Aufgabenlisten lesen und ändern"],
    );
    const consents = await tenant.context.store.directory.consentsFor(app.clientId, "unknown");
    assert.deepEqual(consents.flatMap(({ scopes }) => scopes).sort(), [
      "ToDoList.Read",
      "ToDoList.ReadWrite",
      "email",
      "offline_access",
      "openid",
      "profile",
    ]);
  });

  test("a tenant that its operator describes gets no built-in app or API at a later start", async (t) => {
    const dataDir = await scratch(t);
    const options = { dataDir, sqliteFile: join(dataDir, "tenant.db") };
    await (await startTestTenant({ ...options, builtIn: false })).close();
    await using again = await startTestTenant(options);
    assert.deepEqual([again.apps, again.apis], [[], []]);
  });

  test("a store that already has an app, from before the decision was stored, gets no built-in one", async (t) => {
    const dataDir = await scratch(t);
    const options = { dataDir, sqliteFile: join(dataDir, "tenant.db") };
    {
      await using tenant = await startTestTenant({ ...options, builtIn: false });
      await seed(tenant.context.store).putApp(sampleApp({ name: "meter-reader" }));
    }
    const database = new DatabaseSync(options.sqliteFile);
    assert.equal(database.prepare("delete from settings where name = 'described_by'").run().changes, 1);
    database.close();
    await using again = await startTestTenant(options);
    assert.deepEqual(
      again.apps.map(({ name }) => name),
      ["meter-reader"],
    );
  });

  test("nodes that start together make the same decision, with or without a file", async (t) => {
    const [first, second] = await pgNodes(t, { builtIn: [true, false] });
    const registered = async (node: typeof first) => (await registrationsOf(node.context.store)).apps.length;
    const decided = await first.context.store.directory.setting("described_by");
    assert.match(decided ?? "", /^(built-in|operator)$/);
    for (const node of [first, second]) assert.equal(await registered(node), decided === "built-in" ? 1 : 0);
  });

  test("what an administrator deleted is not restored by a restart", async (t) => {
    const dataDir = await scratch(t);
    const options = { dataDir, sqliteFile: join(dataDir, "tenant.db") };
    {
      await using tenant = await startTestTenant(options);
      await seed(tenant.context.store).deleteApp(tenant.apps[0]!.clientId, Date.now());
    }
    await using again = await startTestTenant(options);
    assert.deepEqual(again.apps, []);
  });

  test("has the command line's own client, which lists of apps do not show", async (t) => {
    const dataDir = await scratch(t);
    const options = { dataDir, sqliteFile: join(dataDir, "tenant.db") };
    const own = async ({ context }: { context: TenantContext }) =>
      context.store.directory.findApp(COMMAND_LINE_CLIENT_ID);
    {
      await using tenant = await startTestTenant(options);
      const app = await own(tenant);
      assert.deepEqual(
        [app?.name, app?.publicClient, app?.redirectUris],
        ["Doorcode command line", true, ["http://localhost"]],
      );
      assert.ok(!tenant.apps.some(({ clientId }) => clientId === COMMAND_LINE_CLIENT_ID));
      await seed(tenant.context.store).putApp({ ...app!, requireMfa: true, disabledAt: 1 });
    }
    {
      await using changed = await startTestTenant(options);
      const app = await own(changed);
      assert.deepEqual([app?.requireMfa, app?.disabledAt], [true, 1], "changes to it persist");
      assert.equal(await seed(changed.context.store).deleteApp(COMMAND_LINE_CLIENT_ID, 0), true);
      assert.equal(await own(changed), undefined);
    }
    await using again = await startTestTenant(options);
    assert.equal((await own(again))?.disabledAt, null, "deleted, it is restored at the next start");
    assert.equal(again.apps.length, 1);
  });

  test("two tenants on one machine are separate: neither takes the other's folder or port", async (t) => {
    const dataDir = await scratch(t);
    await using first = await startTestTenant({ dataDir });
    await assert.rejects(startTestTenant({ dataDir }), failsWith("already_running"));
    await assert.rejects(startTestTenant({ port: first.port }), failsWith("port_in_use"));
    const pagesPort = Number(new URL(first.pages).port);
    await assert.rejects(startTestTenant({ pagesPort }), (error: Error & { hint: string }) => {
      assert.ok(failsWith("port_in_use")(error));
      assert.match(error.hint, /--pages-port/);
      return true;
    });
    await using second = await startTestTenant();
    assert.notEqual(second.tenantId, first.tenantId);
    assert.equal((await first.fetch(`${first.issuer}/.well-known/openid-configuration`)).status, 200);
  });

  test("after the last port, the pages take any free one", async () => {
    await using tenant = await startTestTenant({ port: 65_535, pagesPort: undefined as never });
    assert.equal((await fetch(tenant.verificationUri)).status, 200);
  });

  test("a port that is in use on one stack only is accepted", async (t) => {
    for (const host of ["127.0.0.1", "::1"]) {
      const other = createServer().listen(0, host);
      await once(other, "listening");
      t.after(() => other.close());
      const { port } = other.address() as AddressInfo;
      await assert.rejects(startTestTenant({ port }), failsWith("port_in_use"), host);
    }
  });

  test("a failed start holds nothing: the next one succeeds on the same folder", async (t) => {
    const dataDir = await scratch(t);
    await using other = await startTestTenant();
    await assert.rejects(startTestTenant({ dataDir, port: other.port }), failsWith("port_in_use"));
    await using tenant = await startTestTenant({ dataDir });
    assert.ok(tenant.tenantId);
  });

  test("a store created with a different seal key is refused before anything in it is opened", async (t) => {
    const folder = await scratch(t);
    const sqliteFile = join(folder, "tenant.db");
    const [one, two] = [join(folder, "one"), join(folder, "two")];
    await mkdir(two, { mode: 0o700 });
    await (await startTestTenant({ dataDir: one, sqliteFile })).close();
    await loadSealKey(two);
    await assert.rejects(startTestTenant({ dataDir: two, sqliteFile }), failsWith("seal_key_differs"));
  });

  for (const [name, makePlace] of Object.entries(places)) {
    test(`${name}: a second data folder without the tenant's seal key is refused, and gets none`, async (t) => {
      const place = await makePlace(t);
      await (await place.start()).close();
      const dataDir = await scratch(t);
      await assert.rejects(place.start({ dataDir }), {
        code: "seal_key_missing",
        message: `${join(dataDir, "seal.key")} does not exist, and the store already has a tenant.`,
      });
      assert.equal(existsSync(join(dataDir, "seal.key")), false);
    });
  }

  test("two nodes in front of one PostgreSQL are one tenant", async (t) => {
    const [first, second] = await pgNodes(t);
    assert.equal(second.tenantId, first.tenantId);
    assert.deepEqual(second.apps, first.apps);
    assert.equal(second.apps.length, 1);
    assert.deepEqual(second.apis, first.apis);
    const kids = async (node: typeof first) =>
      (await node.context.signingKeys.published()).map(({ kid }) => kid).sort();
    assert.deepEqual(await kids(second), await kids(first));
  });

  test("private keys are in no file in the clear, except the CA's and the seal key in files of mode 0600", async (t) => {
    const dataDir = await scratch(t);
    const sqliteFile = join(dataDir, "tenant.db");
    await (await startTestTenant({ dataDir, sqliteFile })).close();
    const database = await readFile(sqliteFile, "latin1");
    assert.doesNotMatch(database, /"d":"|BEGIN PRIVATE KEY/);
  });
});

describe("closing a tenant", () => {
  test("waits less than a second for connections, whatever their state", async (t) => {
    const tenant = await startTestTenant();
    const pagesPort = Number(new URL(tenant.pages).port);
    const half = connect(pagesPort, "127.0.0.1");
    half.write("POST /device HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n");
    const handshake = connect(tenant.port, "127.0.0.1");
    const idle = connectTls({ port: tenant.port, host: "127.0.0.1", ca: tenant.ca, servername: "localhost" });
    for (const socket of [half, handshake, idle]) socket.on("error", () => undefined);
    await once(idle, "secureConnect");
    await tenant.fetch(`${tenant.pages}/device`);
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const closed = tenant.close();
    await Promise.all([tenant.port, pagesPort].map(refuses));
    t.mock.timers.tick(900);
    await closed;
  });

  test("lets a request in flight finish", async (t) => {
    const tenant = await startTestTenant();
    const { directory } = tenant.context.store;
    const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { findApp } = directory;
    // The real store, only slower.
    directory.findApp = async (id) => {
      begun.resolve();
      await goOn.promise;
      return findApp.call(directory, id);
    };
    const body = new URLSearchParams({ client_id: tenant.apps[0]!.clientId, scope: "openid" });
    const answer = tenant.fetch(`${tenant.authority}/oauth2/v2.0/devicecode`, { method: "POST", body });
    await begun.promise;
    // The time in which it has to finish does not pass.
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const closed = tenant.close();
    await refuses(tenant.port);
    goOn.resolve();
    await closed;
    assert.equal((await answer).status, 200);
  });

  test("can be requested twice", async () => {
    const tenant = await startTestTenant();
    await Promise.all([tenant.close(), tenant.close()]);
    await assert.rejects(tenant.fetch(`${tenant.issuer}/.well-known/openid-configuration`));
  });
});

/** Resolves when nothing listens on this port any more. */
async function refuses(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const refused = await once(socket, "connect").then(
      () => false,
      () => true,
    );
    socket.on("error", () => undefined);
    if (refused) return;
    socket.destroy();
  }
}
