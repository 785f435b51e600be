import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AppTokenOptions, appToken } from "../../packages/client/src/app-token.ts";
import { DoorcodeError } from "../../packages/client/src/errors.ts";
import { bearerFetch } from "../../packages/client/src/fetch/bearer-fetch.ts";
import { type HttpRequest, TransportError } from "../../packages/client/src/transport/transport.ts";
import { ownCertificate } from "../../packages/tenant/test/fixtures/own-certificate.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { addCertifiedApp, type CertifiedApp } from "../fixtures/client-assertion.ts";
import { claimsOf } from "../foreign-clients/jwt.ts";
import { grants, startEnv, type TestEnv } from "./test-env.ts";

const MINUTE = 60_000;

describe("a program's own tokens, obtained with its certificate", () => {
  let testEnv: TestEnv;
  let ci: CertifiedApp;
  before(async () => {
    testEnv = await startEnv({ clock: "moving" });
    ci = await addCertifiedApp(testEnv.tenant.context);
    const { clientId } = testEnv.tenant.apis[0]!;
    await seed(testEnv.tenant.context.store).assignRole(clientId, "ToDoList.Read.All", ci.principalId);
  });
  after(() => testEnv[Symbol.asyncDispose]());

  /** A clock for the program only: MSAL signs assertions with the machine's time, which the tenant uses too. */
  function ownClock() {
    let ahead = 0;
    return {
      now: () => Date.now() + ahead,
      sleep: async (ms: number, signal?: AbortSignal) => {
        await new Promise(setImmediate);
        signal?.throwIfAborted();
        ahead += ms;
      },
      advance: (ms: number) => {
        ahead += ms;
      },
    };
  }
  const tokens = (more: Partial<AppTokenOptions> = {}) =>
    appToken({
      authority: testEnv.tenant.authority,
      clientId: ci.app.clientId,
      certificate: ci.own.privateKey + ci.own.certificate,
      scope: `api://${testEnv.tenant.apis[0]!.clientId}/.default`,
      transport: testEnv.transport(),
      clock: ownClock(),
      ...more,
    });
  const asked = () => grants(testEnv.requests, "client_credentials");
  const isTokenRequest = ({ body = "" }: HttpRequest) => body.includes("grant_type=client_credentials");

  test("simultaneous callers share one request; the token is used until five minutes before it expires", async () => {
    const clock = ownClock();
    const token = tokens({ clock });
    const before = asked().length;
    const given = await Promise.all(Array.from({ length: 64 }, () => token()));
    assert.equal(new Set(given).size, 1);
    assert.equal(asked().length, before + 1);
    assert.deepEqual(claimsOf(given[0]!).roles, ["ToDoList.Read.All"]);

    clock.advance(54 * MINUTE);
    assert.equal(await token(), given[0]);
    clock.advance(2 * MINUTE);
    assert.notEqual(await token(), given[0]);
    assert.equal(asked().length, before + 2);
  });

  test("each request has its own assertion, valid for ten minutes, with the SHA-256 thumbprint", async () => {
    const from = asked().length;
    await tokens()();
    await tokens()();
    const made = asked()
      .slice(from)
      .map(({ body }) => new URLSearchParams(body).get("client_assertion")!);
    assert.equal(new Set(made.map((each) => claimsOf(each).jti)).size, 2);
    const header = JSON.parse(Buffer.from(made[0]!.split(".")[0]!, "base64url").toString());
    assert.deepEqual([header.alg, header["x5t#S256"]], ["PS256", ci.own.sha256]);
  });

  test("a lost response costs an assertion, but no token", async () => {
    let lost = 0;
    const transport = testEnv.transport((request, answer) => {
      if (isTokenRequest(request) && lost++ === 0) throw new TransportError("connection", "cut off");
      return answer;
    });
    assert.ok(await tokens({ transport })());
    assert.equal(lost, 3);
  });

  test("a clock that is ahead by more than a token's lifetime never extends the use of a token", async () => {
    const clock = ownClock();
    const transport = testEnv.transport((_request, answer) => {
      const date = new Date(clock.now() - 90 * MINUTE).toUTCString();
      return { ...answer, headers: { ...answer.headers, date } };
    });
    const token = tokens({ transport, clock });
    const before = asked().length;
    assert.notEqual(await token(), await token());
    assert.equal(asked().length, before + 2);
  });

  test("while the issuer is unreachable a token is used until it expires; then the error says so", async () => {
    let away = false;
    const network = testEnv.transport();
    const transport = {
      send: (request: HttpRequest) => {
        if (away) throw new TransportError("connection", "nothing listens");
        return network.send(request);
      },
    };
    const clock = ownClock();
    const token = tokens({ transport, clock });
    const first = await token();
    away = true;
    clock.advance(57 * MINUTE);
    assert.equal(await token(), first);
    clock.advance(3 * MINUTE);
    await assert.rejects(token(), { code: "issuer_unreachable" });
    away = false;
    assert.notEqual(await token(), first);
  });

  test("the error for an unknown certificate, app or API has its name and a remedy, and omits the assertion", async () => {
    const stranger = await ownCertificate();
    const refused = async (more: Partial<AppTokenOptions>, aadsts: number, hint: RegExp) => {
      const error = await tokens(more)().then(assert.fail, (thrown: unknown) => thrown);
      assert.ok(error instanceof DoorcodeError);
      assert.deepEqual([error.code, error.aadsts], ["client_rejected", aadsts], error.message);
      assert.match(error.hint, hint);
      const assertion = new URLSearchParams(asked().at(-1)!.body).get("client_assertion")!;
      assert.ok(!error.message.includes(assertion.slice(0, 40)));
    };
    await refused({ certificate: stranger.privateKey + stranger.certificate }, 700027, /add-certificate/);
    await refused({ clientId: testEnv.clientId }, 700027, /add-certificate/);
    await refused({ clientId: testEnv.tenant.apis[0]!.clientId }, 700016, /client ID/);
    await refused({ scope: testEnv.scopes.payroll.replace(/\/[^/]+$/, "/.default") }, 501051, /role/);
    await refused({ scope: "api://unknown/.default" }, 500011, /No such API/);
  });

  test("bearerFetch gets a token for each request to a web API", async () => {
    const token = tokens();
    let times = 0;
    const fetch = bearerFetch({
      origin: new URL(testEnv.tenant.authority).origin,
      ca: testEnv.tenant.ca,
      token: async () => {
        times++;
        return token();
      },
    });
    // UserInfo reads bearer tokens, and rejects an app's.
    for (let time = 0; time < 2; time++) {
      assert.equal((await fetch(`${testEnv.tenant.authority}/openid/userinfo`)).status, 401);
    }
    assert.equal(times, 2);
  });

  test("an abort signal ends the request", async () => {
    const aborted = AbortSignal.abort();
    await assert.rejects(tokens({ signal: aborted })(), { code: "cancelled" });
    const controller = new AbortController();
    const transport = {
      send: () => {
        controller.abort();
        return new Promise<never>(() => undefined);
      },
    };
    await assert.rejects(tokens({ transport, signal: controller.signal })(), { code: "cancelled" });
  });

  test("only the configured CA is trusted", async () => {
    assert.ok(await tokens({ transport: undefined, ca: testEnv.tenant.ca })());
    await assert.rejects(tokens({ transport: undefined, ca: ci.own.certificate })(), { code: "issuer_unreachable" });
  });

  test("an authority whose metadata leads to another's token endpoint gets no token from there", async () => {
    const { tenant } = testEnv;
    const genuine = await (await tenant.fetch(`${tenant.authority}/v2.0/.well-known/openid-configuration`)).json();
    const authority = `https://mallory.example${new URL(tenant.authority).pathname}`;
    const document = { ...(genuine as object), issuer: `${authority}/v2.0` };
    const through = testEnv.transport();
    const transport = {
      send: (request: HttpRequest) =>
        request.url.startsWith(authority)
          ? Promise.resolve({ status: 200, headers: {}, body: JSON.stringify(document) })
          : through.send(request),
    };
    const before = asked().length;
    await assert.rejects(tokens({ authority, transport })(), {
      code: "invalid_issuer_response",
      message: /mallory\.example/,
    });
    assert.equal(asked().length, before);
  });
});
