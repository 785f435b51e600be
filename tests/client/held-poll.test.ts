import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { PublicClientApplication } from "@azure/msal-node";
import type { Presenter } from "../../packages/client/src/client.ts";
import { entraNetworkClient } from "../../packages/client/src/engines/entra/network-client.ts";
import { type HttpRequest, type Transport, TransportError } from "../../packages/client/src/transport/transport.ts";
import { grants, startEnv, type TestEnv } from "./test-env.ts";

const URN = "urn:ietf:params:oauth:grant-type:device_code";
const engines = ["entra", "oidc"] as const;

async function start(t: TestContext): Promise<TestEnv> {
  const env = await startEnv();
  t.after(() => env[Symbol.asyncDispose]());
  return env;
}

/** Decides once the program's poll is held. */
const decidingLate = (env: TestEnv, how: "approve" | "deny"): Presenter => ({
  async show(event) {
    if (event.event !== "code") return;
    env.held(1).then(() => env.ada[how](event.code.userCode));
  },
});

describe("a sign-in at a tenant that holds polls", () => {
  for (const engine of engines) {
    test(`ends with one poll when the user approves, with the engine ${engine}`, async (t) => {
      const env = await start(t);
      const client = env.client({ engine, present: decidingLate(env, "approve") });
      const session = await client.signIn();
      assert.equal(session.account.username, "Ada@Example.com");
      const [poll, ...more] = grants(env.requests, URN);
      assert.deepEqual(more, []);
      assert.equal(poll?.headers?.prefer, "wait=30");
      assert.equal(poll?.timeoutMs, 45_000);
    });

    test(`ends when the user declines, with the engine ${engine}`, async (t) => {
      const env = await start(t);
      const client = env.client({ engine, present: decidingLate(env, "deny") });
      await assert.rejects(client.signIn(), { code: "denied" });
      assert.equal(grants(env.requests, URN).length, 1);
    });

    test(`asks for no other request to be held, with the engine ${engine}`, async (t) => {
      const env = await start(t);
      const session = await env.client({ engine, present: decidingLate(env, "approve") }).signIn();
      await session.getToken({ forceRefresh: true });
      const others = env.requests.filter((request) => !grants([request], URN).length);
      assert.ok(others.length >= 4);
      assert.deepEqual(
        others.filter(({ headers }) => headers?.prefer !== undefined),
        [],
      );
    });

    test(`goes on behind a proxy that cuts its polls after two seconds, with the engine ${engine}`, async (t) => {
      const env = await start(t);
      let userCode = "";
      const network = env.transport();
      const cutting: Transport = {
        async send(request) {
          if (request.headers?.prefer === undefined) return network.send(request);
          const connection = new AbortController();
          const signal = AbortSignal.any([connection.signal, ...(request.signal ? [request.signal] : [])]);
          const sent = network.send({ ...request, signal });
          await env.held(1);
          env.tenant.clock.advance(2_000);
          connection.abort(new TransportError("connection", "the proxy ended the connection"));
          await assert.rejects(sent);
          await env.held(0);
          await env.ada.approve(userCode);
          throw new TransportError("connection", "the proxy ended the connection");
        },
      };
      const present: Presenter = {
        async show(event) {
          if (event.event === "code") userCode = event.code.userCode;
        },
      };
      const session = await env.client({ engine, present, transport: cutting }).signIn();
      assert.equal(session.account.username, "Ada@Example.com");
      const polls = grants(env.requests, URN).map(({ headers }) => headers?.prefer);
      assert.deepEqual(polls, ["wait=30", undefined]);
    });

    test(`never has to slow down, however many polls are held in turn, with the engine ${engine}`, async (t) => {
      const env = await start(t);
      let userCode = "";
      let polls = 0;
      const network = env.transport();
      const answers: string[] = [];
      const timed: Transport = {
        async send(request) {
          const sent = network.send(request);
          if (request.headers?.prefer !== undefined) {
            await env.held(1);
            if (++polls === 4) await env.ada.approve(userCode);
            else env.tenant.clock.advance(30_000);
          }
          const answer = await sent;
          if (grants([request], URN).length > 0) answers.push(JSON.parse(answer.body).error ?? "tokens");
          return answer;
        },
      };
      const present: Presenter = {
        async show(event) {
          if (event.event === "code") userCode = event.code.userCode;
        },
      };
      await env.client({ engine, present, transport: timed }).signIn();
      const pending = "authorization_pending";
      assert.deepEqual(answers, [pending, pending, pending, "tokens"]);
    });
  }

  test("polls as before where the metadata does not announce it, as at Entra", async (t) => {
    const env = await start(t);
    const transport = env.transport((request, answer) => {
      if (!request.url.endsWith("/openid-configuration")) return answer;
      const { doorcode_prefer_wait_seconds: _, ...document } = JSON.parse(answer.body);
      return { ...answer, body: JSON.stringify(document) };
    });
    for (const engine of engines) {
      env.requests.length = 0;
      await env.client({ engine, transport }).signIn();
      assert.deepEqual(
        env.requests.filter(({ headers }) => headers?.prefer !== undefined),
        [],
      );
    }
  });

  test("ends at once in a program that keeps its own MSAL code, and MSAL's headers arrive beside the preference", async (t) => {
    const env = await start(t);
    const networkClient = entraNetworkClient({ transport: env.transport(), clock: env.clock });
    const msal = new PublicClientApplication({
      auth: {
        clientId: env.clientId,
        authority: env.tenant.authority,
        knownAuthorities: [new URL(env.tenant.authority).host],
      },
      system: { networkClient },
    });
    const result = await msal.acquireTokenByDeviceCode({
      scopes: [env.scopes.read],
      deviceCodeCallback: ({ userCode }) => void env.held(1).then(() => env.ada.approve(userCode)),
    });
    assert.equal(result?.account?.username, "Ada@Example.com");
    const [poll, ...more] = grants(env.requests, URN) as [HttpRequest, ...HttpRequest[]];
    assert.deepEqual(more, []);
    assert.equal(poll.headers?.prefer, "wait=30");
    assert.match(poll.headers?.["Content-Type"] ?? poll.headers?.["content-type"] ?? "", /x-www-form-urlencoded/);
  });
});
