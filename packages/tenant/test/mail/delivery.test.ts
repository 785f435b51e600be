import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, type TestContext, test } from "node:test";
import type { Mailer } from "../../src/mail/mailer.ts";
import { codeMail } from "../../src/mail/messages.ts";
import { createSmtpMailer } from "../../src/mail/smtp-mailer.ts";
import { type ManualClock, manualClock } from "../fixtures/manual-clock.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { pgNodes } from "../server/pg-nodes.ts";
import { scratch } from "../server/scratch.ts";
import type { KeptMail } from "./kept-mail.ts";
import { type MailServer, mailServer } from "./mail-server.ts";
import { contoso } from "./sender.ts";

const MINUTE = 60_000;
const code = "04718293";
const mailTo = (to: string) => codeMail("signUp", { to, sender: contoso, locale: "en", code, minutes: 10 });
const smtp = (server: MailServer) => createSmtpMailer({ ...server.options, security: "starttls" });

/** The same tenant, restarted as often as needed: its file, its folder, its clock. */
async function place(t: TestContext, server: MailServer) {
  const dir = await scratch(t);
  const clock = manualClock();
  const sqliteFile = join(dir, "tenant.db");
  const dataDir = join(dir, "data");
  const start = () => startTestTenant({ sqliteFile, dataDir, clock, mailer: smtp(server) });
  return { dataDir, sqliteFile, clock, start };
}

const onDisk = (file: string) =>
  ["", "-wal", "-shm"].map((end) => (existsSync(file + end) ? readFileSync(file + end, "latin1") : "")).join("");

const dueAgain = (clock: ManualClock) => clock.advance(MINUTE);

describe("mail, from the tenant to a server", { concurrency: true }, () => {
  test("a server that is down: the mail survives a restart and arrives once; on disk it is sealed, then gone", async (t) => {
    const server = await mailServer(t, { tls: "starttls", running: false });
    const { sqliteFile, clock, start } = await place(t, server);
    {
      await using tenant = await start();
      const expiresAt = clock.now() + 10 * MINUTE;
      assert.equal(await tenant.context.mail.send(mailTo("ada@contoso.example"), { id: "kept", expiresAt }), "queued");
      assert.doesNotMatch(onDisk(sqliteFile), /04718293|ada@contoso|Your code/);
      assert.match(onDisk(sqliteFile), /mail_unreachable/);
    }
    assert.doesNotMatch(onDisk(sqliteFile), /04718293|ada@contoso|Your code/);
    await server.start();
    dueAgain(clock);
    {
      await using tenant = await start();
      await tenant.context.mail.deliverDue();
      dueAgain(clock);
      await tenant.context.mail.deliverDue();
    }
    {
      await using tenant = await start();
      await tenant.context.mail.deliverDue();
    }
    assert.equal(server.received.length, 1);
    assert.equal(server.received[0]?.mail.messageId, "<kept@contoso.example>");
    assert.match(server.received[0]?.mail.text ?? "", /^04718293$/m);
    const database = new DatabaseSync(sqliteFile, { readOnly: true });
    assert.deepEqual(
      { ...database.prepare("select state, sealed from outbox").get() },
      { state: "sent", sealed: null },
    );
    database.close();
  });

  test("greylisting: 421 and 451, then it is taken", async (t) => {
    const numbers = [421, 451];
    const server = await mailServer(t, {
      tls: "starttls",
      answer: (stage) => (stage === "RCPT" ? numbers.shift() : undefined),
    });
    const { clock, start } = await place(t, server);
    await using tenant = await start();
    const expiresAt = clock.now() + 10 * MINUTE;
    assert.equal(await tenant.context.mail.send(mailTo("ada@contoso.example"), { expiresAt }), "queued");
    for (let turn = 0; turn < 4; turn++) {
      dueAgain(clock);
      await tenant.context.mail.deliverDue();
    }
    assert.equal(server.received.length, 1);
  });

  test("a connection that breaks before the server's 250: the same mail again, recognizable by its Message-ID", async (t) => {
    const replies = ["lost"] as const;
    const server = await mailServer(t, {
      tls: "starttls",
      answer: (stage, attempt) => (stage === "DATA" ? replies[attempt - 1] : undefined),
    });
    const { clock, start } = await place(t, server);
    await using tenant = await start();
    const expiresAt = clock.now() + 10 * MINUTE;
    const { mail } = tenant.context;
    assert.equal(await mail.send(mailTo("ada@contoso.example"), { id: "same", expiresAt }), "queued");
    dueAgain(clock);
    await mail.deliverDue();
    dueAgain(clock);
    await mail.deliverDue();
    const ids = server.received.map((each) => each.mail.messageId);
    assert.deepEqual(ids, ["<same@contoso.example>", "<same@contoso.example>"]);
  });

  test("a process that is killed while it sends: after its lease the next one sends the mail, once", async (t) => {
    let hangs = true;
    const reached = Promise.withResolvers<void>();
    const server = await mailServer(t, {
      tls: "starttls",
      answer: (stage) => {
        if (stage !== "DATA" || !hangs) return undefined;
        reached.resolve();
        return new Promise(() => undefined);
      },
    });
    const { sqliteFile: sqlite, dataDir, clock, start } = await place(t, server);
    const now = clock.now();
    const order: KeptMail = {
      sqlite,
      dataDir,
      smtp: { ...server.options, security: "starttls" },
      now,
      mail: mailTo("ada@contoso.example"),
      expiresAt: now + 10 * MINUTE,
    };
    const child = fork(new URL("kept-mail.ts", import.meta.url), [JSON.stringify(order)], {
      execArgv: ["--conditions=doorcode-source", "--disable-warning=ExperimentalWarning"],
    });
    const ended = once(child, "exit");
    await Promise.race([reached.promise, ended.then(() => Promise.reject(new Error("it ended by itself")))]);
    child.kill("SIGKILL");
    await ended;
    hangs = false;
    await using tenant = await start();
    await tenant.context.mail.deliverDue();
    assert.equal(server.received.length, 0, "its lease still runs");
    clock.advance(2 * MINUTE);
    await tenant.context.mail.deliverDue();
    await tenant.context.mail.deliverDue();
    assert.equal(server.received.length, 1);
  });

  test("two nodes on PostgreSQL work off one queue, each of 200 mails once", async (t) => {
    const server = await mailServer(t, { tls: "starttls", running: false });
    const clock = manualClock();
    const counts: { sent: number }[] = [];
    const counting = (): Mailer => {
      const [mailer, count] = [smtp(server), { sent: 0 }];
      counts.push(count);
      const send: Mailer["send"] = async (mail) => {
        await mailer.send(mail);
        count.sent++;
      };
      return { ...mailer, send };
    };
    const nodes = await pgNodes(t, { clock, mailer: counting });
    const expiresAt = clock.now() + 10 * MINUTE;
    const addresses = Array.from({ length: 200 }, (_, index) => `p${index}@contoso.example`);
    await Promise.all(addresses.map((to, index) => nodes[index % 2]!.context.mail.post(mailTo(to), { expiresAt })));
    await Promise.all(nodes.map(({ context }) => context.mail.deliverDue()));
    assert.equal(server.received.length, 0);
    await server.start();
    dueAgain(clock);
    await Promise.all(nodes.map(({ context }) => context.mail.deliverDue()));
    assert.deepEqual(server.received.map(({ to }) => to[0]).sort(), addresses.sort());
    assert.equal(new Set(server.received.map(({ mail }) => mail.messageId)).size, 200);
    assert.ok(counts.length === 2 && counts.every(({ sent }) => sent > 0), JSON.stringify(counts));
  });
});
