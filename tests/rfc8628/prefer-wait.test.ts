import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { OPERATOR } from "../../packages/tenant/src/admin/admin-context.ts";
import { apps } from "../../packages/tenant/src/admin/apps.ts";
import type { TenantLimits } from "../../packages/tenant/src/directory/tenant-config.ts";
import { fetchTrusting } from "../../packages/tenant/test/fixtures/fetch-trusting.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addUser, approve, deny } from "../fixtures/approval.ts";
import { addCertifiedApp, type CertifiedApp, clientAssertion } from "../fixtures/client-assertion.ts";
import { type Answer, answer, clientIdOf, post, requestCode, URN } from "../fixtures/device.ts";
import { addApp } from "../fixtures/registrations.ts";

/** A poll that asks to be held, and the connection's end if `signal` aborts. */
async function waitingPoll(
  tenant: TestTenant,
  deviceCode: string,
  {
    prefer = "wait=30",
    signal,
    from,
    ...more
  }: { prefer?: string; signal?: AbortSignal; from?: string } & Record<string, unknown> = {},
): Promise<Answer> {
  const form = { grant_type: URN, client_id: clientIdOf(tenant), device_code: deviceCode, ...(more as object) };
  return answer(
    await tenant.fetch(`${tenant.authority}/oauth2/v2.0/token`, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        prefer,
        ...(from !== undefined && { "x-forwarded-for": from }),
      },
      body: new URLSearchParams(form).toString(),
      ...(signal && { signal }),
    }),
  );
}

/** Resolves once so many polls are held. */
async function held(tenant: TestTenant, count: number): Promise<void> {
  while (tenant.context.heldPolls.size !== count) await nextTurn();
}

async function assertionOf(tenant: TestTenant, certified: CertifiedApp) {
  const client_assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  return { client_assertion_type, client_assertion: await clientAssertion(tenant, certified) };
}

const applied = ({ headers }: Answer) => headers.get("preference-applied");
const plain = (tenant: TestTenant, code: string, more: Record<string, string> = {}) =>
  post(tenant, "/oauth2/v2.0/token", { grant_type: URN, client_id: clientIdOf(tenant), device_code: code, ...more });

async function start(t: TestContext, limits: Partial<TenantLimits> = {}, store: "sqlite" | "postgres" = "sqlite") {
  const tenant = await startTestTenant({
    ...(store === "postgres" ? { store } : {}),
    limits,
    trustedProxies: ["127.0.0.1", "::1"],
  });
  t.after(() => tenant.close());
  const codeOf = async () => (await requestCode(tenant)).body as { device_code: string; user_code: string };
  return { tenant, codeOf };
}

