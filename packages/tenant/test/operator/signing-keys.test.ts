import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { decodeProtectedHeader } from "jose";
import { operate } from "../../src/operator/operate.ts";
import { operated, operatedTenants } from "../fixtures/operated.ts";
import { pgNodes } from "../server/pg-nodes.ts";
import { failsWith } from "../server/scratch.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

for (const state of operatedTenants) {
  test(`the operator's signing keys: ${state}`, async (t) => {
    const { location, look } = await operated(t, state);
    const list = () => operate(location, { do: "list_keys" });
    const states = async () => (await list()).map(({ state }) => state);
    const [first, next] = await list();
    assert.deepEqual(await states(), ["signing", "next"]);
    await assert.rejects(operate(location, { do: "retire_key", kid: first!.kid, now: true }), failsWith("key_in_use"));
    await assert.rejects(operate(location, { do: "retire_key", kid: "x", now: true }), failsWith("key_unknown"));

    const planned = await operate(location, { do: "rotate_keys", now: false });
    assert.deepEqual([planned.kid, planned.state], [next!.kid, "next"]);
    assert.equal(Date.parse(planned.activates_at), Date.parse(next!.created_at) + DAY, "APIs may read keys once a day");
    const again = await operate(location, { do: "rotate_keys", now: false });
    assert.deepEqual(again, planned);

    const rotated = await operate(location, { do: "rotate_keys", now: true });
    assert.deepEqual([rotated.kid, rotated.state], [next!.kid, "signing"]);
    const kept = await operate(location, { do: "retire_key", kid: first!.kid, now: false });
    assert.equal(kept.state, "previous", "until its last token has expired");
    const superseded = Date.parse(kept.retires_at!) - Date.parse(rotated.activates_at);
    assert.equal(superseded, 61 * MINUTE);
    const gone = await operate(location, { do: "retire_key", kid: first!.kid, now: true });
    assert.equal(gone.state, "retired");

    const { context, clock } = await look();
    clock.advance(MINUTE);
    const served = (await context.signingKeys.published()).map(({ kid }) => kid);
    assert.equal(served.includes(first!.kid), false);
    assert.deepEqual(await states(), ["retired", "signing", "next"], "there is a next key again");
    assert.equal(decodeProtectedHeader(await context.signingKeys.sign({}, "JWT")).kid, next!.kid);
    const records = (await context.store.audit.list({ limit: 99 })).filter(({ event }) =>
      event.startsWith("signing_key"),
    );
    assert.deepEqual(
      records.map(({ event, actor, detail }) => [event, actor, detail.kid, detail.now]),
      [
        ["signing_key.retired", "operator", first!.kid, true],
        ["signing_key.retired", "operator", first!.kid, false],
        ["signing_key.rotated", "operator", next!.kid, true],
        ["signing_key.rotated", "operator", next!.kid, false],
      ],
    );
  });
}

describe("a leaked key", () => {
  test("that signs is replaced and refused on every node within a minute", async (t) => {
    let now = Date.now();
    const [one, two] = await pgNodes(t, { clock: { now: () => now } });
    const token = await two.context.signingKeys.sign({ iss: two.issuer, exp: now / 1000 + 600 }, "at+jwt");
    const { kid: leaked = "" } = decodeProtectedHeader(token);
    assert.ok(await two.context.signingKeys.verify(token));
    now += 1;
    // The next key leaked, too: it is replaced before it is used.
    const [, next] = await one.admin.signingKeys.list();
    await one.admin.signingKeys.retire(next!.kid, { now: true });
    const { kid } = await one.admin.signingKeys.rotate({ now: true });
    await one.admin.signingKeys.retire(leaked, { now: true });
    assert.equal([leaked, next!.kid].includes(kid), false);

    assert.equal(await one.context.signingKeys.verify(token), undefined, "at once where it was done");
    now += MINUTE;
    assert.equal(await two.context.signingKeys.verify(token), undefined);
    const published = (await two.context.signingKeys.published()).map((each) => each.kid);
    assert.equal(published.includes(leaked) || published.includes(next!.kid), false);
    assert.equal(decodeProtectedHeader(await two.context.signingKeys.sign({}, "JWT")).kid, kid);
  });

  test("is replaced in the store without the seal key, as long as there is a next key", async (t) => {
    const { location, data } = await operated(t, "stopped SQLite");
    await rm(join(data, "seal.key"));
    const rotate = () => operate(location, { do: "rotate_keys", now: true });
    assert.equal((await rotate()).state, "signing");
    await assert.rejects(rotate(), failsWith("seal_key_missing"));
  });
});
