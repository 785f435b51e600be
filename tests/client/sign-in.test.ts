import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect } from "node:util";
import type { SignInEvent } from "../../packages/client/src/client.ts";
import type { DoorcodeError } from "../../packages/client/src/errors.ts";
import { memoryStore } from "../../packages/client/src/token-store/memory-store.ts";
import type { HttpAnswer } from "../../packages/client/src/transport/transport.ts";
import { addUser } from "../fixtures/registrations.ts";
import { grants, startEnv, type TestEnv } from "./test-env.ts";

for (const engine of ["entra", "oidc"] as const) {
  describe(`signing in with the ${engine} engine`, () => {
    let testEnv: TestEnv;
    before(async () => {
      testEnv = await startEnv();
    });
    after(() => testEnv[Symbol.asyncDispose]());

    test("ends in a session, and reports its progress without secrets", async () => {
      const store = memoryStore();
      const client = testEnv.client({ engine, store });
      const events: SignInEvent[] = [];
      const stop = client.on((event) => events.push(event));
      const session = await client.signIn();
      stop();
      const { id, ...account } = session.account;
      if (engine === "entra") assert.equal(id, `${testEnv.ada.id}.${testEnv.tenant.tenantId}`);
      assert.deepEqual(account, {
        username: "Ada@Example.com",
        name: "Ada Lovelace",
        tenantId: testEnv.tenant.tenantId,
        issuer: testEnv.tenant.issuer,
        authority: testEnv.tenant.authority,
        clientId: testEnv.clientId,
      });
      assert.deepEqual((await session.getToken()).scopes, [testEnv.scopes.read]);
      assert.deepEqual(
        events.map(({ event }) => event),
        ["code", "signed_in"],
      );
      const text = JSON.stringify(events);
      const [poll] = grants(testEnv.requests, "urn:ietf:params:oauth:grant-type:device_code").slice(-1);
      const deviceCode = new URLSearchParams(poll!.body).get("device_code")!;
      assert.ok(deviceCode.length > 20 && !text.includes(deviceCode));
      for (const [, value] of (await store.read()).records) {
        for (const secret of secretsIn(value)) assert.ok(!text.includes(secret));
      }
    });

    test("sends the issuer no request before the user wants it (RFC 8628 §3.1)", async () => {
      const asked = testEnv.requests.length;
      const client = testEnv.client({ engine });
      await client.accounts();
      await client.session();
      assert.equal(testEnv.requests.length, asked);
    });

    test("reports that the person declined", async () => {
      const store = memoryStore();
      const client = testEnv.client({ engine, store, present: testEnv.denies });
      await assert.rejects(client.signIn(), { code: "denied" });
      assert.deepEqual(await client.accounts(), []);
      assert.deepEqual(tokensIn(await store.read()), []);
    });

    test("reports that the code was not used, and does not request another one automatically", async () => {
      const devicecodes = () => testEnv.requests.filter(({ url }) => url.endsWith("/devicecode")).length;
      const before = devicecodes();
      const client = testEnv.client({ engine, present: false, transport: testEnv.undecided() });
      await assert.rejects(client.signIn(), { code: "code_expired" });
      assert.equal(devicecodes(), before + 1);
    });

    test("ends immediately, with the issuer's message, if the issuer rejects the request", async () => {
      const client = testEnv.client({ engine, clientId: "00000000-1111-2222-3333-444444444444" });
      await assert.rejects(client.signIn(), (error: DoorcodeError) => {
        assert.equal(error.code, "client_rejected");
        assert.equal(error.aadsts, 700016);
        return true;
      });
    });

    test("stores nothing for an unexpected user, and revokes the tokens", async () => {
      const store = memoryStore();
      const client = testEnv.client({ engine, store });
      const revocations = () => testEnv.requests.filter(({ url }) => url.endsWith("/revoke")).length;
      const before = revocations();
      await assert.rejects(client.signIn({ expectAccount: "grace@example.com" }), {
        code: "wrong_account",
        message: /Ada@Example\.com signed in, but grace@example\.com was expected\.$/,
      });
      assert.deepEqual(await client.accounts(), []);
      assert.deepEqual(tokensIn(await store.read()), []);
      assert.equal(revocations(), before + 1);
      await client.signIn({ expectAccount: "ADA@example.com" });
    });

    test("stores nothing from a forged ID token", async () => {
      for (const [what, forge] of Object.entries(forgeries)) {
        const store = memoryStore();
        let forged = 0;
        const transport = testEnv.transport((request, answer) => {
          if (!new URL(request.url).pathname.endsWith("/token") || answer.status !== 200) return answer;
          forged++;
          return altered(answer, forge);
        });
        const client = testEnv.client({ engine, store, transport });
        await assert.rejects(client.signIn(), (error: DoorcodeError) => {
          assert.equal(error.code, "token_not_trusted", `${what}: ${inspect(error)}`);
          assert.doesNotMatch(inspect(error, { depth: 9 }), /eyJ/, "no token in the error");
          return true;
        });
        assert.equal(forged, 1, what);
        assert.deepEqual(tokensIn(await store.read()), [], what);
        assert.deepEqual(await client.accounts(), [], what);
      }
    });

    test("ends on an abort signal, at its time limit, and on an error of the presenter", async () => {
      const hanging = { async show() {} };
      const clock = { now: () => testEnv.tenant.clock.now(), sleep: sleepReally };
      const cancelled = new AbortController();
      const one = testEnv.client({ engine, clock, present: hanging }).signIn({ signal: cancelled.signal });
      setTimeout(() => cancelled.abort(), 50);
      await assert.rejects(one, { code: "cancelled" });
      await assert.rejects(testEnv.client({ engine, clock, present: hanging }).signIn({ timeoutMs: 50 }), {
        code: "timed_out",
      });
      const failure = new Error("no display");
      const broken = { show: () => Promise.reject(failure) };
      await assert.rejects(testEnv.client({ engine, clock, present: broken }).signIn(), failure);
    });

    test("keeps users separate; signing one out leaves the other signed in", async () => {
      const client = testEnv.client({ engine });
      const first = await client.signIn();
      const { approver } = await import("../fixtures/approver.ts");
      const grace = approver(
        testEnv.tenant.context,
        await addUser(testEnv.tenant.context, `grace.${engine}@example.com`, "Grace"),
      );
      testEnv.tenant.clock.advance(1_000);
      const second = await client.signIn({
        present: {
          async show(event) {
            if (event.event === "code") await grace.approve(event.code.userCode);
          },
        },
      });
      assert.deepEqual(
        (await client.accounts()).map(({ username }) => username),
        [`grace.${engine}@example.com`, "Ada@Example.com"],
      );
      assert.notEqual((await first.getToken()).token, (await second.getToken()).token);
      assert.deepEqual((await client.signOut({ account: second.account.username })).revoked, "not_asked");
      assert.deepEqual(
        (await client.accounts()).map(({ id }) => id),
        [first.account.id],
      );
      await first.getToken({ forceRefresh: true });
      await assert.rejects(second.getToken(), { code: "sign_in_needed" });
    });

    test("signing out removes every record of the account, and reports whether the issuer ended the sign-in too", async () => {
      const store = memoryStore();
      const client = testEnv.client({ engine, store });
      await client.signIn();
      assert.ok(tokensIn(await store.read()).length >= 2);
      const { revoked, accounts } = await client.signOut({ everywhere: true });
      assert.equal(revoked, "yes");
      assert.equal(accounts.length, 1);
      assert.deepEqual(tokensIn(await store.read()), []);
      const transport = testEnv.transport((request, answer) =>
        request.url.endsWith("openid-configuration")
          ? { ...answer, body: answer.body.replace('"revocation_endpoint"', '"no_revocation_endpoint"') }
          : answer,
      );
      const likeEntra = testEnv.client({ engine, transport });
      await likeEntra.signIn();
      assert.equal((await likeEntra.signOut({ everywhere: true })).revoked, "unsupported");
      assert.deepEqual(await likeEntra.accounts(), []);
    });
  });
}

