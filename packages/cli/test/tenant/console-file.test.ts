import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { after, before, describe, test } from "node:test";
import type { TenantFilePart } from "../../../tenant/src/admin/tenant-files.ts";
import { tenantFilesOf } from "../../../tenant/src/admin/tenant-files.ts";
import { createUser, seed } from "../../../tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../../tenant/test/fixtures/start-test-tenant.ts";
import { tenantFiles } from "../../src/prepare/tenant-files.ts";

/** What the command line lends to the console of the tenant that it starts, at a real tenant. */
describe("the tenant file of the console", () => {
  let tenant: TestTenant;
  let files: ReturnType<typeof tenantFiles>;
  before(async () => {
    tenant = await startTestTenant({ clock: "moving" });
    files = tenantFiles(tenant.ca);
  });
  after(() => tenant.close());

  const graph = async () => ({ base: tenant.graph, token: await tenant.operatorToken() });
  const read = async (part?: TenantFilePart) => {
    const file = await files.read(await graph(), part);
    assert.ok(file.outcome === "read", JSON.stringify(file));
    return file;
  };
  const planned = async (text: string, prune = false) => {
    const outcome = await files.plan(text, { prune }, await graph());
    assert.ok(outcome.outcome === "planned", JSON.stringify(outcome));
    return outcome.plan;
  };
  const changes = (steps: { action: string; kind: string; name: string }[]) =>
    steps.filter(({ action }) => action !== "leave").map(({ action, kind, name }) => `${action} ${kind} ${name}`);

  test("is the tenant itself: planning it unchanged changes nothing", async () => {
    const file = await read();
    assert.match(file.text, /ciam-client-app/);
    assert.deepEqual(changes((await planned(file.text)).steps), []);
  });

  test("is applied as it was planned, and has no secret", async () => {
    const { text } = await read();
    const wanted = text.replace("apps:\n", "apps:\n  kitchen-tv:\n    displayName: Kitchen TV\n");
    const plan = await planned(wanted);
    assert.ok(changes(plan.steps).includes("create app kitchen-tv"), changes(plan.steps).join());
    const applied = await files.apply(wanted, { prune: false, digest: plan.digest }, await graph());
    assert.equal(applied.outcome, "applied");
    const app = (await tenant.admin.apps.list()).find(({ name }) => name === "Kitchen TV");
    assert.ok(app);
    const { secret } = await tenant.admin.apps.addSecret(app.clientId);
    const after = await read();
    assert.ok(!after.text.includes(secret));
    assert.deepEqual(changes((await planned(after.text)).steps), []);
  });

  test("is not applied once the tenant is another one, and the new plan says so", async () => {
    const { text } = await read();
    const wanted = text.replace("apps:\n", "apps:\n  garage:\n");
    const plan = await planned(wanted);
    await tenant.admin.changeBranding({ name: "Fabrikam" });
    const late = await files.apply(wanted, { prune: false, digest: plan.digest }, await graph());
    assert.ok(late.outcome === "changed");
    assert.notEqual(late.plan.digest, plan.digest);
    assert.equal((await tenant.admin.apps.list()).filter(({ name }) => name === "garage").length, 0);
    const { outcome } = await files.apply(wanted, { prune: false, digest: late.plan.digest }, await graph());
    assert.equal(outcome, "applied");
  });

  test("names every error with its place, and what Graph refuses", async () => {
    const wrong = await files.plan("appz:\n  x: 1\n", { prune: false }, await graph());
    assert.ok(wrong.outcome === "invalid");
    assert.deepEqual([wrong.problems[0]?.line, wrong.problems[0]?.column], [1, 1]);
    const refused = await files.plan("apps:\n  tv:\n", { prune: false }, { ...(await graph()), token: "x".repeat(20) });
    assert.ok(refused.outcome === "refused");
    assert.ok(refused.refusal.hint);
  });

  test("has one object alone", async () => {
    const [app] = await tenant.admin.apps.list();
    const part = await read({ section: "apps", key: null, name: app!.name });
    assert.match(part.text, /^apps:\n {2}\S/);
    const none = await files.read(await graph(), { section: "apps", key: null, name: "no such app" });
    assert.deepEqual(none, { outcome: "inexpressible" });
  });

  test("says why it cannot be read", async () => {
    const refused = await files.read({ base: tenant.graph, token: "x".repeat(20) });
    assert.ok(refused.outcome === "refused");
    assert.ok(refused.refusal.message && refused.refusal.hint);
  });

  test("in the console uses up no fault of a tester, and fails by none", async () => {
    const { faults } = tenant.testing;
    const { id } = await faults.add({ endpoint: "graph", status: 503, retryAfterSeconds: 0, times: 3 });
    const console = tenantFilesOf(tenant.context, files);
    const file = await console.read(undefined, new AbortController().signal);
    assert.ok(file.outcome === "read");
    const plan = await console.plan(file.text.replace("apps:\n", "apps:\n  attic-tv:\n"), { prune: false });
    assert.ok(plan.outcome === "planned");
    const options = { prune: false, digest: plan.plan.digest };
    const applied = await console.apply(file.text.replace("apps:\n", "apps:\n  attic-tv:\n"), options);
    assert.equal(applied.outcome, "applied");
    assert.deepEqual(
      faults.list().map(({ left, used }) => [left, used]),
      [[3, 0]],
    );
    const own = await tenant.fetch(`${tenant.graph}/users`, {
      headers: { authorization: `Bearer ${await tenant.operatorToken()}` },
    });
    assert.equal(own.status, 503, "a program still meets it");
    await faults.clear(id);
  });

  test("reads little for one object: of a thousand people, the one", async () => {
    const { context } = tenant;
    for (let i = 0; i < 1_000; i++)
      await createUser(context, { email: `u${i}@contoso.example`, displayName: `U ${i}`, passwordHash: null });
    const asked = await counted(async () => {
      const part = await read({ section: "users", key: null, name: "u77@contoso.example" });
      assert.equal(part.text, "users:\n  u77@contoso.example: { name: U 77 }\n");
    });
    assert.ok(asked.length <= 8, asked.join("\n"));
    const [app] = await tenant.admin.apps.list();
    const ofApp = await counted(() =>
      graph().then((at) => files.read(at, { section: "apps", key: null, name: app!.name })),
    );
    assert.ok(!ofApp.some((path) => /\/users\b/.test(path)), ofApp.join("\n"));
    const whole = await counted(async () => {
      const file = await read();
      assert.match(file.text, /u999@contoso\.example/);
    });
    assert.ok(whole.length < 80, `${whole.length} requests for the whole file`);
  });

  test("says of one user whether they are an administrator", async () => {
    const root = await createUser(tenant.context, {
      email: "root@contoso.example",
      displayName: "R",
      passwordHash: null,
    });
    assert.ok(root !== "taken");
    await seed(tenant.context.store).setUserAdministrator(root.id, true);
    const part = await read({ section: "users", key: null, name: "root@contoso.example" });
    assert.match(part.text, /administrator: true/);
  });

  test("is given up when it is no longer wanted", async () => {
    const left = new AbortController();
    const at = await graph();
    const asked = await counted(async () => {
      const reading = files.read(at, undefined, left.signal);
      left.abort();
      const given = await reading;
      assert.ok(given.outcome === "refused" && /interrupted/.test(given.refusal.message));
    });
    assert.ok(asked.length <= 1, asked.join("\n"));
  });
});

/** The paths that Graph was asked for meanwhile. */
async function counted(work: () => Promise<unknown>): Promise<string[]> {
  const asked: string[] = [];
  const note = (message: unknown) => void asked.push((message as { request: IncomingMessage }).request.url ?? "");
  subscribe("http.server.request.start", note);
  try {
    await work();
  } finally {
    unsubscribe("http.server.request.start", note);
  }
  return asked;
}
