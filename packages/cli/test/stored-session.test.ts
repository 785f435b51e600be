import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createClient, type Json, openFileStore } from "@doorcode/client";
import { cachedToken, isSameApp, offlineStatus } from "../src/stored-session.cts";
import { scratch } from "./cli-process.ts";

const app = { authority: "https://issuer.example/tenant", clientId: "app" };
const owner = `${app.clientId}|${app.authority}`;
const now = Date.now();
const hour = 3_600_000;

interface Stored {
  scopes: string[];
  /** Scopes in the record's key. By default, `scopes`. */
  asked?: string[];
  expires: number;
  obtained?: number;
}

/**
 * The token that the fast path of `doorcode token` prints, and the one that the client returns, from a store with these
 * tokens.
 */
async function answersOf(t: Parameters<typeof scratch>[0], tokens: [name: string, stored: Stored][]) {
  const directory = await scratch(t);
  const store = await openFileStore({ directory });
  const account = { id: "ada", username: "ada@contoso.example", issuer: app.authority, authority: app.authority };
  const records: [string, Json][] = [
    ["default:default", { ...app, accountId: "ada", scopes: ["read"], apis: [] }],
    [`account:${owner}|ada`, { ...account, client_id: app.clientId, signed_in_at: now }],
    ...tokens.map(([token, { scopes, asked = scopes, expires, obtained }]): [string, Json] => [
      `access:${owner}|ada|${[...asked].sort().join(" ")}`,
      { token, scopes, expires_at: expires, ...(obtained !== undefined && { obtained_at: obtained }) },
    ]),
  ];
  await store.change(records.map(([put, value]) => ({ put, value })));
  const transport = { send: () => assert.fail("a request was sent") };
  const client = createClient({ ...app, store, transport });
  return {
    fast: cachedToken([], { DOORCODE_STORE_DIR: directory })?.trimEnd(),
    client: (await client.getToken({ scopes: ["read"] })).token,
  };
}

describe("the fast path and the client choose the same one of several stored tokens:", () => {
  const both = ["read", "write"];
  const rows: [what: string, tokens: [string, Stored][]][] = [
    [
      "the one that expires last, regardless of the requested scopes",
      [
        ["right", { scopes: both, expires: now + 2 * hour, obtained: now - hour }],
        ["exact", { scopes: ["read"], expires: now + hour, obtained: now }],
      ],
    ],
    [
      "the newest of those that expire together",
      [
        ["right", { scopes: both, expires: now + hour, obtained: now }],
        ["exact", { scopes: ["read"], expires: now + hour, obtained: now - hour }],
        ["undated", { scopes: [...both, "more"], expires: now + hour }],
      ],
    ],
    [
      "of equal ones the one for exactly these scopes",
      [
        ["right", { scopes: ["read"], expires: now + hour, obtained: now }],
        ["more", { scopes: both, expires: now + hour, obtained: now }],
      ],
    ],
    [
      "one requested with exactly these scopes, even if the issuer granted others",
      [
        ["right", { scopes: ["granted"], asked: ["read"], expires: now + hour, obtained: now }],
        ["other", { scopes: ["write"], expires: now + 2 * hour, obtained: now }],
      ],
    ],
  ];
  for (const [what, tokens] of rows) {
    test(what, async (t) => {
      for (const inThisOrder of [tokens, tokens.toReversed()]) {
        assert.deepEqual(await answersOf(t, inThisOrder), { fast: "right", client: "right" });
      }
    });
  }
});

test("a token from before the clock was set back is not printed, however long it seems to last", async (t) => {
  const directory = await scratch(t);
  const store = await openFileStore({ directory });
  const account = { id: "ada", username: "ada@contoso.example", issuer: app.authority, authority: app.authority };
  const token = (obtained: number) => ({
    token: "t",
    scopes: ["read"],
    expires_at: now + 9 * hour,
    obtained_at: obtained,
  });
  const keep = (obtained: number) => store.change([{ put: `access:${owner}|ada|read`, value: token(obtained) }]);
  await store.change([
    { put: "default:default", value: { ...app, accountId: "ada", scopes: ["read"], apis: [] } },
    { put: `account:${owner}|ada`, value: { ...account, client_id: app.clientId, signed_in_at: now } },
  ]);
  const env = { DOORCODE_STORE_DIR: directory };
  const status = (...argv: string[]) => offlineStatus(argv, env, 80)?.stdout ?? "";
  await keep(now + hour);
  assert.equal(cachedToken([], env), undefined);
  assert.equal(cachedToken(["--min-ttl", "0s"], env), undefined);
  assert.match(status(), /issued before the clock was set back; renewed when needed/);
  assert.equal(JSON.parse(status("--json")).token.expired, true);
  await keep(now);
  assert.equal(cachedToken([], env), "t\n");
  assert.equal(JSON.parse(status("--json")).token.expired, false);
});

test("the fast path and the client ignore a damaged account in the store", async (t) => {
  const directory = await scratch(t);
  const store = await openFileStore({ directory });
  await store.change([
    { put: "default:default", value: { ...app, accountId: "ada", scopes: [], apis: [] } },
    { put: `account:${owner}|ada`, value: { id: "ada", username: 7 } },
  ]);
  assert.equal(offlineStatus([], { DOORCODE_STORE_DIR: directory }, 80)?.exit, 3);
  assert.deepEqual(await createClient({ ...app, store }).accounts(), []);
});

test("an app at an issuer is the same in every spelling, and differs from any other", () => {
  assert.ok(isSameApp(app, { ...app, authority: "https://ISSUER.example/tenant//" }));
  const guid = "0b7d1c2e-1f6e-4a3b-9c8d-7e6f5a4b3c2d";
  const entra = { authority: `https://contoso.ciamlogin.com/${guid}`, clientId: guid };
  const upper = guid.toUpperCase();
  assert.ok(isSameApp(entra, { authority: `https://contoso.ciamlogin.com/${upper}/`, clientId: upper }));
  assert.ok(!isSameApp(app, { ...app, authority: "https://issuer.example/Tenant" }), "another issuer on that host");
  assert.ok(!isSameApp(app, { ...app, clientId: "APP" }));
  assert.ok(!isSameApp(app, { ...app, authority: "https://issuer.example/other" }));
  assert.ok(!isSameApp(app, { ...app, clientId: "app2" }));
});
