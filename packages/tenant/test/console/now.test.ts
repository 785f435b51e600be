import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { textOf } from "../interaction/browser.ts";
import { demandMfa } from "../interaction/second-factor/authenticator.ts";
import { walkToConfirm } from "../interaction/walks.ts";
import { redemption } from "../storage/samples.ts";
import { embeddedConsole } from "./console-under-test.ts";

/** The words of one request, by its code. */
function requestOn(html: string, userCode: string): string {
  const article = html.split("<article").find((part) => part.includes(userCode.slice(0, 3))) ?? "";
  return textOf(article.split("</article>")[0] ?? "").replace(/\s+/g, " ");
}

const stepsOn = (html: string) =>
  [...html.matchAll(/<li class="(\w+)"[^>]*>([A-Za-z ]+)/g)].map(([, state, step]) => `${step} ${state}`);

describe("Now", { concurrency: true }, () => {
  test("says so when no device waits", async (t) => {
    const { page } = await embeddedConsole(t);
    assert.match(textOf(page.html), /No device is waiting to be signed in/);
    assert.match(textOf(page.html), /it appears here at once/);
    assert.match(textOf(page.html), /No email yet/);
  });

  test("follows a request from its code to its tokens", async (t) => {
    const { ctx, operator, grant, person, browser, advance } = await embeddedConsole(t);
    const { id, userCode } = await grant({ deviceName: "Living-room TV" });
    const user = await person();
    const look = async () => (await operator.get("/console")).html;

    const asked = await look();
    assert.match(requestOn(asked, userCode), /Contoso Player · says it is “Living-room TV” · this computer/);
    assert.match(requestOn(asked, userCode), /15:00 left/);
    assert.match(requestOn(asked, userCode), /Asks for openid/);
    assert.deepEqual(stepsOn(asked), [
      "Asked present",
      "Opened ahead",
      "Signed in ahead",
      "Decided ahead",
      "Tokens ahead",
    ]);

    advance(61_000);
    const phone = browser("203.0.113.24");
    const confirm = await walkToConfirm(phone, userCode, user.email);
    const claimed = await look();
    assert.match(requestOn(claimed, userCode), /13:59/);
    assert.match(requestOn(claimed, userCode), /ada@contoso\.example/);
    assert.deepEqual(stepsOn(claimed).slice(1, 4), ["Opened done", "Signed in present", "Decided ahead"]);

    await phone.send(confirm, "/confirm", { decision: "yes" });
    assert.equal((await ctx.store.grants.findById(id))?.status, "approved");
    const approved = await look();
    assert.deepEqual(stepsOn(approved).slice(3), ["Approved present", "Tokens ahead"]);
    assert.doesNotMatch(approved, /action="\/console\/approve"/);
    assert.match(textOf(approved), /No device is waiting/);
  });

  test("approves for a person, and says in the audit log who did", async (t) => {
    const { ctx, operator, grant, person } = await embeddedConsole(t);
    const { id, userCode } = await grant();
    const user = await person();
    const page = await operator.get("/console");
    assert.match(page.html, /<option value="ada@contoso\.example">/);
    const after = await operator.send(page, "/console/approve", { as: ` ${user.email.toUpperCase()} ` });
    assert.equal(after.at, "/console");
    assert.equal((await ctx.store.grants.findById(id))?.status, "approved");
    const [record] = await ctx.store.audit.list({ event: "device_grant.approved", limit: 1 });
    assert.deepEqual([record?.actor, record?.userId, record?.grantId], ["operator", user.id, id]);
    assert.deepEqual(stepsOn(after.html), ["Asked done", "Approved present", "Tokens ahead"]);
    assert.doesNotMatch(after.html, new RegExp(`value="${userCode}"`));
  });

  test("leads from a request that is over to the timeline of its sign-in, and says whether that has ended", async (t) => {
    const under = await embeddedConsole(t);
    const { ctx, operator, grant, person } = under;
    const { id } = await grant();
    const user = await person();
    await operator.send(await operator.get("/console"), "/console/approve", { as: user.email });
    const { store, clock } = ctx;
    const approved = await store.grants.findById(id);
    const redeemed = redemption(approved!, user.id, clock.now());
    assert.equal((await store.tokens.redeem(redeemed)).outcome, "redeemed");
    const signedIn = await operator.get("/console");
    assert.match(textOf(signedIn.html), /Timeline tokens taken/);
    assert.match(signedIn.html, new RegExp(`href="[^"]*/sign-ins/${redeemed.family.id}"`));
    const timeline = await operator.get(`/console/sign-ins/${redeemed.family.id}`);
    await operator.send(timeline, `/console/sign-ins/${redeemed.family.id}`);
    assert.match(textOf((await operator.get("/console")).html), /Timeline sign-in ended/);
  });

  test("declines and expires, each once", async (t) => {
    const { ctx, operator, grant } = await embeddedConsole(t);
    const [one, two] = [await grant(), await grant()];
    const page = await operator.get("/console");
    await operator.send(page, "/console/decline", { code: one.userCode });
    await operator.send(page, "/console/expire", { code: two.userCode });
    const found = await Promise.all([one, two].map(({ id }) => ctx.store.grants.findById(id)));
    assert.deepEqual(
      found.map((grant) => [grant?.status, grant?.denialReason, (grant?.expiresAt ?? 0) <= ctx.clock.now()]),
      [
        ["denied", "operator", false],
        ["pending", null, true],
      ],
    );
    const again = await operator.send(page, "/console/decline", { code: one.userCode });
    assert.equal(again.status, 422);
    assert.match(textOf(again.html), /decided a moment ago/);
    const late = await operator.send(page, "/console/expire", { code: two.userCode });
    assert.match(textOf(late.html), /has expired/);
  });

  test("says why an approval is refused, and keeps what was chosen", async (t) => {
    const under = await embeddedConsole(t);
    const { operator, grant, person, ctx } = under;
    await person();
    await demandMfa(under, "totp");
    const { id, userCode } = await grant();
    const page = await operator.get("/console");
    const cases = [
      [{ as: "" }, /Enter the email address/],
      [{ as: "eve@contoso.example" }, /No account has this email address/],
      [{ as: "ada@contoso.example" }, /needs a second factor/],
      [{ as: "ada@contoso.example", code: "BBBB-BBBB" }, /No device shows this code/],
      [{ as: "ada@contoso.example", code: "" }, /No device shows this code/],
    ] as const;
    for (const [values, why] of cases) {
      const refused = await operator.send(page, "/console/approve", { ...values });
      assert.equal(refused.status, 422);
      assert.match(textOf(refused.html), why);
      if (!("code" in values) && values.as !== "") assert.ok(refused.html.includes(`value="${values.as}"`));
    }
    assert.equal((await ctx.store.grants.findById(id))?.status, "pending");
    await operator.send(page, "/console/approve", { as: "ada@contoso.example", mfa: "yes", code: userCode });
    assert.equal((await ctx.store.grants.findById(id))?.status, "approved");
  });

  test("shows 50 requests of many, and the others on further pages", async (t) => {
    const { operator, grant } = await embeddedConsole(t);
    for (let i = 0; i < 120; i++) await grant({ expiresInMs: 600_000 + i });
    const seen = new Set<string>();
    for (let at: string | undefined = "/console"; at !== undefined; ) {
      const { html } = await operator.get(at);
      assert.match(textOf(html), /120 devices are waiting/);
      for (const [, id] of html.matchAll(/<article class="req" id="request-([^"]+)"/g)) seen.add(id ?? "");
      at = /href="(\/console\?after=[^"]+)"/.exec(html)?.[1]?.replaceAll("&amp;", "&");
    }
    assert.equal(seen.size, 120);
    assert.equal((await operator.get("/console?after=%22%5D%5B")).status, 200);
  });

  test("shows the newest mails with their codes", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const mail = (to: string, subject: string, text: string) =>
      ctx.mail.send({ to, subject, text, html: "" }, { expiresAt: ctx.clock.now() + 60_000 });
    await mail("ada@contoso.example", "Your code for Contoso", "Your code:\n\n57377507\n\nValid for 10 minutes.");
    await mail("bob@contoso.example", "A new device", "It was signed in.");
    const { html } = await operator.get("/console");
    assert.match(html, /<output>5737 7507<\/output>/);
    assert.match(textOf(html), /A new device · just now/);
  });

  test("tells in sentences what happened, and what was refused", async (t) => {
    const { ctx, operator, grant, person, device } = await embeddedConsole(t);
    const user = await person();
    const { userCode } = await grant();
    await operator.send(await operator.get("/console"), "/console/approve", { code: userCode, as: user.email });
    const refusal = { why: "redirect_uri", message: "The redirect URI is not registered.", aadsts: 50011 };
    const by = {
      actor: "client",
      clientId: device.clientId,
      userId: null,
      ip: null,
      recorded: false,
      detail: null,
    } as const;
    for (let i = 0; i < 3; i++) ctx.reportRefusal({ ...refusal, ...by });
    ctx.reportRefusal({ ...refusal, ...by, message: "In the audit log already.", recorded: true });
    ctx.reportRefusal({ ...refusal, ...by, message: "Unknown.", aadsts: null, clientId: "<b>x</b>" });
    const text = textOf((await operator.get("/console")).html).replace(/\s+/g, " ");
    assert.match(text, /The operator approved Contoso Player for ada@contoso\.example/);
    assert.equal(text.split(/Contoso Player ?: ?The redirect URI is not registered\./).length, 2, "once");
    assert.match(text, /not registered\. 50011/);
    assert.match(text, /Unknown app <b>x<\/b> ?: ?Unknown\./);
    assert.doesNotMatch(text, /In the audit log already/);
  });

  test("is shown whatever client ID a refused request named", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const lookedUp: string[] = [];
    const { findApp } = ctx.store.directory;
    t.mock.method(ctx.store.directory, "findApp", (id: string) => {
      lookedUp.push(id);
      return findApp(id);
    });
    const about = { why: "app_unknown", detail: null, aadsts: null, recorded: false, ip: null, userId: null };
    for (const clientId of ["\0", "\ud800", "ada@contoso.example", "é"]) {
      ctx.reportRefusal({ ...about, actor: "client", clientId, message: `No app: ${clientId.length}.` });
    }
    const { status, html } = await operator.get("/console");
    assert.equal(status, 200);
    assert.match(textOf(html), /Unknown app ada@contoso\.example/);
    // PostgreSQL refuses a query with a character that no client ID has.
    assert.deepEqual(
      lookedUp.filter((id) => !/^[\x20-\x7e]+$/.test(id)),
      [],
    );
    assert.ok(lookedUp.includes("ada@contoso.example"));
  });

  test("a code that a person typed wrong is said to be a person's, by address if they are signed in", async (t) => {
    const { ctx, operator, browser, person } = await embeddedConsole(t);
    const typed = browser();
    const page = await typed.get("/device");
    await typed.send(page, "/device", { user_code: "BCDF-GHJK" });
    const feed = async (locale: string) => textOf((await operator.get(`/console?ui_locales=${locale}`)).html);
    assert.match(await feed("en"), /A person ?: ?The code that was entered is not known/);
    assert.match(await feed("de"), /Eine Person ?: ?Den eingegebenen Code gibt es nicht/);
    assert.doesNotMatch(await feed("en"), /A program/);
    const { id: userId, email } = await person();
    const about = { message: "Not known.", detail: null, aadsts: null, recorded: false, ip: null };
    ctx.reportRefusal({ ...about, why: "user_code_unknown", actor: "user", clientId: null, userId });
    assert.ok((await feed("en")).replace(/ (?=:)/g, "").includes(`${email}: Not known.`));
  });

  test("a refusal is in the language of the page, with what only this request has; otherwise it says that it is English", async (t) => {
    const { ctx, operator, device } = await embeddedConsole(t);
    const about = {
      aadsts: null,
      recorded: false,
      actor: "client",
      clientId: device.clientId,
      userId: null,
      ip: null,
    } as const;
    const refuse = (why: string, sentence: string, detail: string | null) =>
      ctx.reportRefusal({ ...about, why, detail, message: detail === null ? sentence : `${sentence} ${detail}` });
    refuse("parameter_missing", "The request body must contain the parameter", "'device_code'.");
    refuse("secret_wrong", "The client secret is wrong.", null);
    refuse("quantum_entangled", "Of a newer version.", null);
    const { html } = await operator.get("/console?ui_locales=de");
    assert.match(html, /Der Anfrage fehlt ein Parameter: <bdi lang="en">&#39;device_code&#39;\.<\/bdi>/);
    assert.match(html, /Das Geheimnis der App ist falsch\./);
    assert.match(html, /<bdi lang="en">Of a newer version\.<\/bdi>/);
    const english = textOf((await operator.get("/console?ui_locales=en")).html);
    assert.match(english, /must contain the parameter 'device_code'\./);
  });

  test("says below a refusal what mends it, and leads to where that is done", async (t) => {
    const { ctx, operator, person, device } = await embeddedConsole(t);
    const user = await person();
    const about = { aadsts: null, recorded: false, detail: null };
    const by = { ...about, actor: "user", clientId: device.clientId, userId: user.id, ip: null } as const;
    const feed = async (locale: string) => (await operator.get(`/console?ui_locales=${locale}`)).html;
    const refusals: [why: string, to: string, en: string, de: string][] = [
      ["secret_missing", `/console/apps/${device.clientId}`, "Make it a public client", "zum öffentlichen Client"],
      ["user_disabled", `/console/people/${user.id}`, "Enable the account", "Entsperren Sie das Konto"],
      ["scope_invalid", "/console/apps?kind=api", "Compare the name", "Vergleichen Sie den Namen"],
    ];
    for (const [why] of refusals) ctx.reportRefusal({ why, message: `Refused: ${why}.`, ...by });
    ctx.reportRefusal({ why: "code_expired", message: "Expired.", ...by });
    ctx.reportRefusal({ why: "constructor", message: "Nothing mends it.", ...by });
    ctx.reportRefusal({ why: "app_unknown", message: "No app.", ...by, clientId: "gone" });
    for (const [locale, word] of [
      ["en", 2],
      ["de", 3],
    ] as const) {
      const html = await feed(locale);
      for (const refusal of refusals) {
        const links = html.split(`<a href="${refusal[1]}">`).slice(1);
        const link = links.find((part) => part.split("</a>")[0]?.includes(refusal[word]));
        assert.ok(link, `${locale} ${refusal[0]}`);
      }
      assert.equal(html.split('class="mend"').length, 6, "five of six can be mended");
    }
  });

  test("speaks German", async (t) => {
    const { operator, grant } = await embeddedConsole(t);
    await grant();
    const { html } = await operator.get("/console?ui_locales=de");
    assert.match(html, /<html lang="de"/);
    assert.match(textOf(html), /Ein Gerät wartet auf seine Anmeldung/);
    assert.match(textOf((await operator.get("/console")).html), /Jetzt ablaufen lassen/);
  });
});