const sleepReally = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

type Tokens = Record<string, unknown> & { id_token: string };

const altered = (answer: HttpAnswer, forge: (tokens: Tokens) => string): HttpAnswer => {
  const tokens = JSON.parse(answer.body) as Tokens;
  return { ...answer, body: JSON.stringify({ ...tokens, id_token: forge(tokens) }) };
};

const forgeries: Record<string, (tokens: Tokens) => string> = {
  "another name under the old signature": ({ id_token }) =>
    withClaims(id_token, { preferred_username: "root@example.com" }),
  "no signature": ({ id_token }) => `${id_token.split(".").slice(0, 2).join(".")}.`,
  "alg none": ({ id_token }) => `${Buffer.from('{"alg":"none"}').toString("base64url")}.${id_token.split(".")[1]}.`,
  "the access token instead": ({ access_token }) => String(access_token),
};

function withClaims(token: string, claims: Record<string, unknown>): string {
  const [header, payload, signature] = token.split(".");
  const all = { ...JSON.parse(Buffer.from(payload!, "base64url").toString()), ...claims };
  return [header, Buffer.from(JSON.stringify(all)).toString("base64url"), signature].join(".");
}

/** Keys of records that hold tokens. */
const tokensIn = ({ records }: { records: ReadonlyMap<string, unknown> }) =>
  [...records.keys()].filter((key) => /^(access|refresh|account|msal):/.test(key) && !key.includes("|AppMetadata|"));

function secretsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    typeof member === "string" && /^(token|secret)$/.test(name) ? [member] : secretsIn(member),
  );
}
