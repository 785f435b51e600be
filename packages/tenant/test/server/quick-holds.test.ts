// Polls that are held before the web framework, beside the same requests that it holds.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { hashSecret } from "../../src/kernel/seal.ts";
import { sampleAudit } from "../storage/samples.ts";
import { answersOn, ask, bytesOf, likeness, type Request, start, URN } from "./quick-server.ts";

describe("polls of public clients", () => {
  let place: Awaited<ReturnType<typeof start>>;
  before(async () => {
    place = await start();
  });
  after(() => place.close());

  const waiting = (code: string, more: Record<string, string> = {}): Request => ({
    ...place.pollOf(code, more),
    headers: { prefer: "wait=5" },
  });
  const held = async (count: number) => {
    while (place.ctx.heldPolls.size !== count) await new Promise(setImmediate);
  };

  for (const [name, grant_type] of [
    ["MSAL", "device_code"],
    ["a standard client", URN],
  ] as const) {
    test(`that ask to be held, of ${name}, wait without the framework and get the usual answer`, async () => {
      const codes = [await place.newCode(), await place.newCode()];
      const before = place.passedOn();
      const ports = [place.quickPort, place.usualPort];
      const asked = ports.map((port, index) => ask(port, waiting(codes[index]!, { grant_type })));
      await held(2);
      assert.equal(place.passedOn(), before + 1, "one was not passed on");
      place.clock.advance(5_000);
      const [quick, usual] = await Promise.all(asked);
      assert.equal(quick?.headers["preference-applied"], "wait=5");
      assert.deepEqual(likeness(quick!), likeness(usual!));
      assert.equal(place.ctx.heldPolls.size, 0);
    });
  }

  test("that ask to be held are passed on once they are decided, and keep their place on the connection", async () => {
    const [code, known] = [await place.newCode(), await place.knownCode()];
    const socket = connect(place.quickPort, "127.0.0.1");
    const next = answersOn(socket);
    const before = place.passedOn();
    socket.write([waiting(code), place.pollOf(known)].map(bytesOf).join(""));
    await held(1);
    const grant = await place.ctx.store.grants.findByDeviceCodeHash(hashSecret(code));
    const audit = sampleAudit("denied");
    await place.ctx.store.grants.deny(grant!.id, {
      ...{ sessionId: null, reason: "operator" as const, now: place.clock.now(), audit },
    });
    const [declined, pending] = [await next(), await next()];
    socket.destroy();
    assert.equal(JSON.parse(declined.body).error, "authorization_declined");
    assert.deepEqual([declined.headers["preference-applied"], declined.headers.vary], ["wait=5", "Prefer"]);
    assert.equal(JSON.parse(pending.body).error, "authorization_pending");
    assert.equal(place.passedOn(), before + 1);
  });

  test("that ask to be held count the time that the tenant spends on them afterwards, without the wait", async () => {
    const code = await place.newCode();
    const asked = ask(place.quickPort, waiting(code));
    await held(1);
    for (const began = performance.now(); performance.now() - began < 200; ) await new Promise(setImmediate);
    const grant = await place.ctx.store.grants.findByDeviceCodeHash(hashSecret(code));
    place.seconds.length = 0;
    place.lines.length = 0;
    const audit = sampleAudit("denied");
    const deniedAt = performance.now();
    await place.ctx.store.grants.deny(grant!.id, {
      ...{ sessionId: null, reason: "operator" as const, now: place.clock.now(), audit },
    });
    await asked;
    while (place.seconds.length === 0) await new Promise(setImmediate);
    assert.ok(place.seconds[0]! > 0 && place.seconds[0]! <= (performance.now() - deniedAt) / 1_000);
    assert.ok(Number(place.lines[0]?.held_ms) >= 200);
  });

  test("that ask to be held too early are answered at once, as usual", async () => {
    const [one, two] = [await place.knownCode(), await place.knownCode()];
    const early = async (port: number, code: string) => {
      await ask(port, place.pollOf(code, { grant_type: URN }));
      return ask(port, waiting(code, { grant_type: URN }));
    };
    const [quick, usual] = [await early(place.quickPort, one), await early(place.usualPort, two)];
    assert.deepEqual([JSON.parse(quick.body).error, quick.headers["preference-applied"]], ["slow_down", undefined]);
    assert.deepEqual(likeness(quick), likeness(usual));
  });

  test("that ask to be held get the usual error if the store fails while they wait", async (t) => {
    const code = await place.newCode();
    const { grants } = place.ctx.store;
    const asked = ask(place.quickPort, waiting(code));
    await held(1);
    const failing = t.mock.method(grants, "poll", async () => {
      throw new Error("the disk is gone");
    });
    place.clock.advance(5_000);
    assert.equal((await asked).status, 500);
    failing.mock.restore();
    assert.equal(place.ctx.heldPolls.size, 0);
  });
});
