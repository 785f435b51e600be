import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { dataOf } from "../../../src/interaction/account/my-data.ts";
import { RECENT_SIGN_IN_MS } from "../../../src/interaction/session.ts";
import type { OwnActivity } from "../../../src/storage/audit-events.ts";
import type { AuditRecord } from "../../../src/storage/store.ts";
import { languages } from "../../../src/ui/i18n/languages.ts";
import { fillEveryTable } from "../../fixtures/every-table.ts";
import { seed } from "../../fixtures/seed.ts";
import { startTestTenant } from "../../fixtures/start-test-tenant.ts";
import { sampleAudit } from "../../storage/samples.ts";
import { textOf } from "../browser.ts";
import { pagesUnderTest } from "../pages-under-test.ts";
import { ADA, openAccountSignIn } from "../passkeys/passkey-walks.ts";
import { signIn } from "../walks.ts";
import { atHome, atHomeByBoth, changeAddress, signedInDevice } from "./own-account-walks.ts";

const DAY = 24 * 60 * 60 * 1000;

describe("a user's activity", { concurrency: true }, () => {
  test("says what happened and from where, newest first, in pages", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHome(under);
    await signedInDevice(under, user);
    const page = await browser.get("/me/activity");
    assert.match(textOf(page.html), /Device signed in: Contoso Player 15 January 2026 at 12:00 UTC from 192\.0\.2\.7/);
    assert.match(textOf(page.html), /Signed in 15 January 2026 at 12:00 UTC from this computer/);
    const write = (n: number) =>
      under.ctx.store.audit.write({
        ...{
          at: under.ctx.clock.now(),
          event: n % 2 === 0 ? "user.signed_out" : "refresh_token.rotated",
          actor: "user",
        },
        ...{ userId: user.id, clientId: null, grantId: null, ip: "192.0.2.7", detail: {} },
      });
    for (let n = 0; n < 100; n++) await write(n);
    const seen: number[] = [];
    let at: string | undefined = "/me/activity";
    for (; at !== undefined && seen.length < 9; ) {
      const { html } = await browser.get(at);
      seen.push(html.match(/<li><strong>/g)?.length ?? 0);
      at = /href="(\/me\/activity\?after=[^"]*)"/.exec(html)?.[1];
    }
    assert.deepEqual([seen.length, seen[0], seen[1]], [3, 25, 25]);
    assert.equal(
      seen.reduce((sum, each) => sum + each, 0),
      50 + 2,
      "each record once, without renewals",
    );
    for (const bad of ["x", "-1.0", `${"9".repeat(30)}.1`]) {
      assert.equal((await browser.get(`/me/activity?after=${bad}`)).status, 200);
    }
  });

  test("says what an administrator did, without where from, and nothing that the user did to others", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHomeByBoth(under);
    const grace = await under.person("grace@contoso.example");
    const write = (userId: string, about: string) =>
      under.ctx.store.audit.write({
        ...{ at: under.ctx.clock.now(), event: "graph.user.changed", actor: "user", clientId: null, grantId: null },
        ...{ userId, ip: "198.51.100.77", detail: { user_id: about, changed: "displayName", policy_id: "policy-7" } },
      });
    await write(grace.id, user.id);
    await write(user.id, grace.id);
    const { html } = await browser.get("/me/activity");
    assert.equal(textOf(html).match(/by an administrator/g)?.length, 1);
    const file = await browser.send(await browser.get("/me/data"), "/me/data/download");
    const entries = JSON.parse(file.html).activity.filter(({ event }: { event: string }) => event === "user.changed");
    assert.deepEqual(
      entries.map(({ by, ip, detail }: Record<string, unknown>) => ({ by, ip, detail })),
      [{ by: "administrator", ip: null, detail: { changed: "displayName" } }],
    );
    for (const text of [html, file.html]) assert.doesNotMatch(text, /198\.51\.100\.77|policy-7/);
    assert.ok(!file.html.includes(grace.id));
  });

  test("says who did it, and never that the user did what the operator, the program or the tenant did", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHomeByBoth(under);
    const at = under.ctx.clock.now() + 1;
    const write = (event: OwnActivity, actor: AuditRecord["actor"]) =>
      under.ctx.store.audit.write({
        ...{ at, event, actor, userId: user.id, clientId: null, grantId: null },
        ...{ ip: actor === "client" ? "192.0.2.9" : null, detail: {} },
      });
    for (const event of ["device_grant.approved", "user.password_voided", "user.links_voided"] as const) {
      await write(event, "operator");
    }
    await write("user.created", "tenant");
    await write("sign_in.revoked", "client");
    const { html } = await browser.get("/me/activity");
    const words = textOf(html);
    const [when, by] = ["15 January 2026 at 12:00 UTC", "by the people who run this service"];
    for (const what of [
      ...["Device signed in", "Password switched off", "Links in earlier emails switched off", "Account created"].map(
        (done) => `${done} ${when} ${by}`,
      ),
      `Device signed out ${when} from 192.0.2.9`,
    ]) {
      assert.ok(words.includes(what), `${what} in: ${words}`);
    }
    const file = await browser.send(await browser.get("/me/data"), "/me/data/download");
    const made = Object.fromEntries(
      JSON.parse(file.html).activity.map((entry: { event: string; by: string }) => [entry.event, entry.by]),
    );
    assert.deepEqual(
      [made["sign_in.revoked"], made["user.created"], made["device_grant.approved"], made["user.data_downloaded"]],
      ["program", "operator", "operator", "user"],
    );
  });

  for (const locale of ["en", "de"] as const) {
    test(`no sentence names who did it, so that each is true of everyone: ${locale}`, () => {
      const { events } = languages[locale].messages.ownAccount.activity;
      for (const [event, text] of Object.entries(events)) {
        assert.doesNotMatch(
          text,
          /^(You|Sie|Ihnen|I|Ich)\b|administrator\b(?! rights)|Administration|\bby (?!email)/,
          event,
        );
      }
    });
  }

  test("ends after 90 days, and is no one else's", async (t) => {
    const under = await pagesUnderTest(t);
    await atHome(under, "grace@contoso.example");
    const { browser } = await atHome(under);
    assert.equal((await browser.get("/me/activity")).html.match(/<li><strong>/g)?.length, 1);
    under.advance(90 * DAY + 1);
    const again = under.browser();
    await signIn(again, await openAccountSignIn(again), ADA);
    assert.equal((await again.get("/me/activity")).html.match(/<li><strong>/g)?.length, 1, "the sign-in of today");
  });
});

