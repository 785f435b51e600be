import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_LIMITS } from "../../../src/directory/tenant-config.ts";
import { PendingCodes } from "../../../src/oauth/device-authorization/pending-codes.ts";
import { manualClock } from "../../fixtures/manual-clock.ts";

/** Codes that wait, of which the store says how many. What it was asked is listed. */
function waiting(live: number, limits: Partial<typeof DEFAULT_LIMITS> = {}) {
  const clock = manualClock();
  const asked: string[] = [];
  const store = {
    grants: {
      countLive: async (_now: number, clientId?: string) => {
        asked.push(clientId ?? "all");
        return clientId === undefined ? live : Math.ceil(live / 2);
      },
    },
    throttle: { peek: async () => 0 },
  };
  const config = { embedded: false, limits: { ...DEFAULT_LIMITS, ...limits } };
  const ctx = { config, store, clock } as unknown as ConstructorParameters<typeof PendingCodes>[0];
  return { codes: new PendingCodes(ctx), asked, clock };
}

const NETWORK = "192.0.2.7";

test("a million waiting codes are counted every 10 seconds, ten thousand every second", async () => {
  for (const [live, seconds] of [
    [1_000_000, 10],
    [10_000, 1],
  ] as const) {
    const { codes, asked, clock } = waiting(live, { pendingDeviceCodes: 1e9, pendingDeviceCodesByClient: 1e9 });
    for (let second = 0; second <= 60; second++) {
      await codes.lengthOfNext("app", NETWORK);
      clock.advance(1_001);
    }
    assert.ok(Math.abs(asked.length - 61 / seconds) <= 1, `${asked.length} counts of ${live}`);
  }
});

test("the codes of one client are counted only once all together could be too many for one", async () => {
  const few = waiting(DEFAULT_LIMITS.pendingDeviceCodesByClient - 1);
  for (const app of ["one", "two", "three"]) await few.codes.lengthOfNext(app, NETWORK);
  assert.deepEqual(few.asked, ["all"]);
  const many = waiting(DEFAULT_LIMITS.pendingDeviceCodesByClient);
  for (const app of ["one", "two"]) await many.codes.lengthOfNext(app, NETWORK);
  assert.deepEqual(many.asked, ["all", "one", "two"]);
  assert.equal(many.codes.knownLength("three", NETWORK), undefined, "not counted yet");
  assert.ok(many.codes.knownLength("one", NETWORK));
});
