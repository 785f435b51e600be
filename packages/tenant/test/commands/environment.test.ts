import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { mailerFrom, storeFrom } from "../../src/commands/environment.ts";
import { freshDatabase } from "../fixtures/postgres.ts";
import { mailServer } from "../mail/mail-server.ts";
import { verifyDkim } from "../mail/verify-dkim.ts";
import { failsWith, scratch } from "../server/scratch.ts";
import { command, startProcess } from "./tenant-process.ts";

describe("DOORCODE_STORE", () => {
  test("with a PostgreSQL URL there is neither inbox nor control socket, and no CA of another tenant", async (t) => {
    const dir = join(await scratch(t), "tenant");
    const env = {
      DOORCODE_STORE: await freshDatabase(),
      DOORCODE_SMTP: "smtps://user:pass%40word@mail.contoso.example",
      DOORCODE_MAIL_FROM: "Contoso <no-reply@contoso.example>",
    };
    const { ready, stop } = await startProcess(t, dir, [], env);
    assert.equal(ready.inbox, undefined);
    assert.equal((await fetch(`${ready.pages}/inbox`)).status, 404);
    assert.equal(existsSync(join(dir, "control.sock")), false);
    assert.equal((await command(["users", "--data", dir])).exit, 7);
    assert.equal(await stop("SIGINT"), 130);
  });

  test("a database that does not answer is an error without its password", async (t) => {
    const DOORCODE_STORE = "postgres://doorcode:hunter2@127.0.0.1:1/doorcode";
    const started = await command(["start", "--data", join(await scratch(t), "tenant"), "--json"], {
      env: { DOORCODE_STORE },
    });
    assert.equal(started.exit, 1);
    assert.equal(JSON.parse(started.stdout).code, "store_unreachable");
    assert.doesNotMatch(started.stdout + started.stderr, /hunter2/);
  });

  test("--store-file goes before it, and a file may be relative", () => {
    const env = { DOORCODE_STORE: "postgres://db.contoso.example/doorcode" };
    assert.deepEqual(storeFrom(env, "here.db", "/data"), { sqlite: join(process.cwd(), "here.db") });
    assert.deepEqual(storeFrom(env, undefined, "/data"), { postgres: env.DOORCODE_STORE });
    assert.deepEqual(storeFrom({ DOORCODE_STORE: "" }, undefined, "/data"), { sqlite: "/data/tenant.db" });
    assert.deepEqual(storeFrom({ DOORCODE_STORE: ":memory:" }, undefined, "/data"), { sqlite: ":memory:" });
  });

  test("another kind of store is a usage error", () => {
    assert.throws(() => storeFrom({ DOORCODE_STORE: "mysql://db/doorcode" }, undefined, "/data"), failsWith("usage"));
  });
});

describe("DOORCODE_SMTP", () => {
  const sender = { DOORCODE_MAIL_FROM: "no-reply@contoso.example" };

  test("needs a sender and one of its schemes", () => {
    assert.equal(mailerFrom({}), undefined);
    for (const env of [
      { DOORCODE_SMTP: "smtps://mail.contoso.example" },
      { ...sender, DOORCODE_SMTP: "https://mail.contoso.example" },
      { ...sender, DOORCODE_SMTP: "mail.contoso.example" },
      { ...sender, DOORCODE_SMTP: "smtp+insecure:mail.contoso.example" },
    ]) {
      assert.throws(() => mailerFrom(env), failsWith("usage"));
    }
    assert.ok(mailerFrom({ ...sender, DOORCODE_SMTP: "smtp://mail.contoso.example" }));
  });

  test("goes without TLS only when the scheme says so, and never with a password", async (t) => {
    const server = await mailServer(t, { tls: "none" });
    const mail = { id: "one", to: "ada@contoso.example", subject: "s", text: "t", html: "<p>t</p>" };
    const at = `localhost:${server.options.port}`;
    const careful = mailerFrom({ ...sender, DOORCODE_SMTP: `smtp://${at}` });
    await assert.rejects(careful!.send(mail), failsWith("mail_unreachable"));
    const plain = mailerFrom({ ...sender, DOORCODE_SMTP: `smtp+insecure://${at}` });
    await plain!.send(mail);
    assert.equal(server.received.length, 1);
    const env = { ...sender, DOORCODE_SMTP: `smtp+insecure://user:hunter2@${at}` };
    assert.throws(() => mailerFrom(env), failsWith("mail_configuration"));
  });

  test("with DOORCODE_DKIM mails are signed, and a key that is of no use is known at the start", async (t) => {
    const server = await mailServer(t, { tls: "none" });
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const file = join(await scratch(t), "dkim.pem");
    await writeFile(file, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    const smtp = { ...sender, DOORCODE_SMTP: `smtp+insecure://127.0.0.1:${server.options.port}` };
    const mailer = mailerFrom({ ...smtp, DOORCODE_DKIM: `contoso.example:mail2026:${file}` });
    await mailer!.send({ id: "one", to: "ada@contoso.example", subject: "s", text: "t", html: "<p>t</p>" });
    assert.equal(verifyDkim(server.received[0]!.raw, publicKey).holds, true);
    const broken = { ...smtp, DOORCODE_DKIM: `contoso.example:mail2026:${file}.pub` };
    assert.throws(() => mailerFrom(broken), failsWith("mail_configuration"));
  });
});
