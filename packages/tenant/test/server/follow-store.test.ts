import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { StartedTenant } from "../../src/server/start-tenant.ts";
import { type PgBouncer, startPgBouncer, withoutPgBouncer } from "../fixtures/pgbouncer.ts";
import { sharedPostgres } from "../fixtures/postgres.ts";
import { pgNodes } from "./pg-nodes.ts";
import { scratch } from "./scratch.ts";

const monitoring = async ({ monitoringPort }: StartedTenant, path: string) =>
  (await fetch(`http://127.0.0.1:${monitoringPort}${path}`)).text();
const statusOf = async (node: StartedTenant) => JSON.parse(await monitoring(node, "/readyz")).status;

/** Waits for what a notification brings. */
async function eventually(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + 120_000;
  while (!(await isTrue())) {
    assert.ok(Date.now() < until, "not noticed");
    await sleep(10);
  }
}

/** Notifications reach neither node: both listen through a pooler. */
async function cutOff(t: TestContext): Promise<(url: string) => string> {
  const pooler: PgBouncer = await startPgBouncer(await sharedPostgres());
  t.after(() => pooler.stop());
  return (url) => pooler.url(url);
}

describe("what one node changes, another notices", () => {
  test("at once: lifetimes, name, color", async (t) => {
    const [one, two] = await pgNodes(t);
    await one.admin.changeLifetimes({ signInDays: 7 });
    await eventually(() => two.context.config.lifetimes.signInDays === 7);
    const before = two.context.branding.palettes.light;
    await one.admin.changeBranding({ name: "Contoso", colour: "#aa1122" });
    await eventually(() => two.context.config.name === "Contoso");
    await eventually(() => JSON.stringify(two.context.branding.palettes.light) !== JSON.stringify(before));
  });

  test("at once: a signing key that signs now", async (t) => {
    const [one, two] = await pgNodes(t);
    const [, successor] = await one.context.store.keys.list();
    const now = one.context.clock.now();
    const audit = { at: now, event: "signing_key.promoted", actor: "operator", detail: {} } as const;
    const about = { userId: null, clientId: null, grantId: null, ip: null };
    await one.context.store.keys.promote("RS256", now, () => now - 1, { ...audit, ...about });
    const kidOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[0]!, "base64url").toString()).kid;
    await eventually(async () => kidOf(await two.context.signingKeys.sign({}, "JWT")) === successor?.kid);
  });

  test("at once: the keys of an algorithm that an app asks for, before its first token", async (t) => {
    const [one, two] = await pgNodes(t);
    const [app] = one.apps;
    await one.admin.apps.put({ clientId: app!.clientId, idTokenSignedResponseAlg: "ES256" });
    const kidsAt = async ({ context }: StartedTenant) =>
      (await context.signingKeys.published()).filter(({ alg }) => alg === "ES256").map(({ kid }) => kid);
    await eventually(async () => (await kidsAt(two)).length === 2);
    await eventually(async () => (await kidsAt(one)).length === 2);
    assert.deepEqual(await kidsAt(one), await kidsAt(two));
    const token = await two.context.signingKeys.sign({ iss: one.issuer }, "JWT", "ES256");
    assert.ok(await one.context.signingKeys.verify(token));
  });

  test("at the next regular check, if the notification was lost", { skip: withoutPgBouncer }, async (t) => {
    const [one, two] = await pgNodes(t, { urlOf: await cutOff(t) });
    await one.admin.changeBranding({ name: "Contoso" });
    let days = 6;
    // A node also reads the settings when its connection for notifications opens, which may be just now.
    do await one.admin.changeLifetimes({ signInDays: ++days });
    while (two.context.config.lifetimes.signInDays === days);
    await two.checkStore();
    assert.equal(two.context.config.lifetimes.signInDays, days);
    assert.equal(two.context.config.name, "Contoso");
  });

  test("and none of two changes at the same time is lost", async (t) => {
    const [one, two] = await pgNodes(t);
    await Promise.all([
      ...[1, 2, 3].map((days) => one.admin.changeLifetimes({ signInDays: days })),
      ...[4, 5, 6].map((hours) => two.admin.changeLifetimes({ sessionHours: hours })),
    ]);
    await Promise.all([one.checkStore(), two.checkStore()]);
    const { signInDays, sessionHours } = one.context.config.lifetimes;
    assert.ok([1, 2, 3].includes(signInDays) && [4, 5, 6].includes(sessionHours), `${signInDays} ${sessionHours}`);
    assert.deepEqual(two.context.config.lifetimes, one.context.config.lifetimes);
  });

  test("a logo that was not there when the other started", async (t) => {
    const [one, two] = await pgNodes(t);
    const logoFile = join(await scratch(t), "logo.svg");
    await writeFile(logoFile, '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"/>');
    await one.admin.changeBranding({ logoFile });
    await eventually(() => two.context.branding.logo !== null);
    const { origin } = new URL(two.pages);
    const response = await fetch(`${origin}/branding/logo`);
    assert.equal(response.headers.get("content-type"), "image/svg+xml");
  });
});

describe("a node whose clock is 90 seconds ahead of the database server's", () => {
  test("is not ready, says so in metrics and log, and is ready again once the clock is right", async (t) => {
    let ahead = 90_000;
    const lines: string[] = [];
    const [node] = await pgNodes(t, { clock: { now: () => Date.now() + ahead }, lines });
    assert.equal(await statusOf(node), "clock_wrong");
    assert.match(await monitoring(node, "/metrics"), /^doorcode_clock_offset_seconds -(89|90)(\.\d+)?$/m);
    assert.match(lines.join(""), /clock and the database server's differ/);
    ahead = 0;
    await node.checkStore();
    assert.equal(await statusOf(node), "ok");
  });

  test("warns from five seconds on, and stays ready", async (t) => {
    const lines: string[] = [];
    const [node] = await pgNodes(t, { clock: { now: () => Date.now() - 10_000 }, lines });
    assert.equal(await statusOf(node), "ok");
    assert.match(lines.join(""), /clock and the database server's differ/);
  });
});