for (const store of ["sqlite", "postgres"] as const) {
  describe(`a poll with Prefer: wait, on ${store}`, () => {
    test("gets tokens as soon as the user approves", async (t) => {
      const { tenant, codeOf } = await start(t, {}, store);
      const code = await codeOf();
      const polled = waitingPoll(tenant, code.device_code);
      await held(tenant, 1);
      await approve(tenant, code.user_code, await addUser(tenant));
      const { status, headers, body } = await polled;
      assert.equal(status, 200);
      assert.ok(body.access_token);
      assert.deepEqual(
        ["preference-applied", "vary", "cache-control"].map((name) => headers.get(name)),
        ["wait=30", "Prefer", "no-store"],
      );
      assert.equal(tenant.context.heldPolls.size, 0);
    });

    test("learns at once that the user declined, in the spelling of its grant type", async (t) => {
      const { tenant, codeOf } = await start(t, {}, store);
      for (const [grant_type, error] of [
        [URN, "access_denied"],
        ["device_code", "authorization_declined"],
      ] as const) {
        const code = await codeOf();
        const polled = waitingPoll(tenant, code.device_code, { grant_type });
        await held(tenant, 1);
        await deny(tenant, code.user_code, await addUser(tenant));
        assert.equal((await polled).body.error, error);
      }
    });

    test("learns at once that its app was disabled, deleted, or may no longer use device codes", async (t) => {
      for (const [change, error] of [
        [{ disabledAt: 1 }, "invalid_client"],
        [{ grantTypes: ["refresh_token" as const] }, "unauthorized_client"],
        [{ publicClient: false }, "invalid_client"],
        ["delete", "invalid_client"],
      ] as const) {
        const { tenant, codeOf } = await start(t, {}, store);
        const polled = waitingPoll(tenant, (await codeOf()).device_code);
        await held(tenant, 1);
        const admin = apps(tenant.context, OPERATOR);
        const found = await tenant.context.store.registrations.find({ clientId: clientIdOf(tenant) });
        if (found?.kind !== "app") throw new Error("the built-in app");
        if (change === "delete") await admin.remove(found);
        else {
          const changed = { ...found, app: { ...found.app, ...change } };
          await admin.change(found.registration, () => changed as typeof found, "all");
        }
        assert.equal((await polled).body.error, error);
        assert.equal(tenant.context.heldPolls.size, 0);
      }
    });

    test("is answered with the end of the code, however much longer it wanted to wait", async (t) => {
      const { tenant, codeOf } = await start(t, {}, store);
      const code = await codeOf();
      tenant.clock.advance(890_000);
      const polled = waitingPoll(tenant, code.device_code, { prefer: "wait=60" });
      await held(tenant, 1);
      tenant.clock.advance(10_100);
      const answered = await polled;
      assert.equal(answered.body.error, "expired_token");
      assert.equal(applied(answered), "wait=11");
    });

    test("misses no approval that is committed while it begins to wait", async (t) => {
      const { tenant, codeOf } = await start(t, {}, store);
      const { store: opened } = tenant.context;
      const code = await codeOf();
      const user = await addUser(tenant);
      // The read says "pending", and the approval comes before the watch begins.
      const { watch } = opened.grantChanges;
      const original = opened.grants.poll;
      let first = true;
      t.mock.method(opened.grants, "poll", async (hash: string) => {
        const polled = await original(hash);
        if (first) {
          first = false;
          await approve(tenant, code.user_code, user);
        }
        return polled;
      });
      const watched = t.mock.method(opened.grantChanges, "watch", watch);
      assert.equal((await waitingPoll(tenant, code.device_code)).status, 200);
      assert.equal(watched.mock.callCount(), 1, "it was about to wait");
    });
  });
}