/** Whatever a column of such a name holds, in every table, with its place. */
function secretsIn(file: string): [where: string, value: string][] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
    return tables.flatMap(({ name: table }) =>
      database
        .prepare(`select * from "${table}"`)
        .all()
        .flatMap((row) => Object.entries(row))
        .filter(([column, value]) => /hash|seal|secret|key$|challenge|thumbprint/.test(column) && value !== null)
        .map(([column, value]): [string, string] => [`${table}.${column}`, String(value)])
        // Words such as "hash", which samples have in place of one, could be in any text.
        .filter(([, value]) => value.length > 8),
    );
  } finally {
    database.close();
  }
}

describe("a user's data", { concurrency: true }, () => {
  test("is one file without hashes and secrets", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHomeByBoth(under);
    const id = await signedInDevice(under, user);
    const file = await browser.send(await browser.get("/me/data"), "/me/data/download");
    assert.equal(file.headers["content-disposition"], 'attachment; filename="my-account.json"');
    assert.match(String(file.headers["content-type"]), /^application\/json/);
    assert.equal(file.headers["cache-control"], "no-store");
    const data = JSON.parse(file.html);
    assert.equal(data.profile.email, ADA);
    assert.deepEqual(
      data.devices.map((device: { id: string; deviceName: string }) => [device.id, device.deviceName]),
      [[id, "Living-room TV"]],
    );
    assert.deepEqual(
      data.apps.map((app: { name: string }) => app.name),
      ["Contoso Player"],
    );
    assert.ok(data.activity.length > 2);
    const stored = await under.ctx.store.directory.findUser(user.id);
    for (const secret of [stored?.passwordHash ?? "", browser.cookie ?? "", "$argon2", "tokenHash", "csrf"]) {
      assert.ok(secret !== "" && !file.html.includes(secret));
    }
    const [record] = await under.ctx.store.audit.list({ event: "user.data_downloaded", limit: 1 });
    assert.equal(record?.userId, user.id);
  });

  test("has everything about its user, and nothing that is stored as a hash, a key or a secret", async () => {
    const folder = mkdtempSync(join(tmpdir(), "doorcode-own-data-"));
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(() => rmSync(folder, { recursive: true }));
    const sqliteFile = join(folder, "tenant.db");
    const tenant = cleanup.use(await startTestTenant({ sqliteFile }));
    const kept = await fillEveryTable(tenant);
    const { store, clock } = tenant.context;
    const user = await store.directory.findUser(kept.userId);
    assert.ok(user);
    const now = clock.now();
    const [live] = await store.tokens.listFamilies({ userId: user.id, limit: 1, now });
    await store.tokens.revokeFamily(live?.id ?? "", "signed_out", now, sampleAudit("x"));
    const data = JSON.parse(JSON.stringify(await dataOf(store, user, { tenant: "Contoso", now })));
    const counts = (names: string[]) => names.map((name) => [name, data[name].length]);
    const lists = ["endedDevices", "browsers", "groups", "assignments", "acceptedTerms", "activity"];
    for (const [name, count] of counts(lists)) assert.ok(count > 0, name);
    assert.deepEqual(
      data.groups.map(({ name }: { name: string }) => name),
      ["Readers"],
    );
    const text = JSON.stringify(data);
    const secrets = secretsIn(sqliteFile);
    assert.ok(secrets.length > 20, `${secrets.length} secrets`);
    for (const [where, value] of secrets) assert.ok(!text.includes(value), `${where} is in the file`);
    for (const value of [kept.refreshToken, kept.cookie, kept.totpSecret, kept.recoveryCode, kept.deviceCode]) {
      assert.ok(!text.includes(value));
    }
  });

  test("is not given to an old sign-in, to a password alone, or to a link", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser } = await atHome(under);
    const page = await browser.get("/me/data");
    assert.match((await browser.send(page, "/me/data/download")).at, /^\/second-factor\/email/);
    assert.equal((await browser.get("/me/data/download")).status, 405);
    under.advance(RECENT_SIGN_IN_MS);
    assert.equal((await browser.send(page, "/me/data/download")).heading, "Confirm it’s you");
    assert.deepEqual(await under.ctx.store.audit.list({ event: "user.data_downloaded", limit: 1 }), []);
  });
});

