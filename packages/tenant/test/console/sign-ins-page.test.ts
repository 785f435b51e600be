import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { seed } from "../fixtures/seed.ts";
import { signedInDevice } from "../interaction/account/own-account-walks.ts";
import { textOf } from "../interaction/browser.ts";
import { rotation } from "../storage/samples.ts";
import { embeddedConsole, servedConsole } from "./console-under-test.ts";

const idsOn = (html: string) =>
  [...html.matchAll(/<a href="\/console\/sign-ins\/([\da-f-]{36})"/g)].map(([, id]) => id!);

describe("the sign-ins of the console", { concurrency: true }, () => {
  test("are listed with app, user and device, and counted by hour", async (t) => {
    const under = await embeddedConsole(t);
    const user = await under.person();
    const empty = await under.operator.get("/console/sign-ins");
    assert.match(textOf(empty.html), /No program is signed in/);
    const id = await signedInDevice(under, user);
    const { html } = await under.operator.get("/console/sign-ins");
    assert.deepEqual(idsOn(html), [id]);
    assert.match(textOf(html), /Contoso Player ada@contoso\.example Living-room TV/);
    assert.match(
      html,
      /aria-label="Sign-ins, last 24 hours, by hour\. Signed in: 1, Declined: 0, Refused or failed: 0"/,
    );
  });

  test("are found by user and app, and a wrong name is said at its field", async (t) => {
    const under = await embeddedConsole(t);
    const [ada, bob] = [await under.person("ada@contoso.example"), await under.person("bob@contoso.example")];
    const [adas] = [await signedInDevice(under, ada), await signedInDevice(under, bob)];
    for (const query of [
      "person=ADA@contoso.example",
      `person=${ada.id}`,
      "person=ada@contoso.example&app=contoso+player",
    ]) {
      assert.deepEqual(idsOn((await under.operator.get(`/console/sign-ins?${query}`)).html), [adas], query);
    }
    assert.deepEqual(idsOn((await under.operator.get(`/console/sign-ins?app=${randomUUID()}`)).html), []);
    for (const [query, sentence] of [
      ["person=nemo@contoso.example", /No one has this address/],
      ["app=Nothing", /No app has this name/],
    ] as const) {
      const page = await under.operator.get(`/console/sign-ins?${query}`);
      assert.equal(page.status, 422);
      assert.match(textOf(page.html), sentence);
      assert.deepEqual(idsOn(page.html), []);
    }
  });

  test("are read in pages of 50, each once", async (t) => {
    const under = await embeddedConsole(t);
    const user = await under.person();
    const ids = new Set<string>();
    for (let number = 0; number < 52; number++) ids.add(await signedInDevice(under, user, `TV ${number}`));
    const first = await under.operator.get("/console/sign-ins");
    const next = /href="(\/console\/sign-ins\?after=[^"]*)"/.exec(first.html)?.[1] ?? "";
    const second = await under.operator.get(next);
    assert.equal(idsOn(first.html).length, 50);
    assert.deepEqual([...idsOn(first.html), ...idsOn(second.html)].sort(), [...ids].sort());
  });

  test("each has its timeline, from the code to its end, in the order in which it happened", async (t) => {
    const under = await embeddedConsole(t);
    const user = await under.person();
    const id = await signedInDevice(under, user);
    const page = await under.operator.get(`/console/sign-ins/${id}`);
    assert.equal(page.heading, "Sign-in of Contoso Player");
    const steps = [...page.html.matchAll(/<li class="step-(\w+)">(.*?)<\/li>/gs)];
    assert.match(textOf(steps[0]![2]!), /Contoso Player asked for a code/);
    assert.match(textOf(steps.at(-1)![2]!), /Ends, unless it renews before/);
    assert.match(textOf(page.html), /Says it is Living-room TV/);
    const ended = await under.operator.send(page, `/console/sign-ins/${id}`);
    const last = [...ended.html.matchAll(/<li class="step-(\w+)">(.*?)<\/li>/gs)].at(-1)!;
    assert.equal(last[1], "bad");
    assert.match(textOf(last[2]!), /The sign-in of ada@contoso\.example in Contoso Player was ended, by the operator/);
    assert.equal(textOf(ended.html).split("was ended, by the operator").length, 2, "one end, one step");
    assert.doesNotMatch(ended.html, /End this sign-in/);
    assert.deepEqual(idsOn((await under.operator.get("/console/sign-ins")).html), []);
  });

  test("that have ended are listed when they are asked for, revoked or not renewed in time", async (t) => {
    const under = await embeddedConsole(t);
    const user = await under.person();
    const lapsed = await signedInDevice(under, user, "Old TV");
    under.advance(91 * 24 * 3_600_000);
    const page = await under.operator.get("/console/sign-ins");
    assert.deepEqual(idsOn(page.html), []);
    const [running, revoked] = [await signedInDevice(under, user, "TV"), await signedInDevice(under, user, "Printer")];
    await under.operator.send(await under.operator.get(`/console/sign-ins/${revoked}`), `/console/sign-ins/${revoked}`);
    const statesOf = (html: string) =>
      new Map([...html.matchAll(/<tr>.*?<\/tr>/gs)].map(([row]) => [idsOn(row)[0], /ended/.test(textOf(row))]));
    const all = await under.operator.get("/console/sign-ins?state=all&person=ada@contoso.example");
    assert.match(textOf(all.html), /Programs that are signed in, and sign-ins that have ended/);
    const states = statesOf(all.html);
    assert.deepEqual(
      [running, revoked, lapsed].map((id) => states.get(id)),
      [false, true, true],
    );
    const none = await under.operator.get("/console/sign-ins?state=everything");
    assert.deepEqual(idsOn(none.html), [running], "what is not a state changes nothing");
  });

  test("the newest renewals are part of it, and earlier ones are counted", async (t) => {
    const under = await embeddedConsole(t);
    const user = await under.person();
    let hash: string = randomUUID();
    const id = await signedInDevice(under, user, "TV", hash);
    const { store, clock } = under.ctx;
    for (let number = 1; number <= 25; number++) {
      const input = rotation(hash, under.device.clientId, clock.now() + number * 3_600_000);
      assert.equal((await store.tokens.rotate(input)).outcome, "rotated");
      hash = input.next.tokenHash;
    }
    const { html } = await under.operator.get(`/console/sign-ins/${id}`);
    assert.equal([...html.matchAll(/<span>Renewed/g)].length, 20);
    assert.match(textOf(html), /5 earlier renewals not shown/);
  });

  test("ended twice at once, by two operators, is ended once, and the second one sees that it was", async (t) => {
    const under = await embeddedConsole(t);
    const user = await under.person();
    const id = await signedInDevice(under, user);
    const page = await under.operator.get(`/console/sign-ins/${id}`);
    const ends = await Promise.all(
      [1, 2].map(() => under.operator.send(page, `/console/sign-ins/${id}`, {}, { stay: true })),
    );
    assert.deepEqual(ends.map(({ headers }) => headers.location).sort(), [
      ...[`/console/sign-ins/${id}?done=already_ended`, `/console/sign-ins/${id}?done=ended`],
    ]);
    assert.equal((await under.ctx.store.audit.list({ event: "sign_in.revoked", limit: 9 })).length, 1);
    assert.match(
      textOf((await under.operator.get(`/console/sign-ins/${id}?done=already_ended`)).html),
      /had already ended/,
    );
  });

  test("an unknown one is not found, whatever its address", async (t) => {
    const { operator } = await embeddedConsole(t);
    for (const id of [randomUUID(), "x", "%00", "..%2F..", "1' or '1'='1"]) {
      assert.equal((await operator.get(`/console/sign-ins/${id}`)).status, 404, id);
    }
    const csrf = /name="csrf" value="([^"]+)"/.exec((await operator.get("/console")).html)?.[1] ?? "";
    const ended = await operator.post(`/console/sign-ins/${randomUUID()}`, new URLSearchParams({ csrf }).toString());
    assert.equal(ended.at, "/console/sign-ins?done=already_ended");
  });

  test("of a served tenant ends for the administrator who clicks, and for none whose right was withdrawn", async (t) => {
    const under = await servedConsole(t);
    const { browser, user } = await under.signedIn();
    const ada = await under.person();
    const [one, other] = [await signedInDevice(under, ada), await signedInDevice(under, ada)];
    const page = await browser.get(`/console/sign-ins/${one}`);
    assert.match(textOf((await browser.send(page, `/console/sign-ins/${one}`)).html), /The sign-in was ended/);
    const [record] = await under.ctx.store.audit.list({ event: "console.sign_in.revoked", limit: 9 });
    assert.deepEqual([record?.userId, record?.detail.family], [user.id, one]);
    const before = await browser.get(`/console/sign-ins/${other}`);
    await seed(under.ctx.store).setUserAdministrator(user.id, false);
    assert.equal((await browser.send(before, `/console/sign-ins/${other}`)).status, 403);
    assert.equal((await under.ctx.store.tokens.findFamily(other))?.revokedAt, null);
  });
});
