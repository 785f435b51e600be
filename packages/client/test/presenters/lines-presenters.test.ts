import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SignInEvent } from "../../src/client.ts";
import { choosePresenter } from "../../src/presenters/choose-presenter.ts";
import { jsonPresenter } from "../../src/presenters/json-presenter.ts";
import { plainPresenter } from "../../src/presenters/plain-presenter.ts";
import { about, account, codeEvent, escapes, manualClock, output } from "./presenter-fixtures.ts";

const events: SignInEvent[] = [
  codeEvent(),
  { event: "waiting", expiresAt: 900_000 },
  { event: "retrying", reason: "the connection was reset", delay: 5_000 },
  { event: "retrying", reason: "the connection was reset", delay: 10_000 },
  { event: "waiting", expiresAt: 900_000 },
  { event: "slowed", interval: 10_000 },
  { event: "signed_in", account },
];

describe("the plain presenter", () => {
  test("writes whole lines, each fact once, with no escape sequence", () => {
    const stream = output({ isTTY: false });
    const presenter = plainPresenter({
      stream,
      env: {},
      clock: manualClock(),
      appName: "ToDo list",
      deviceName: "tv-3",
    });
    for (const event of events) presenter.show(event, about);
    assert.deepEqual(stream.text.split("\n"), [
      "Sign in to use ToDo list on tv-3",
      "Issuer: login.contoso.example",
      "Open this page on any device: https://contoso.example/device",
      "Enter this code: WDJB-MJHT",
      "This code is for you only. Never enter a code that someone sent you.",
      "The code expires in 15 minutes. Waiting.",
      "the connection was reset; trying again.",
      "The issuer is responding again. Waiting.",
      "Signed in as Ada (ada@contoso.example).",
      "",
    ]);
  });
});

const browser: SignInEvent = {
  event: "browser",
  url: `https://login.contoso.example/authorize?${"a=1&".repeat(300)}b=2`,
};

describe("the plain presenter, when a browser signs in", () => {
  test("writes the whole URL for copying, and what to do if the issuer's page rejects it", () => {
    const stream = output({ isTTY: false });
    plainPresenter({ stream, env: {}, appName: "ToDo list" }).show(browser, about);
    const lines = stream.text.trimEnd().split("\n");
    assert.deepEqual(lines.slice(0, 3), [
      "Sign in to use ToDo list",
      "Issuer: login.contoso.example",
      `This page opens in your browser. If it does not, open it on this computer: ${browser.url}`,
    ]);
    assert.match(lines[3] ?? "", /redirect URI: register http:\/\/localhost /);
    assert.equal(lines[4], "Waiting for the browser.");
    assert.doesNotMatch(stream.text, escapes);
  });
});

describe("the JSON presenter", () => {
  test("shows the URL for the browser unchanged", () => {
    const stream = output();
    jsonPresenter({ stream }).show(browser, about);
    assert.deepEqual(JSON.parse(stream.text), { v: 1, event: "browser", url: browser.url });
  });

  test("writes one event per line, with the documented members", () => {
    const stream = output();
    const presenter = jsonPresenter({ stream });
    for (const event of events) presenter.show(event, about);
    const lines = stream.text.trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)).filter((_, at) => [0, 1, 2, 5, 6].includes(at)),
      [
        {
          v: 1,
          event: "code",
          user_code: "WDJB-MJHT",
          verification_uri: "https://contoso.example/device",
          verification_uri_complete: "https://contoso.example/device?user_code=WDJB-MJHT",
          expires_at: "1970-01-01T00:15:00.000Z",
          message: "To sign in, open https://contoso.example/device and enter the code WDJB-MJHT.",
        },
        { v: 1, event: "waiting", expires_at: "1970-01-01T00:15:00.000Z" },
        { v: 1, event: "retrying", reason: "the connection was reset", delay: 5_000 },
        { v: 1, event: "slowed", interval: 10_000 },
        {
          v: 1,
          event: "signed_in",
          account: {
            id: account.id,
            username: account.username,
            name: "Ada",
            tenant_id: "tid",
            issuer: account.issuer,
            authority: account.authority,
            client_id: account.clientId,
          },
          not_granted: [],
        },
      ],
    );
  });
});

describe("the choice of a presenter", () => {
  const chosen = async (stream: ReturnType<typeof output>, env: NodeJS.ProcessEnv) => {
    const presenter = choosePresenter({ stream, env, clock: manualClock() });
    await presenter.show(codeEvent("http://localhost"), about);
    presenter.end?.("cancelled");
    return escapes.test(stream.text) ? "terminal" : "plain";
  };

  test("redraws only on a terminal, and never with TERM=dumb or DOORCODE_PLAIN", async () => {
    assert.equal(await chosen(output(), { TERM: "xterm" }), "terminal");
    assert.equal(await chosen(output({ isTTY: false }), { TERM: "xterm" }), "plain");
    assert.equal(await chosen(output(), { TERM: "dumb" }), "plain");
    assert.equal(await chosen(output(), { TERM: "xterm", DOORCODE_PLAIN: "1" }), "plain");
  });

  test("keeps the order of events while the presenter loads", async () => {
    const stream = output({ isTTY: false });
    const presenter = choosePresenter({ stream, env: {}, clock: manualClock() });
    await Promise.all(events.map((event) => presenter.show(event, about)));
    assert.match(stream.text, /^Sign in[\s\S]*Enter this code[\s\S]*trying again[\s\S]*Signed in as Ada.*\n$/);
  });
});