describe("deleting an account", { concurrency: true }, () => {
  test("takes its address, typed, and signs out everything", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHomeByBoth(under);
    const id = await signedInDevice(under, user);
    const page = await browser.get("/me/data/delete");
    for (const email of ["", "grace@contoso.example", "ada"]) {
      const wrong = await browser.send(page, "/me/data/delete", { email });
      assert.equal(wrong.status, 422);
      assert.match(textOf(wrong.html), /isn’t the address/);
    }
    const before = browser.cookie;
    const deleted = await browser.send(page, "/me/data/delete", { email: " Ada@Contoso.example" });
    assert.equal(deleted.heading, "Your account is deleted");
    assert.notEqual(browser.cookie, before);
    assert.equal(await under.ctx.store.directory.findUser(user.id), undefined);
    assert.equal((await under.ctx.store.tokens.findFamily(id))?.revokedReason, "user_deleted");
    const [mail] = await under.mailsTo(ADA);
    assert.equal(mail?.subject, "Your Contoso account was deleted");
    const [record] = await under.ctx.store.audit.list({ event: "user.deleted", limit: 1 });
    assert.deepEqual([record?.actor, record?.userId, record?.detail], ["user", user.id, {}]);
    const again = under.browser();
    assert.equal((await signIn(again, await openAccountSignIn(again), ADA)).status, 422);
  });

  test("waits while an address can be taken back, and says until when and why", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHomeByBoth(under);
    await changeAddress(under, browser, "ada.lovelace@contoso.example");
    const page = await browser.get("/me/data/delete");
    const later = await browser.send(page, "/me/data/delete", { email: "ada.lovelace@contoso.example" });
    assert.deepEqual([later.status, later.heading], [409, "You can’t delete your account yet"]);
    assert.match(textOf(later.html), /Until 22 January 2026 at 12:00 UTC, the reader of the old address/);
    assert.ok(await under.ctx.store.directory.findUser(user.id));
  });

  test("is refused to the only administrator, and keeps what was typed", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHomeByBoth(under);
    await seed(under.ctx.store).setUserAdministrator(user.id, true);
    const page = await browser.get("/me/data/delete");
    const refused = await browser.send(page, "/me/data/delete", { email: ADA });
    assert.match(textOf(refused.html), /only administrator/);
    assert.match(refused.html, /value="ada@contoso\.example"/);
    assert.ok(await under.ctx.store.directory.findUser(user.id));
  });

  test("in two tabs at once ends with one deletion and one signed-out page", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser } = await atHomeByBoth(under);
    const page = await browser.get("/me/data/delete");
    const both = await Promise.all([1, 2].map(() => browser.send(page, "/me/data/delete", { email: ADA })));
    assert.ok(both.some(({ heading }) => heading === "Your account is deleted"));
    assert.equal((await under.ctx.store.audit.list({ event: "user.deleted", limit: 9 })).length, 1);
  });
});
