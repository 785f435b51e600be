// A store of an earlier version, with rows in every table, as this version takes it over.
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { unsealTotpSecret } from "../../src/interaction/second-factor/authenticator-codes.ts";
import { backUp } from "../../src/server/backup.ts";
import { restore } from "../../src/server/restore.ts";
import type { StartedTenant } from "../../src/server/start-tenant.ts";
import { startWithContext } from "../../src/server/start-tenant.ts";
import { migrations } from "../../src/storage/migrations/known.ts";
import { type KeptByOthers, outside } from "../fixtures/every-table.ts";
import { scratch } from "../server/scratch.ts";
import { type OldStore, oldStore } from "./fixture.ts";
import { olderNode, withoutOlderVersion } from "./older-version.ts";

const VERSION = "0014";

interface Node extends ReturnType<typeof outside> {
  child: ChildProcess;
  approve(userCode: string, as: string): Promise<void>;
  stop(): Promise<void>;
}

const THIS_VERSION = fileURLToPath(new URL("node.ts", import.meta.url));

async function startNode(t: TestContext, options: Record<string, unknown>, version = THIS_VERSION): Promise<Node> {
  const child = fork(version, [JSON.stringify(options)], {
    execArgv: ["--conditions=doorcode-source"],
  });
  t.after(() => child.kill("SIGKILL"));
  const [message] = (await once(child, "message")) as [{ started: StartedTenant }];
  const requests = outside(message.started);
  return {
    ...requests,
    child,
    async approve(userCode, as) {
      const answer = new Promise<{ error: string | null }>((done) => {
        const listen = (each: { approved?: string; error: string | null }) => {
          if (each.approved !== userCode) return;
          child.off("message", listen);
          done(each);
        };
        child.on("message", listen);
      });
      child.send({ approve: userCode, as });
      assert.equal((await answer).error, null);
    },
    async stop() {
      requests.close();
      if (child.exitCode !== null) return;
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      await exit;
    },
  };
}

/** Tables in which a running node changes or removes some rows. */
const CHANGING = new Set([
  "device_grants",
  "outbox",
  "refresh_tokens",
  "sessions",
  "settings",
  "throttles",
  "token_families",
]);

/** Every row of `before` is still there, and unchanged where nothing changes it. */
function keptRows(before: Awaited<ReturnType<OldStore["everything"]>>, after: typeof before): void {
  for (const [table, rows] of Object.entries(before)) {
    const now = after[table] ?? [];
    const shape = (row: Record<string, unknown>) =>
      CHANGING.has(table) ? JSON.stringify(Object.values(row)[0]) : JSON.stringify(row, Object.keys(rows[0] ?? {}));
    const there = new Set(now.map(shape));
    const lost = rows.map(shape).filter((row) => !there.has(row));
    assert.deepEqual(lost, [], `${table}: ${rows.length} rows before, ${now.length} now`);
  }
}

/** What was kept before the upgrade works: a waiting device, a browser, a program. */
async function everythingWorks(
  node: ReturnType<typeof outside>,
  kept: KeptByOthers,
  approve: (code: string) => Promise<unknown>,
) {
  assert.match(await node.account(kept.cookie), /ada@contoso\.example/);
  assert.equal((await node.redeem(kept.clientId, kept.deviceCode)).body.error, "authorization_pending");
  await approve(kept.userCode);
  const renewed = await node.renew(kept.clientId, kept.refreshToken);
  assert.equal(renewed.status, 200, JSON.stringify(renewed.body));
  return renewed.body.refresh_token ?? "";
}

for (const kind of ["sqlite", "postgres"] as const) {
  test(`the ${kind} fixture has rows in every table, and the tables of its version`, async (t) => {
    const old = await oldStore(VERSION, kind, await scratch(t));
    const before = await old.everything();
    const empty = Object.keys(before).filter((table) => before[table]?.length === 0);
    assert.deepEqual(empty, []);
    assert.equal(Object.keys(before).length, 36);
  });
}

