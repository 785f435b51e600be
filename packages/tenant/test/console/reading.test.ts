import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { TenantContext } from "../../src/server/apps.ts";
import { approvedGrant, redemption, seedSamples } from "../storage/samples.ts";
import { consolePaths, embeddedConsole, servedConsole } from "./console-under-test.ts";

const NO_ID = "00000000-0000-4000-8000-000000000000";

/** Every page that a browser can read, with an object of the tenant where the address names one. */
async function pagesOf(ctx: TenantContext): Promise<string[]> {
  const [samples, now] = [await seedSamples(ctx.store), ctx.clock.now()];
  const grant = await approvedGrant(ctx.store, samples, { createdAt: now, expiresAt: now + 60_000 });
  const redeemed = redemption(grant, samples.user.id, now);
  assert.equal((await ctx.store.tokens.redeem(redeemed)).outcome, "redeemed");
  await ctx.store.mail.insertMail({
    ...{ id: "mail", to: "ada@contoso.example", subject: "Hello", text: "", html: "<p>Hello" },
    createdAt: now,
  });
  const [flow] = await ctx.store.directory.listUserFlows();
  const [policy] = await ctx.store.directory.listPolicies();
  const ids: Record<string, string | undefined> = {
    people: samples.user.id,
    apps: samples.app.clientId,
    apis: samples.api.clientId,
    "sign-ins": redeemed.family.id,
    inbox: "mail",
    "user-flows": flow?.id,
    policies: policy?.id,
  };
  const { get } = await consolePaths({ ...ctx, config: { ...ctx.config, embedded: true } });
  return [
    ...get.map((path) => path.replace(NO_ID, ids[path.split("/")[2] ?? ""] ?? NO_ID)),
    `/console/tenant-file/part?section=apps&id=${samples.app.clientId}`,
    "/console/audit?event=user.signed_in",
    "/console/people?q=ada",
  ].filter((path) => !/\/(?:events|leave|enter)$/.test(path));
}

/** Every change that the store is asked for from now on, by the names of its methods. */
function watchChanges(t: TestContext, { store }: TenantContext): string[] {
  const changes: string[] = [];
  const writes =
    /^(?:insert|put|set|add|change|delete|remove|end|touch|ensure|signIn|claim|approve|deny|write|redeem|rotate|revoke|update|take)(?![a-z])/;
  for (const [aggregate, verbs] of Object.entries(store)) {
    if (typeof verbs !== "object" || verbs === null) continue;
    for (const [name, verb] of Object.entries(verbs)) {
      if (typeof verb !== "function" || !writes.test(name)) continue;
      t.mock.method(verbs as Record<string, (...args: unknown[]) => unknown>, name, (...args: unknown[]) => {
        changes.push(`${aggregate}.${name}`);
        return verb(...args);
      });
    }
  }
  return changes;
}

const latest = async ({ store }: TenantContext) => (await store.audit.list({ limit: 1 }))[0];

describe("reading the console", { concurrency: true }, () => {
  test("of an embedded tenant changes nothing, whatever page it is, and no page makes others read themselves again", async (t) => {
    const { ctx, operator, tools } = await embeddedConsole(t);
    tools.tenantFiles = {
      read: async () => ({ outcome: "read", text: "apps: {}\n", notes: [] }),
      plan: async () => assert.fail("nothing is planned"),
      apply: async () => assert.fail("nothing is applied"),
    };
    Object.assign(ctx, { signingKeys: { ...ctx.signingKeys, sign: async () => "token", list: async () => [] } });
    const paths = await pagesOf(ctx);
    assert.ok(paths.length > 25, paths.join());
    const [before, changes] = [await latest(ctx), watchChanges(t, ctx)];
    let announced = 0;
    ctx.store.auditChanges.watch(() => announced++);
    const found: number[] = [];
    for (const path of paths) {
      const { status } = await operator.get(path, { stay: true });
      assert.ok(status < 500, path);
      found.push(status);
      assert.deepEqual(changes, [], path);
      assert.deepEqual(await latest(ctx), before, path);
    }
    assert.equal(announced, 0);
    assert.ok(found.filter((status) => status === 200).length > 20, "most of them are pages");
  });

  test("of a served tenant changes nothing either", async (t) => {
    const { ctx, signedIn } = await servedConsole(t);
    const paths = await pagesOf(ctx);
    const { browser } = await signedIn();
    const [before, changes] = [await latest(ctx), watchChanges(t, ctx)];
    for (const path of paths) {
      assert.ok((await browser.get(path, { stay: true })).status < 500, path);
      assert.deepEqual(changes, [], path);
      assert.deepEqual(await latest(ctx), before, path);
    }
  });

  test("again and again is only for the pages that have something live", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const follow: string[] = [];
    for (const path of await pagesOf(ctx)) {
      const { html } = await operator.get(path, { stay: true });
      const [, main] = /(<main .*<\/main>)/s.exec(html) ?? [];
      if (main === undefined) continue;
      const reads = /<body[^>]* data-read="/.test(html);
      assert.equal(reads, / data-live[ >]/.test(main), path);
      if (reads) follow.push(path);
    }
    assert.deepEqual(follow.sort(), ["/console", "/console/inbox"]);
  });
});
