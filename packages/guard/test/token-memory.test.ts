// Own process: a snapshot of a process that has run many files takes gigabytes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { getHeapSnapshot } from "node:v8";
import { createGuard } from "../src/index.ts";
import { localIssuer } from "./fixtures/local-issuer.ts";

test("no verified token stays in memory, not even the one that made the guard remember its key", async () => {
  await using at = await localIssuer({ alg: "ES256" });
  const guard = createGuard({ ...at.trust, profile: "rfc9068" });
  const ends: number[][] = [];
  /** Only the bytes of its end are kept, not as a string. */
  const verified = async () => {
    const token = await at.sign(at.rfc9068Claims(), { typ: "at+jwt" });
    await guard.verify(token);
    ends.push([...Buffer.from(token.slice(-40))]);
  };
  for (let count = 0; count < 4; count++) await verified();
  const kept = await keptInMemory(ends);
  // The engine may still hold the last one for the functions that have just returned.
  assert.deepEqual(kept.slice(0, -1), [false, false, false]);
});

/** Whether each is in a string that is still in use: taking a snapshot collects the others first. */
async function keptInMemory(ends: number[][]): Promise<boolean[]> {
  const kept = ends.map(() => false);
  let before = Buffer.alloc(0);
  for await (const chunk of getHeapSnapshot()) {
    const bytes = Buffer.concat([before, Buffer.from(chunk)]);
    for (const [index, end] of ends.entries()) kept[index] ||= bytes.includes(Buffer.from(end));
    before = bytes.subarray(-40);
  }
  return kept;
}