describe("a poll with Prefer: wait", () => {
  test("is answered with pending when the wait is over, and the next poll may come at once", async (t) => {
    const { tenant, codeOf } = await start(t);
    const { device_code } = await codeOf();
    for (let n = 0; n < 3; n++) {
      const polled = waitingPoll(tenant, device_code, { prefer: "wait=5" });
      await held(tenant, 1);
      tenant.clock.advance(5_000);
      const answered = await polled;
      assert.deepEqual([answered.body.error, applied(answered)], ["authorization_pending", "wait=5"]);
    }
  });

  test("counts as one poll, at its start: a next one within the interval is early, and is never held", async (t) => {
    const { tenant, codeOf } = await start(t);
    const { device_code } = await codeOf();
    const polled = waitingPoll(tenant, device_code, { prefer: "wait=2" });
    await held(tenant, 1);
    tenant.clock.advance(2_000);
    assert.equal((await polled).body.error, "authorization_pending");
    const early = await waitingPoll(tenant, device_code);
    assert.deepEqual([early.body.error, applied(early)], ["slow_down", null]);
    tenant.clock.advance(5_000);
    assert.equal((await plain(tenant, device_code)).body.error, "slow_down", "the interval is 10 seconds now");
    tenant.clock.advance(15_000);
    const msal = waitingPoll(tenant, device_code, { grant_type: "device_code" });
    await held(tenant, 1);
    tenant.clock.advance(1_000);
    const second = await waitingPoll(tenant, device_code, { grant_type: "device_code" });
    assert.deepEqual([second.body.error, applied(second)], ["authorization_pending", null]);
    tenant.clock.advance(30_000);
    assert.equal(applied(await msal), "wait=30");
  });

  test("waits alone for its code: a second poll on time is answered at once, and takes the tokens if it comes first", async (t) => {
    const { tenant, codeOf } = await start(t);
    const code = await codeOf();
    const first = waitingPoll(tenant, code.device_code);
    await held(tenant, 1);
    tenant.clock.advance(5_000);
    const second = await waitingPoll(tenant, code.device_code);
    assert.deepEqual([second.body.error, applied(second)], ["authorization_pending", null]);
    tenant.clock.advance(10_000);
    await approve(tenant, code.user_code, await addUser(tenant));
    const answers = [await first, await plain(tenant, code.device_code)];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 400],
    );
  });

  test("is not held for an unknown code, another app's code, or one that is decided", async (t) => {
    const { tenant, codeOf } = await start(t);
    const { device_code, user_code } = await codeOf();
    assert.equal((await waitingPoll(tenant, "unknown")).body.error, "invalid_grant");
    await deny(tenant, user_code, await addUser(tenant));
    const declined = await waitingPoll(tenant, device_code);
    assert.deepEqual([declined.body.error, applied(declined)], ["access_denied", null]);
  });

  test("frees its place when the client closes the connection, and nothing is redeemed for it", async (t) => {
    const { tenant, codeOf } = await start(t);
    const code = await codeOf();
    const leaving = new AbortController();
    const polled = waitingPoll(tenant, code.device_code, { signal: leaving.signal });
    await held(tenant, 1);
    leaving.abort();
    await assert.rejects(polled, { name: "AbortError" });
    await held(tenant, 0);
    await approve(tenant, code.user_code, await addUser(tenant));
    tenant.clock.advance(5_000);
    assert.equal((await plain(tenant, code.device_code)).status, 200);
  });

  test("is answered at once beyond the limit of the process", async (t) => {
    const { tenant, codeOf } = await start(t, { heldPolls: 1 });
    const [one, two] = [await codeOf(), await codeOf()];
    const first = waitingPoll(tenant, one.device_code);
    await held(tenant, 1);
    const second = await waitingPoll(tenant, two.device_code);
    assert.deepEqual([second.body.error, applied(second)], ["authorization_pending", null]);
    tenant.clock.advance(30_000);
    await first;
    const third = waitingPoll(tenant, two.device_code);
    await held(tenant, 1);
    tenant.clock.advance(30_000);
    assert.equal(applied(await third), "wait=30");
  });

  test("is answered at once beyond the limit of its network, while other networks wait", async (t) => {
    const { tenant, codeOf } = await start(t, { heldPollsByNetwork: 1 });
    const codes = await Promise.all([codeOf(), codeOf(), codeOf(), codeOf()]);
    const [one, two, three, four] = codes.map(({ device_code }) => device_code) as [string, string, string, string];
    const first = waitingPoll(tenant, one, { from: "198.51.100.7" });
    await held(tenant, 1);
    assert.equal(applied(await waitingPoll(tenant, two, { from: "198.51.100.7" })), null);
    const elsewhere = waitingPoll(tenant, three, { from: "2001:db8:1:2::1" });
    await held(tenant, 2);
    assert.equal(applied(await waitingPoll(tenant, four, { from: "2001:db8:1:2:ffff::1" })), null, "the same /64");
    tenant.clock.advance(30_000);
    assert.deepEqual([applied(await first), applied(await elsewhere)], ["wait=30", "wait=30"]);
    const again = waitingPoll(tenant, one, { from: "198.51.100.7" });
    await held(tenant, 1);
    tenant.clock.advance(30_000);
    assert.equal(applied(await again), "wait=30", "the place is free again");
  });

  test("is answered at once when the tenant stops, which does not wait for it", async (t) => {
    const { tenant, codeOf } = await start(t);
    // The tenant's own `fetch` ends together with it.
    const { fetch, close } = fetchTrusting(tenant.ca);
    t.after(close);
    const codes = await Promise.all([codeOf(), codeOf(), codeOf()]);
    const polls = codes.map(({ device_code }) => waitingPoll({ ...tenant, fetch }, device_code, { prefer: "wait=60" }));
    await held(tenant, 3);
    // Only the stop can end the polls: no time passes.
    const closed = tenant.close();
    for (const each of await Promise.all(polls)) {
      assert.deepEqual([each.body.error, applied(each)], ["authorization_pending", null]);
    }
    await closed;
  });

  test("gets no tokens with a credential that was removed while a poll waits, nor with one that expired", async (t) => {
    const { tenant } = await start(t);
    const user = await addUser(tenant);
    const app = await addApp(tenant.context, "Confidential", "a secret of the test");
    const certified = await addCertifiedApp(tenant.context);
    const { credentials } = tenant.context.store;
    const audit = {
      ...{ at: 0, event: "removed", actor: "operator" as const, userId: null, clientId: null },
      ...{ grantId: null, ip: null, detail: {} },
    };
    for (const [clientId, proof, remove, error] of [
      [app.clientId, async () => ({ client_secret: "a secret of the test" }), undefined, undefined],
      [
        app.clientId,
        async () => ({ client_secret: "a secret of the test" }),
        async () => {
          for (const { keyId } of await credentials.secretsOf(app.clientId))
            await credentials.removeSecret(app.clientId, keyId, audit);
        },
        "invalid_client",
      ],
      [certified.app.clientId, () => assertionOf(tenant, certified), undefined, undefined],
      [
        certified.app.clientId,
        () => assertionOf(tenant, certified),
        () => credentials.removeCertificates(certified.app.clientId, audit),
        "invalid_client",
      ],
    ] as const) {
      const asked = await requestCode(tenant, { client_id: clientId, scope: "openid", ...(await proof()) });
      const polled = waitingPoll(tenant, asked.body.device_code, { client_id: clientId, ...(await proof()) });
      await held(tenant, 1);
      await remove?.();
      await approve(tenant, asked.body.user_code, user);
      const { body } = await polled;
      assert.equal(body.error, error);
      assert.equal(body.access_token === undefined, error !== undefined);
    }
  });

  test("without the preference, or with one that asks for nothing, is answered at once", async (t) => {
    const { tenant, codeOf } = await start(t);
    for (const prefer of [
      "wait=0",
      "wait",
      "wait=soon",
      "wait=-5",
      "respond-async",
      'foo="a, wait=30"',
      "x".repeat(2_000),
    ]) {
      const answered = await waitingPoll(tenant, (await codeOf()).device_code, { prefer });
      assert.deepEqual([answered.body.error, applied(answered)], ["authorization_pending", null], prefer);
    }
  });

  test("is held for a minute at most; the preference is read as RFC 7240 spells it", async (t) => {
    const { tenant, codeOf } = await start(t);
    for (const [prefer, wait] of [
      ["wait=900", "wait=60"],
      ["respond-async, WAIT = 7", "wait=7"],
      ['wait="8"; foo="a,b"', "wait=8"],
      ["wait=9, wait=20", "wait=9"],
      ['foo="a, wait=1", wait=10', "wait=10"],
      ["foo;wait=3, wait=11", "wait=11"],
    ] as const) {
      const polled = waitingPoll(tenant, (await codeOf()).device_code, { prefer });
      await held(tenant, 1);
      tenant.clock.advance(60_000);
      assert.equal(applied(await polled), wait, prefer);
    }
  });

  test("is announced in the metadata, and other grants ignore the preference", async (t) => {
    const { tenant } = await start(t);
    const metadata = await tenant.fetch(`${tenant.authority}/v2.0/.well-known/openid-configuration`);
    assert.equal(((await metadata.json()) as Record<string, unknown>).doorcode_prefer_wait_seconds, 60);
    const refused = await waitingPoll(tenant, "", { grant_type: "refresh_token", refresh_token: "unknown" });
    assert.deepEqual([refused.body.error, applied(refused)], ["invalid_grant", null]);
  });

  test("counts in the metrics while it waits, and its wait is no time that the tenant spent", async (t) => {
    const { tenant, codeOf } = await start(t);
    const metrics = async () => (await tenant.fetch(`${new URL(tenant.authority).origin}/metrics`)).text();
    const { device_code } = await codeOf();
    const beganAt = performance.now();
    const polled = waitingPoll(tenant, device_code);
    await held(tenant, 1);
    assert.match(await metrics(), /^doorcode_held_polls 1$/m);
    const heldAt = performance.now();
    while (performance.now() - heldAt < 300) await nextTurn();
    tenant.clock.advance(30_000);
    await polled;
    const rest = performance.now() - beganAt - 300;
    const after = await metrics();
    assert.match(after, /^doorcode_held_polls 0$/m);
    const spent = /^doorcode_http_request_seconds_total\{method="POST",route="[^"]+\/token",status="400"\} (\S+)$/m;
    assert.ok(Number(spent.exec(after)?.[1]) < rest / 1_000, after.match(/.*seconds_total.*/g)?.join("\n"));
  });
});
