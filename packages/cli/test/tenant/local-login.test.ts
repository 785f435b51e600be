import assert from "node:assert/strict";
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, type TestContext, test } from "node:test";
import type { RunningTenant } from "@doorcode/tenant/operator";
import { scratch } from "../../../tenant/test/server/scratch.ts";
import { type Asked, localTargetOf } from "../../src/local-login.ts";
import { scopesByApi, targetAt } from "../../src/local-target.ts";
import { announceTenant, caFileFor, type LocalTenant, localTenants } from "../../src/local-tenants.ts";
import { announced } from "../../src/tenant/announced.ts";
import { startProcess, type TenantProcess } from "./tenant-process.ts";

const ANOTHER = "11111111-2222-4333-8444-555555555555";
/** No process has it. */
const DEAD = 2_147_483_647;

interface Place {
  env: { DOORCODE_STORE_DIR: string; HOME: string };
  folder: string;
}

async function place(t: TestContext): Promise<Place> {
  const home = await scratch(t);
  return { env: { DOORCODE_STORE_DIR: join(home, "state"), HOME: home }, folder: join(home, "state", "tenants") };
}

const nothing: Asked = { authority: undefined, clientId: undefined, scopes: [], hasCredential: false, kept: undefined };

test("the tenant that a sign-in means", async (t) => {
  const { env, folder } = await place(t);
  const { ready, child }: TenantProcess = await startProcess(t, join(folder, "..", "..", "tenant"), [], env);
  const { authority } = ready;
  const { port, pathname } = new URL(authority);
  const clientId = ready.apps[0]!.client_id;
  const caFile = caFileFor(authority, env);
  const asking = (changes: Partial<Asked>) => localTargetOf({ ...nothing, ...changes }, env);
  const profile = (address: string, more: Partial<NonNullable<Asked["kept"]>> = {}) => ({
    kept: { authority: address, clientId: ANOTHER, ...more },
  });

  await t.test("is found by each of its addresses, with its CA", async () => {
    const [pages, loopback] = [ready.pages, `127.0.0.1:${port}`];
    for (const address of [
      ...[authority, `${authority}/`, `${authority}/v2.0`, `https://${loopback}${pathname}/v2.0`],
      ...[loopback, `localhost:${port}`, `https://[::1]:${port}`, pages, `${pages}/device`, new URL(pages).host],
    ]) {
      const target = await asking({ authority: address, clientId });
      assert.deepEqual([target?.authority, target?.clientId, target?.caFile], [authority, clientId, caFile], address);
    }
    const other = `https://localhost:${port}/${ANOTHER}`;
    for (const address of [other, `https://login.contoso.example${pathname}`, `https://localhost:9${pathname}`]) {
      assert.equal(await asking({ authority: address, clientId }), undefined, address);
    }
    assert.deepEqual((await asking({ authority, clientId }))?.scopes, [], "nothing is added to what was written out");
  });

  await t.test("is not another one than the profile remembers, unless this machine announced that one", async () => {
    const gone = `https://localhost:9/${ANOTHER}`;
    const announcedCa = caFileFor(gone, env);
    for (const [what, changes] of Object.entries<Partial<Asked>>({
      "another issuer on this machine": profile("https://localhost:9/realms/keycloak"),
      "with a tenant's CA": profile("https://localhost:9/realms/keycloak", { caFile: announcedCa }),
      "by http": profile(`http://localhost:9/${ANOTHER}`, { caFile: announcedCa }),
      "a tenant that another program started": profile(gone, { caFile: "/etc/ssl/contoso.pem" }),
      "a tenant with a system's CA": profile(gone),
      "a sign-in with a credential": { ...profile(gone, { caFile: announcedCa }), hasCredential: true },
      "an issuer elsewhere": profile("https://login.contoso.example/", { caFile: announcedCa }),
    })) {
      assert.equal(await asking(changes), undefined, what);
    }
    const moved = await asking(profile(gone, { caFile: announcedCa }));
    assert.deepEqual([moved?.authority, moved?.insteadOf, moved?.clientId], [authority, gone, clientId]);
  });

  await t.test("is the same one on another port, with the app that the profile remembers", async () => {
    const before = `https://localhost:9${pathname}`;
    const moved = await asking(profile(before));
    assert.deepEqual([moved?.authority, moved?.insteadOf, moved?.clientId], [authority, before, ANOTHER]);
    assert.equal(await asking({ ...profile(before), hasCredential: true }), undefined);
  });

  await t.test("is one, although the number of a killed process that had it belongs to another now", async () => {
    const entry = JSON.parse(await readFile(join(folder, `${child.pid}.json`), "utf8"));
    const own = join(folder, `${process.pid}.json`);
    await writeFile(own, JSON.stringify({ ...entry, pid: process.pid }), { mode: 0o600 });
    assert.equal((await localTenants(env)).length, 1);
    assert.equal((await asking({}))?.authority, authority);
  });
});

