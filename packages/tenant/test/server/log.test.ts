import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { describe, test } from "node:test";
import { createLogger, terminalLog } from "../../src/server/logger.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";

const CANARY = "canary-9f2c";

function capture(): { lines: () => string[]; stream: Writable } {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  return { stream, lines: () => written.join("").split("\n").filter(Boolean) };
}

describe("the log", () => {
  test("names route and status of a request and holds no part of it that could be secret", async () => {
    const { stream, lines } = capture();
    await using tenant = await startTestTenant({ log: createLogger("info", stream) });
    const headers = { authorization: `Bearer ${CANARY}`, cookie: `doorcode_session=${CANARY}`, "x-canary": CANARY };
    const body = new URLSearchParams({ client_id: CANARY, device_code: CANARY, refresh_token: CANARY });
    const token = `${tenant.authority}/oauth2/v2.0/token`;
    await tenant.fetch(`${token}?code=${CANARY}`, { method: "POST", headers, body });
    await tenant.fetch(`${tenant.authority}/openid/userinfo?access_token=${CANARY}`, { headers });
    await tenant.fetch(`${tenant.pages}/device?user_code=${CANARY}`, { headers });
    await tenant.fetch(`${tenant.pages}/not-me?token=${CANARY}${"A".repeat(43 - CANARY.length)}`, { headers });
    await tenant.fetch(`${tenant.pages}/${CANARY}`, { headers });
    await tenant.fetch(`${tenant.pages}/inbox/messages`, { headers });
    assert.ok(lines().some((line) => JSON.parse(line).route === "/:tenant/oauth2/v2.0/token"));
    assert.doesNotMatch(lines().join("\n"), new RegExp(CANARY));
  });

  test("is one line for each record on a terminal, which no value can break or color", () => {
    const written: string[] = [];
    const log = createLogger("warn", terminalLog({ write: (text) => written.push(text) }));
    log.warn({ code: CANARY, host: "mail\u001b[31m\n.example" }, "a mail was refused");
    log.warn({ err: new Error("the disk\nis full") }, "could not delete expired rows");
    log.error({ err: new Error("broken") }, "a request failed");
    const [refused = "", deleted = "", failed = ""] = written;
    assert.match(refused, /^\d\d:\d\d:\d\d warning: a mail was refused \(host=mail \[31m \.example\)\n$/);
    assert.match(deleted, / warning: could not delete expired rows: the disk is full\n$/);
    assert.match(failed, / error: a request failed: broken\n {2}at /);
  });

  test("keeps the location of an error, and the response keeps none", async () => {
    const { stream, lines } = capture();
    await using tenant = await startTestTenant({ log: createLogger("warn", stream) });
    const failure = Object.assign(new Error("the disk is full"), { detail: CANARY, parameters: [CANARY] });
    // The store fails in every endpoint and page that looks up an app.
    tenant.context.store.directory.findApp = () => Promise.reject(failure);
    const body = new URLSearchParams({ client_id: tenant.apps[0]!.clientId, scope: "openid" });
    const answer = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/devicecode`, { method: "POST", body });
    assert.equal(answer.status, 500);
    const shown = await answer.text();
    assert.doesNotMatch(shown, /disk is full|\.ts|node_modules/);
    const logged = lines().join("\n");
    assert.ok(logged.includes(JSON.parse(shown).trace_id), "the trace ID of the response finds it");
    assert.match(logged, /the disk is full/);
    assert.match(logged, /log\.test\.ts/);
    assert.doesNotMatch(logged, new RegExp(CANARY));
  });

  test("keeps the codes of a cause, which say what to do, and not its text, which may quote personal data", () => {
    const { stream, lines } = capture();
    const cause = Object.assign(new Error(`550 no such user ${CANARY}`), { code: "EENVELOPE", responseCode: 550 });
    createLogger("warn", stream).warn({ err: new Error("refused", { cause }) }, "x");
    assert.deepEqual(JSON.parse(lines()[0]!).err.cause, { type: "Error", code: "EENVELOPE", responseCode: 550 });
    assert.doesNotMatch(lines().join("\n"), new RegExp(CANARY));
  });

  test("an event is one line of JSON, whatever it holds (ASVS 16.4.1)", () => {
    const { stream, lines } = capture();
    const forged = `x\n{"level":"info","msg":"signed in"}\r\u2028\u001b[2J`;
    createLogger("info", stream).warn({ name: forged, err: new Error(forged) }, forged);
    assert.equal(lines().length, 1);
    assert.equal(JSON.parse(lines()[0]!).name, forged);
    assert.ok(!/\p{Cc}/u.test(lines()[0]!), "no control character reaches a terminal");
  });

  test("drops values whose names suggest a secret, wherever they are logged", () => {
    const { stream, lines } = capture();
    const log = createLogger("info", stream);
    log.info({ password: CANARY, token: CANARY, request: { headers: CANARY, url: CANARY, body: CANARY } }, "x");
    log.info({ req: { url: CANARY }, res: { headers: CANARY } }, "y");
    assert.equal(lines().length, 2);
    assert.doesNotMatch(lines().join("\n"), new RegExp(CANARY));
  });
});
