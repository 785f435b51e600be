import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { mailerFrom, storeFrom } from "@doorcode/tenant/operator";
import { freshDatabase } from "../../../tenant/test/fixtures/postgres.ts";
import { mailServer } from "../../../tenant/test/mail/mail-server.ts";
import { verifyDkim } from "../../../tenant/test/mail/verify-dkim.ts";
import { failsWith, scratch } from "../../../tenant/test/server/scratch.ts";
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
    assert.equal((await command(["deny", "BCDF-GHJK", "--data", dir])).exit, 7);
    const denied = await command(["deny", "BCDF-GHJK", "--data", dir], { env });
    assert.equal(denied.exit, 4, "users decide for themselves, not the operator");
    assert.equal(await stop("SIGINT"), 130);
  });

  test("a database that does not respond is an error that does not show its password", async (t) => {
    const DOORCODE_STORE = "postgres://doorcode:hunter2@127.0.0.1:1/doorcode";
    const started = await command(["start", "--data", join(await scratch(t), "tenant"), "--json"], {
      env: { DOORCODE_STORE },
    });
    assert.equal(started.exit, 1);
    assert.equal(JSON.parse(started.stdout).code, "store_unreachable");
    assert.doesNotMatch(started.stdout + started.stderr, /hunter2/);
  });

  test("--store-file takes precedence, and a file may be relative", () => {
    const env = { DOORCODE_STORE: "postgres://db.contoso.example/doorcode" };
    assert.deepEqual(storeFrom(env, "here.db", "/data"), { sqlite: join(process.cwd(), "here.db") });
    assert.deepEqual(storeFrom(env, undefined, "/data"), { postgres: env.DOORCODE_STORE });
    const direct = "postgres://db.contoso.example/doorcode";
    const pooled = { ...env, DOORCODE_STORE_DIRECT: direct };
    assert.deepEqual(storeFrom(pooled, undefined, "/data"), { postgres: env.DOORCODE_STORE, direct });
    const wrong = { ...env, DOORCODE_STORE_DIRECT: "here.db" };
    assert.throws(() => storeFrom(wrong, undefined, "/data"), { code: "usage", message: /DOORCODE_STORE_DIRECT/ });
    assert.deepEqual(storeFrom({ DOORCODE_STORE: "" }, undefined, "/data"), { sqlite: "/data/tenant.db" });
    assert.deepEqual(storeFrom({ DOORCODE_STORE: ":memory:" }, undefined, "/data"), { sqlite: ":memory:" });
  });

  test("another kind of store is a usage error", () => {
    assert.throws(() => storeFrom({ DOORCODE_STORE: "mysql://db/doorcode" }, undefined, "/data"), failsWith("usage"));
  });
});

describe("DOORCODE_SMTP", () => {
  const sender = { DOORCODE_MAIL_FROM: "no-reply@contoso.example" };

  test("needs a sender and a supported scheme", () => {
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

  test("is used without TLS only with a separate scheme, and never with a password", async (t) => {
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

  test("with DOORCODE_DKIM emails are signed, and an unusable key is an error at the start", async (t) => {
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