describe("what earlier tenants left", () => {
  const tenant = (id = ANOTHER): RunningTenant =>
    ({
      ...{ authority: `https://localhost:9/${id}`, pages: "http://localhost:10", ca: "PEM" },
      ...{ apps: [{ name: "tv", clientId: "1", scopes: [] }], apis: [] },
    }) as unknown as RunningTenant;
  const entryFor = ({ authority, pages }: RunningTenant) => ({ authority, pages, apps: [], apis: [] });
  const write = (path: string, content: object | string) =>
    writeFile(path, typeof content === "string" ? content : JSON.stringify(content), { mode: 0o600 });

  test("is removed by a reader, whatever it contains, and by the next tenant", async (t) => {
    const { env, folder } = await place(t);
    const announcement = await announceTenant(entryFor(tenant()), "PEM", env);
    const dead = join(folder, `${DEAD}.json`);
    for (const content of ["", "{", { v: 9 }]) {
      await write(dead, content);
      await localTenants(env);
      assert.ok(!(await readdir(folder)).includes(`${DEAD}.json`), JSON.stringify(content));
    }
    await announcement?.end();

    const old = "22222222-2222-4333-8444-555555555555.pem";
    const recent = "33333333-2222-4333-8444-555555555555.pem";
    await write(join(folder, old), "PEM");
    await write(join(folder, recent), "PEM");
    await utimes(join(folder, old), 0, 0);
    await write(join(folder, `x.json.${DEAD}.tmp`), "half");
    await write(join(folder, `x.json.${process.ppid}.tmp`), "being written");
    // The parent's number: an entry of the same tenant from before.
    await write(join(folder, `${process.ppid}.json`), { v: 1, pid: process.ppid, ...entryFor(tenant()) });
    await announceTenant(entryFor(tenant()), "PEM", env);
    assert.deepEqual(
      (await readdir(folder)).sort(),
      [`${process.pid}.json`, `${ANOTHER}.pem`, recent, `x.json.${process.ppid}.tmp`].sort(),
    );
  });

  test("stays if a profile names it", async (t) => {
    const { env, folder } = await place(t);
    await (await announceTenant(entryFor(tenant()), "PEM", env))?.end();
    const { openFileStore } = await import("@doorcode/client");
    const store = await openFileStore({ directory: env.DOORCODE_STORE_DIR });
    await store.change([{ put: "default:default", value: { caFile: caFileFor(tenant().authority, env) } }]);
    await utimes(join(folder, `${ANOTHER}.pem`), 0, 0);
    const other = "22222222-2222-4333-8444-555555555555";
    await announceTenant(entryFor(tenant(other)), "PEM", env);
    assert.deepEqual((await readdir(folder)).filter((name) => name.endsWith(".pem")).sort(), [
      ...[`${ANOTHER}.pem`, `${other}.pem`],
    ]);
  });

  test("the entry has the apps that were registered after the start", async (t) => {
    const { env, folder } = await place(t);
    const saved = process.env.DOORCODE_STORE_DIR;
    process.env.DOORCODE_STORE_DIR = env.DOORCODE_STORE_DIR;
    t.after(() => {
      if (saved === undefined) delete process.env.DOORCODE_STORE_DIR;
      else process.env.DOORCODE_STORE_DIR = saved;
    });
    const lamp = { name: "lamp", clientId: "2", scopes: [] };
    const known = await announced(tenant(), { registrations: async () => ({ apps: [lamp], apis: [] }) });
    const names = async () =>
      JSON.parse(await readFile(join(folder, `${process.pid}.json`), "utf8")).apps.map(
        ({ name }: { name: string }) => name,
      );
    assert.deepEqual(await names(), ["tv"]);
    const happened = (event: string) => known.note({ event } as Parameters<typeof known.note>[0]);
    happened("user.created");
    happened("graph.application.created");
    assert.deepEqual(
      (await known.entry()).apps.map(({ name }) => name),
      ["lamp"],
    );
    assert.deepEqual(await names(), ["lamp"]);
    happened("application.changed");
    await known.end();
    assert.deepEqual(await readdir(folder), [`${ANOTHER}.pem`]);
  });
});

describe("the scopes of a sign-in that names none", () => {
  let tenant: LocalTenant;
  before(() => {
    const scopes = ["api://a1/Read", "api://a1/Write", "api://a2/Read"];
    tenant = {
      ...{ pid: 1, authority: `https://localhost:8443/${ANOTHER}`, pages: null, caFile: "ca.pem" },
      apps: [{ name: "tv", client_id: "1", scopes }],
      apis: [
        { name: "todo", client_id: "a1", scopes: ["Read", "Write"] },
        { name: "my photos", client_id: "a2", scopes: ["Read"] },
      ],
    };
  });

  test("are those of the one API; of several, the error has the choices", () => {
    assert.throws(
      () => targetAt(tenant, { clientId: "tv", scopes: [] }),
      (error: Error & { hint: string }) =>
        error.hint === "Choose one:\n  --scope 'todo/Read todo/Write'\n  --scope api://a2/Read",
    );
    const one = { ...tenant, apps: [{ ...tenant.apps[0]!, scopes: ["api://a1/Read"] }] };
    assert.deepEqual(targetAt(one, { clientId: "tv", scopes: [] }).scopes, ["api://a1/Read"]);
    assert.deepEqual(targetAt(tenant, { clientId: "tv", scopes: ["todo/Read", "todo/Write"] }).scopes, [
      ...["api://a1/Read", "api://a1/Write"],
    ]);
  });

  test("are qualified where two APIs share a name", () => {
    const twins = { apis: tenant.apis.map((api) => ({ ...api, name: "todo" })) };
    assert.deepEqual(scopesByApi(twins, tenant.apps[0]!), [["api://a1/Read", "api://a1/Write"], ["api://a2/Read"]]);
  });
});
