import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readDkim } from "../../src/mail/dkim.ts";
import { codeMail } from "../../src/mail/messages.ts";
import { createSmtpMailer } from "../../src/mail/smtp-mailer.ts";
import { failsWith, scratch } from "../server/scratch.ts";
import { mailServer } from "./mail-server.ts";
import { contoso } from "./sender.ts";
import { verifyDkim } from "./verify-dkim.ts";

const mail = {
  id: "6b1f1a52-3f0e-4f83-9a4e-1f6f9d1d0a11",
  ...codeMail("signUp", {
    to: "ada@contoso.example",
    sender: { ...contoso, name: "Contoso  Ünïted" },
    locale: "en",
    code: "04718293",
    minutes: 10,
  }),
};
const rsa = (modulusLength = 2048) => generateKeyPairSync("rsa", { modulusLength });
const pem = (key: ReturnType<typeof rsa>["privateKey"]) => key.export({ type: "pkcs8", format: "pem" }).toString();

describe("DKIM", { concurrency: true }, () => {
  test("a signed mail verifies with the public key; another key, another word or another sender does not", async (t) => {
    const { received, options } = await mailServer(t, { tls: "starttls" });
    const { privateKey, publicKey } = rsa();
    const file = join(await scratch(t), "dkim.pem");
    await writeFile(file, pem(privateKey), { mode: 0o600 });
    const mailer = createSmtpMailer({
      ...options,
      security: "starttls",
      dkim: readDkim(`contoso.example:mail2026:${file}`),
    });
    await mailer.send(mail);
    await mailer.close();
    const raw = received[0]!.raw;
    const { holds, tags } = verifyDkim(raw, publicKey);
    assert.equal(holds, true);
    assert.deepEqual(
      [tags.d, tags.s, tags.a, tags.c],
      ["contoso.example", "mail2026", "rsa-sha256", "relaxed/relaxed"],
    );
    const names = tags.h!.toLowerCase().split(":");
    for (const name of ["from", "to", "subject", "date", "message-id", "content-type"]) assert.ok(names.includes(name));
    assert.equal(verifyDkim(raw, rsa().publicKey).holds, false);
    const changed = (from: string, to: string) => {
      const text = raw.toString("latin1");
      assert.ok(text.includes(from));
      return Buffer.from(text.replace(from, to), "latin1");
    };
    assert.equal(verifyDkim(changed("04718293", "04718294"), publicKey).holds, false);
    assert.equal(verifyDkim(changed("no-reply@contoso", "eve@contoso"), publicKey).holds, false);
  });

  test("without the option a mail has no signature", async (t) => {
    const { received, options } = await mailServer(t, { tls: "starttls" });
    const mailer = createSmtpMailer({ ...options, security: "starttls" });
    await mailer.send(mail);
    await mailer.close();
    assert.equal(
      received[0]!.mail.headers.find(({ key }) => key === "dkim-signature"),
      undefined,
    );
  });

  test("a key that every user of the computer can read is refused", async (t) => {
    const file = join(await scratch(t), "dkim.pem");
    await writeFile(file, pem(rsa().privateKey), { mode: 0o600 });
    const setting = `contoso.example:mail:${file}`;
    assert.equal(readDkim(setting).selector, "mail");
    await chmod(file, 0o640);
    assert.ok(readDkim(setting));
    await chmod(file, 0o644);
    assert.throws(() => readDkim(setting), failsWith("mail_configuration"));
  });

  test("an unusable key is detected at startup, not by unsigned mails", async (t) => {
    const dir = await scratch(t);
    const locked = rsa().privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" });
    const keys: Record<string, string> = {
      "text.pem": "not a key",
      "ed25519.pem": generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      "short.pem": pem(rsa(768).privateKey),
      "locked.pem": locked.toString(),
      "public.pem": rsa().publicKey.export({ type: "spki", format: "pem" }).toString(),
    };
    for (const [name, text] of Object.entries(keys)) {
      await writeFile(join(dir, name), text, { mode: 0o600 });
      assert.throws(() => readDkim(`contoso.example:mail:${join(dir, name)}`), failsWith("mail_configuration"), name);
    }
    const good = join(dir, "good.pem");
    await writeFile(good, pem(rsa().privateKey), { mode: 0o600 });
    for (const setting of [
      "",
      good,
      `contoso.example:${good}`,
      `contoso.example:mail:${good}x`,
      `contoso.example; x=y:mail:${good}`,
      `contoso.example:a b:${good}`,
    ]) {
      assert.throws(() => readDkim(setting), failsWith("mail_configuration"), setting);
    }
  });
});
