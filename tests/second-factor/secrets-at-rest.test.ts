import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { test } from "node:test";
import { createLogger } from "../../packages/tenant/src/server/logger.ts";
import { startTestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { AuthenticatorApp, demandMfa } from "../fixtures/authenticator-app.ts";
import { poll, refresh, requestCode } from "../fixtures/device.ts";
import { Person } from "../fixtures/person.ts";

const EMAIL = "ada@contoso.example";
const PASSWORD = "seven slow herons";
const NEW_PASSWORD = "nine noisy newts";

test("after a sign-in with every kind of secret, no secret of it is in the database or the log (ASVS 16.2.5)", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "doorcode-at-rest-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const sqliteFile = join(folder, "store.db");
  const log: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk));
      done();
    },
  });
  const mails: string[] = [];
  const mailer = { send: async ({ text }: { text: string }) => void mails.unshift(text), close: async () => {} };
  await using tenant = await startTestTenant({ sqliteFile, mailer, log: createLogger("info", stream) });
  const mailsTo = async () => {
    await tenant.context.mail.deliverDue();
    return mails.map((text) => ({ to: EMAIL, subject: "", text, html: "" }));
  };
  const person = new Person({ ...tenant, mailsTo });
  const secrets = new Map<string, string>([
    ["password", PASSWORD],
    ["new password", NEW_PASSWORD],
  ]);
  const keepCookie = (when: string) =>
    secrets.set(`session ${when}`, /_session[^=]*=([\w-]+)/.exec(person.cookie())![1]!);

  await demandMfa(tenant, "totp");
  const { body: code } = await requestCode(tenant);
  secrets.set("device code", code.device_code);
  await person.enterCode(code.user_code);
  keepCookie("before the sign-in");
  await person.signUp(EMAIL, PASSWORD, "Ada");
  secrets.set("code of the sign-up", await person.mailedCode(EMAIL));
  await person.submit("/second-factor/set-up/start");
  const key = /<span class="mono">([A-Z2-7 ]+)<\/span>/.exec(person.html)![1]!.replaceAll(" ", "");
  secrets.set("key of the authenticator app", key);
  await person.submit("/second-factor/set-up", { code: new AuthenticatorApp(tenant, key).code() });
  const [, recovery = ""] = /<li><bdi>(.*?)<\/bdi><\/li>/.exec(person.html) ?? [];
  secrets.set("recovery code", recovery.replace(/<[^>]*>/g, ""));
  keepCookie("with both factors");
  await person.submit("/second-factor/codes", { answer: "saved" });
  await person.decide("yes");
  await mailsTo();
  secrets.set("link of the notice", /not-me\?token=([\w-]{43})/.exec(mails[0]!)![1]!);
  tenant.clock.advance(5_000);
  const { body: tokens } = await poll(tenant, code.device_code);
  const { body: renewed } = await refresh(tenant, tokens.refresh_token);
  for (const [name, body] of Object.entries({ first: tokens, renewed })) {
    for (const kind of ["access_token", "refresh_token", "id_token"]) secrets.set(`${name} ${kind}`, body[kind]);
  }
  const other = new Person({ ...tenant, mailsTo });
  await other.open("/reset");
  await other.submit("/reset", { email: EMAIL });
  secrets.set("code of the reset", await other.mailedCode(EMAIL));
  await other.submit("/reset/code", { code: await other.mailedCode(EMAIL) });
  await other.submit("/reset/password", { password: NEW_PASSWORD });
  assert.match(other.path, /changed=1$/);

  const files = [sqliteFile, `${sqliteFile}-wal`].filter((file) => existsSync(file));
  const database = files.map((file) => readFileSync(file, "latin1")).join("");
  const logged = log.join("");
  assert.match(database, /user\.password_reset/);
  assert.match(logged, /"route":"\/reset\/password"/);
  for (const [name, secret] of secrets) {
    assert.ok(secret.length >= 8, name);
    for (const spelling of new Set([secret, secret.replaceAll("-", "")])) {
      const alone = new RegExp(`(?<![0-9])${spelling.replaceAll(".", "\\.")}(?![0-9])`, "i");
      assert.doesNotMatch(database, alone, `${name} is in the database`);
      assert.doesNotMatch(logged, alone, `${name} is in the log`);
    }
  }
});
