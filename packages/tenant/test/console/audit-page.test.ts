import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { AUDIT_EVENTS, type AuditEvent } from "../../src/storage/audit-events.ts";
import type { AuditRecord } from "../../src/storage/store.ts";
import { languages, locales } from "../../src/ui/i18n/languages.ts";
import { seed } from "../fixtures/seed.ts";
import { textOf, unescapeHtml } from "../interaction/browser.ts";
import { CONSOLE_KEY, type PagesUnderTest } from "../interaction/pages-under-test.ts";
import { embeddedConsole, servedConsole } from "./console-under-test.ts";

const MINUTE = 60_000;

const writer =
  ({ ctx }: PagesUnderTest) =>
  (event: string, about: Partial<AuditRecord> = {}) =>
    ctx.store.audit.write({
      ...{
        at: ctx.clock.now(),
        event,
        actor: "user",
        userId: null,
        clientId: null,
        grantId: null,
        ip: null,
        detail: {},
      },
      ...about,
    });

const count = (html: string) => [...html.matchAll(/<details class="record /g)].length;
const linkTo = (html: string, pattern: RegExp) => pattern.exec(html)?.[1]?.replaceAll("&amp;", "&") ?? "";

describe("the audit page of the console", { concurrency: true }, () => {
  test("shows each record as a sentence, newest first, and opens to all that is known", async (t) => {
    const under = await embeddedConsole(t);
    const ada = await under.person("ada@contoso.example");
    const write = writer(under);
    await write("device_grant.approved", { userId: ada.id, clientId: under.device.clientId, ip: "203.0.113.7" });
    under.advance(MINUTE);
    await write("user.second_factor_failed", { userId: ada.id, detail: { method: "app" } });
    const { html, status } = await under.operator.get("/console/audit");
    assert.equal(status, 200);
    const text = textOf(html);
    assert.match(
      text,
      /The second step of ada@contoso\.example failed: authenticator app.*ada@contoso\.example approved Contoso Player from 203\.0\.113\.7/,
    );
    assert.match(text, /App Contoso Player/);
    assert.match(text, /IP address 203\.0\.113\.7 Only this address/);
    assert.match(text, /2026-01-15T12:00:00\.000Z/);
  });

  test("finds by event, user, app, address and time, and keeps in the address what was searched for", async (t) => {
    const under = await embeddedConsole(t);
    const [ada, bob] = [await under.person("ada@contoso.example"), await under.person("bob@contoso.example")];
    const write = writer(under);
    const { clientId } = under.device;
    await write("user.signed_in", { userId: ada.id, ip: "203.0.113.7" });
    await write("device_grant.approved", { userId: bob.id, clientId, ip: "203.0.113.8" });
    await write("refresh_token.rotated", { userId: ada.id, clientId });
    under.advance(60 * MINUTE);
    await write("user.signed_in", { userId: bob.id, ip: "203.0.113.7" });
    const local = (at: number) => new Date(at - new Date(at).getTimezoneOffset() * MINUTE).toISOString().slice(0, 16);
    const searches: [query: Record<string, string>, found: number][] = [
      [{ event: "user.signed_in" }, 2],
      [{ person: " ADA@contoso.example ", event: "user.signed_in" }, 1],
      [{ person: bob.id, event: "device_grant.approved" }, 1],
      // Its registration, too.
      [{ app: "contoso PLAYER" }, 2],
      [{ app: clientId.toUpperCase(), event: "device_grant.approved" }, 1],
      [{ event: "refresh_token.rotated", person: ada.id }, 1],
      [{ ip: "203.0.113.7" }, 2],
      [{ ip: "203.0.113.7", from: local(under.ctx.clock.now()) }, 1],
      [{ event: "user.signed_in", to: local(under.ctx.clock.now()) }, 1],
      [{ person: randomUUID() }, 0],
    ];
    for (const [query, found] of searches) {
      const page = await under.operator.get(`/console/audit?${new URLSearchParams(query)}`);
      assert.deepEqual([page.status, count(page.html)], [200, found], JSON.stringify(query));
      const exported = await under.operator.send(page, "/console/audit/export");
      assert.equal(exported.html.split("\n").filter(Boolean).length, found);
    }
    const narrowed = linkTo(
      (await under.operator.get("/console/audit?ip=203.0.113.7")).html,
      /class="narrow-to" href="([^"]*)"/,
    );
    assert.match(narrowed, /ip=203\.0\.113\.7/);
    assert.match(narrowed, /event=user\.signed_in/);
  });

  test("lists each event to choose by a readable name, below what it is about, in both languages", async (t) => {
    const { operator } = await embeddedConsole(t);
    for (const locale of locales) {
      const { auditEvents, auditKinds } = languages[locale].messages;
      const { html } = await operator.get(`/console/audit?ui_locales=${locale}`);
      const options = [...html.matchAll(/<option value="(\w+\.\w+)">([^<]*)</g)];
      assert.deepEqual(options.map(([, event]) => event).sort(), [...AUDIT_EVENTS].sort());
      for (const [, event = "", label = ""] of options) {
        const name = auditEvents[event as AuditEvent];
        assert.match(name ?? "", /^[\p{Lu}“„][^_.]{3,}$/u, event);
        assert.ok(unescapeHtml(label).startsWith(`${name} (`), label);
      }
      assert.equal(new Set(Object.values(auditEvents)).size, AUDIT_EVENTS.length, "no two have the same name");
      assert.deepEqual(Object.keys(auditEvents).sort(), [...AUDIT_EVENTS].sort());
      const groups = [...html.matchAll(/<optgroup label="([^"]*)"/g)].map(([, label = ""]) => unescapeHtml(label));
      assert.deepEqual(groups.sort(), Object.values(auditKinds).sort());
      assert.doesNotMatch(groups.join(), /_/);
    }
  });

  test("says at each field what is wrong, finds nothing meanwhile, and keeps what was typed", async (t) => {
    const { operator } = await embeddedConsole(t);
    const wrong: Record<string, [typed: string, sentence: RegExp]> = {
      event: ["user.vanished", /no such event/],
      person: ["nemo@contoso.example", /No one has this address/],
      app: ["No such app", /No app has this name/],
      ip: ["203.0.113.999", /isn’t an IP address/],
      from: ["yesterday", /isn’t a time/],
      to: ["2026-13-45T99:99", /isn’t a time/],
    };
    for (const [name, [typed, sentence]] of Object.entries(wrong)) {
      const page = await operator.get(`/console/audit?${new URLSearchParams({ [name]: typed })}`);
      assert.equal(page.status, 422, name);
      assert.match(textOf(page.html), sentence);
      assert.equal(count(page.html), 0);
      if (name !== "event") assert.match(page.html, new RegExp(`name="${name}"[^>]*value="${typed}"`));
    }
    const all = Object.fromEntries(Object.entries(wrong).map(([name, [typed]]) => [name, typed]));
    const page = await operator.get(`/console/audit?${new URLSearchParams(all)}`);
    for (const [, sentence] of Object.values(wrong)) assert.match(textOf(page.html), sentence);
    for (const strange of ["%00", "x".repeat(5_000), "%F0%9F%98%80", "%", "after=x", "after=WzFd"]) {
      const { status } = await operator.get(`/console/audit?person=${strange}&${strange}`);
      assert.ok(status < 500, strange);
    }
  });

  test("is read in pages of 50, each record once, whatever is written meanwhile", async (t) => {
    const under = await embeddedConsole(t);
    const write = writer(under);
    // Many of one moment.
    for (let number = 0; number < 120; number++) await write("passkey.added", { detail: { number } });
    const seen: string[] = [];
    for (let path = "/console/audit?event=passkey.added"; path !== ""; ) {
      const { html } = await under.operator.get(path);
      assert.ok(count(html) <= 50);
      seen.push(...[...html.matchAll(/<code>number<\/code><\/dt><dd><bdi>(\d+)</g)].map(([, number]) => number!));
      await write("passkey.added", { detail: { number: 1_000 } });
      path = linkTo(html, /href="(\/console\/audit\?(?!ui_locales)[^"]*after=[^"]*)"/);
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 120 }, (_, index) => String(119 - index)),
    );
  });

  test("is downloaded as JSON lines, as the command line prints them, named by tenant and day", async (t) => {
    const under = await embeddedConsole(t);
    under.ctx.config.name = 'Contoso "Überall"/..\r\nX: y';
    const write = writer(under);
    // More than one statement of the download reads.
    for (let number = 0; number < 1_001; number++) await write("passkey.added", { detail: { number, text: "a\nb" } });
    const { html, headers } = await under.operator.send(
      await under.operator.get("/console/audit?event=passkey.added"),
      "/console/audit/export",
    );
    assert.match(String(headers["content-disposition"]), /^attachment; filename="audit-[\w.-]+-2026-01-15\.jsonl"$/);
    assert.match(String(headers["content-type"]), /^application\/x-ndjson/);
    assert.equal(headers["cache-control"], "no-store");
    const lines = html
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ detail }) => detail.number),
      Array.from({ length: 1_001 }, (_, index) => 1_000 - index),
    );
    assert.deepEqual(Object.keys(lines[0]), [
      "at",
      "event",
      "actor",
      "user_id",
      "client_id",
      "grant_id",
      "ip",
      "detail",
    ]);
    assert.equal(lines[0].at, "2026-01-15T12:00:00.000Z");
  });

  test("a download holds one part of the log in memory at a time, and ends when the browser is gone", async (t) => {
    const under = await embeddedConsole(t);
    const { search } = under.ctx.store.audit;
    let [asked, largest] = [0, 0];
    const record = {
      at: 1,
      event: "passkey.added",
      actor: "user" as const,
      userId: null,
      clientId: null,
      grantId: null,
    };
    const page = await under.operator.get("/console/audit");
    under.ctx.store.audit.search = async (of) => {
      asked++;
      largest = Math.max(largest, of.limit);
      const found = { ...record, ip: null, detail: {}, seq: 1_000_000 - asked };
      return { records: [found], next: asked < 40 ? { at: 1, seq: found.seq } : null };
    };
    t.after(() => {
      under.ctx.store.audit.search = search;
    });
    let [others, ended] = [0, false];
    const other = () => {
      others++;
      if (!ended) setImmediate(other);
    };
    other();
    const { html } = await under.operator.send(page, "/console/audit/export");
    ended = true;
    assert.ok(others >= 40, `other work had ${others} turns while 40 statements ran`);
    assert.deepEqual([html.split("\n").filter(Boolean).length, asked], [40, 40]);
    assert.ok(largest <= 1_000);
  });

  test("a browser downloads one part of the log at a time, and each download is in the log, with what was asked", async (t) => {
    const under = await embeddedConsole(t);
    const page = await under.operator.get("/console/audit?event=app.secret_added&ip=203.0.113.7");
    const { search } = under.ctx.store.audit;
    const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    under.ctx.store.audit.search = async (of) => {
      if (of.limit <= 50) return search(of);
      asked.resolve();
      await answer.promise;
      return { records: [], next: null };
    };
    const first = under.operator.send(page, "/console/audit/export");
    await asked.promise;
    const second = await under.operator.send(page, "/console/audit/export");
    assert.equal(second.status, 422);
    assert.match(textOf(second.html), /already downloading records/);
    const other = under.browser();
    await other.send(await other.get("/console"), "/console/enter", { key: CONSOLE_KEY });
    const theirs = other.send(await other.get("/console/audit"), "/console/audit/export");
    answer.resolve();
    assert.deepEqual([(await first).status, (await theirs).status], [200, 200]);
    assert.equal((await under.operator.send(page, "/console/audit/export")).status, 200);
    const found = await under.ctx.store.audit.list({ event: "audit_log.downloaded", limit: 9 });
    assert.deepEqual(
      found.map(({ actor, detail }) => [actor, detail]),
      [
        ["operator", { event: "app.secret_added", ip: "203.0.113.7" }],
        ["operator", {}],
        ["operator", { event: "app.secret_added", ip: "203.0.113.7" }],
      ],
    );
  });

  test("a download breaks off once the administrator has lost the right", async (t) => {
    const under = await servedConsole(t);
    const { browser, user } = await under.signedIn();
    const page = await browser.get("/console/audit");
    const { search } = under.ctx.store.audit;
    const parts: number[] = [];
    under.ctx.store.audit.search = async (of) => {
      if (of.limit <= 50) return search(of);
      if (parts.push(of.limit) === 2) await seed(under.ctx.store).setUserAdministrator(user.id, false);
      return { records: [], next: parts.length < 40 ? { at: 1, seq: 1_000 - parts.length } : null };
    };
    // Over the network, the connection is cut.
    await browser.send(page, "/console/audit/export").catch(() => undefined);
    assert.equal(parts.length, 2);
    const [record] = await under.ctx.store.audit.list({ event: "console.audit_log.downloaded", limit: 1 });
    assert.equal(record?.userId, user.id);
  });

  test("of a served tenant shows an administrator's own changes, with who made them", async (t) => {
    const under = await servedConsole(t);
    const { browser, user } = await under.signedIn();
    const bob = await under.person("bob@contoso.example");
    await writer(under)("console.user.changed", { userId: user.id, detail: { user_id: bob.id } });
    const { html } = await browser.get(`/console/audit?person=${bob.email}`);
    assert.equal(count(html), 1);
    assert.match(
      textOf(html),
      new RegExp(`Details of bob@contoso\\.example were changed, by ${user.email} ?, in the console`),
    );
  });
});