describe("a rolling upgrade on PostgreSQL", { skip: withoutOlderVersion }, () => {
  test("two new nodes start at once while an old one serves; no request fails, no row is lost, nothing happens twice", async (t) => {
    const folder = await scratch(t);
    const old = await oldStore(VERSION, "postgres", folder);
    const { kept, store } = old;
    const before = await old.everything();
    const start = async (name: string, more = {}, version?: string) =>
      startNode(t, { store, dataDir: await old.dataFolder(name), ...more }, version);
    const first = await start("first", { upTo: VERSION }, await olderNode(folder));
    assert.equal((await old.query("select 1 from kysely_migration where name > '0015'")).length, 0);

    // Each program renews again and again, each device signs in, at the nodes that serve.
    const serving = [first];
    const done = { signIns: 0, renewals: 0 };
    let stopped = false;
    const at = (turn: number) => serving[turn % serving.length] ?? first;
    const signIn = async (turn: number) => {
      const node = at(turn);
      const { body } = await node.code(kept.clientId, kept.scope);
      await node.approve(body.user_code ?? "", kept.email);
      const answer = await at(turn + 1).redeem(kept.clientId, body.device_code ?? "");
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      done.signIns++;
      return answer.body.refresh_token ?? "";
    };
    const renew = async (token: string, turn: number) => {
      const answer = await at(turn).renew(kept.clientId, token);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      done.renewals++;
      return answer.body.refresh_token ?? "";
    };
    const traffic = [0, 1, 2].map(async (program) => {
      let token = await signIn(program);
      for (let turn = program; !stopped; turn++) {
        token = await renew(token, turn);
        if (turn % 3 === 0) token = await signIn(turn);
        assert.match(await at(turn).account(kept.cookie), /ada@contoso\.example/);
      }
    });
    const problems = Promise.all(traffic);
    // Reported below. Without a listener, it would end the process.
    problems.catch(() => undefined);
    const rounds = async (count: number) => {
      const goal = done.renewals + count;
      while (done.renewals < goal) {
        await Promise.race([problems, new Promise((next) => setTimeout(next, 50))]);
        if (stopped) throw new Error("stopped");
      }
    };
    await rounds(3);
    const added = await Promise.all([start("second"), start("third")]);
    assert.deepEqual(
      (await old.query("select name from kysely_migration order by name")).map(({ name }) => name),
      Object.keys(migrations),
    );
    await rounds(3);
    serving.push(...added);
    await rounds(6);
    // The old node is replaced: its load balancer sends no more requests, then it stops.
    serving.shift();
    await rounds(6);
    await first.stop();
    serving.push(await start("first"));
    await rounds(3);
    stopped = true;
    await problems;

    const [node] = added;
    assert.ok(node);
    const renewed = await everythingWorks(node, kept, (code) => node.approve(code, kept.email));
    const after = await old.everything();
    keptRows(before, after);
    const records = (event: string) =>
      (after.audit_records ?? []).filter((row) => row.event === event).length -
      (before.audit_records ?? []).filter((row) => row.event === event).length;
    assert.equal(records("device_grant.redeemed"), done.signIns);
    assert.equal(records("refresh_token.reused"), 0);
    const used = (after.refresh_tokens ?? []).filter((row) => row.used_at !== null).length;
    assert.equal(used, done.renewals + 1, "each renewal used one refresh token");
    const numbers = (after.audit_records ?? []).map(({ seq }) => seq);
    assert.equal(new Set(numbers).size, numbers.length);
    assert.notEqual(renewed, "");
    t.diagnostic(`${done.signIns} sign-ins, ${done.renewals} renewals, none failed`);
    for (const each of serving) await each.stop();
  });

  test("a node of the version before ignores the keys of other algorithms, and signs with RS256", async (t) => {
    const folder = await scratch(t);
    const old = await oldStore(VERSION, "postgres", folder);
    const { kept, store } = old;
    const started = await startWithContext({
      ...{ store, dataDir: await old.dataFolder("new"), port: 0, pagesPort: 0, log: pino({ level: "silent" }) },
      mailer: { send: async () => undefined, close: async () => undefined },
    });
    t.after(() => started.close());
    const requests = outside(started);
    await started.admin.apps.put({ clientId: kept.clientId, idTokenSignedResponseAlg: "ES256" });
    const older = await startNode(t, { store, dataDir: await old.dataFolder("old") }, await olderNode(folder));
    const algorithmOf = (token = "") => JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).alg;
    const first = await requests.renew(kept.clientId, kept.refreshToken);
    assert.deepEqual([algorithmOf(first.body.id_token), algorithmOf(first.body.access_token)], ["ES256", "RS256"]);
    // The old one issues to the same app, and is restarted with the new tables.
    const second = await older.renew(kept.clientId, first.body.refresh_token ?? "");
    assert.equal(second.status, 200, JSON.stringify(second.body));
    assert.equal(algorithmOf(second.body.id_token), "RS256");
    const third = await requests.renew(kept.clientId, second.body.refresh_token ?? "");
    assert.equal(algorithmOf(third.body.id_token), "ES256");
    const rows = await old.query("select alg from other_signing_keys");
    assert.deepEqual(
      rows.map(({ alg }) => alg),
      ["ES256", "ES256"],
    );
    assert.equal((await old.query("select kid from signing_keys")).length, 2, "RS256's only");
    await older.stop();
    requests.close();
  });
});

describe("an upgrade on SQLite", () => {
  const started = async (t: TestContext, store: { sqlite: string }, dataDir: string) => {
    const tenant = await startWithContext({ store, dataDir, port: 0, pagesPort: 0, log: pino({ level: "silent" }) });
    t.after(() => tenant.close());
    return tenant;
  };

  test("killed in the middle, continues with the next start; everything works, also from a backup before it", async (t) => {
    const folder = await scratch(t);
    const old = await oldStore(VERSION, "sqlite", folder);
    const { kept } = old;
    const store = old.store as { sqlite: string };
    const data = await old.dataFolder("data");
    const before = await old.everything();
    const backup = join(folder, "before-upgrade.db");
    await backUp({ data, store }, backup);
    assert.deepEqual(await old.everything(), before, "a backup does not update the tables");

    const child = fork(
      fileURLToPath(new URL("node.ts", import.meta.url)),
      [JSON.stringify({ store, dataDir: data, dieIn: "0015" })],
      { execArgv: ["--conditions=doorcode-source"] },
    );
    assert.equal((await once(child, "exit"))[1], "SIGKILL");
    assert.deepEqual(await old.everything(), before, "nothing is half changed");

    for (const round of ["upgraded", "restored and upgraded"]) {
      if (round !== "upgraded") await restore({ data, store }, backup, { replace: true });
      const tenant = await started(t, store, data);
      const requests = outside(tenant);
      if (round === "upgraded") {
        await everythingWorks(requests, kept, (code) => tenant.approve(code, { as: kept.email }));
        keptRows(before, await old.everything());
      } else {
        assert.equal((await requests.renew(kept.clientId, kept.refreshToken)).status, 200, round);
      }
      const totp = await tenant.context.store.factors.totpOf(kept.userId);
      assert.equal(unsealTotpSecret(tenant.context.sealKey, kept.userId, totp?.secretSealed ?? ""), kept.totpSecret);
      requests.close();
      await tenant.close();
    }
  });
});
