import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { isRunning, startProcess } from "./fixtures/main-job-process.ts";

for (const [signal, exitCode] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`${signal} ends the tenant, the API and the headless program, with ${exitCode}`, async (t) => {
    const start = startProcess(t, "start.ts");
    await start.prints("The code is valid for 15 minutes.");
    const children = start.children();
    assert.ok(children.length >= 1);

    start.process.kill(signal);
    assert.equal(await start.ended, exitCode);
    assert.deepEqual(children.filter(isRunning), []);
    assert.deepEqual(start.leftovers(), []);
    assert.equal(start.stderr(), "");
  });
}

test("without a terminal an expired code ends it with exit code 5; if ports are in use, it takes the next ones", async (t) => {
  const busy = createServer().listen(0, "127.0.0.1");
  await once(busy, "listening");
  t.after(() => busy.close());
  const { port } = busy.address() as { port: number };

  const start = startProcess(t, "test/fixtures/start-and-let-expire.ts", { FIRST_PORT: String(port) });
  assert.equal(await start.ended, 5, start.stdout() + start.stderr());
  const used = [...start.stdout().matchAll(/https?:\/\/(?:localhost|127\.0\.0\.1):(\d+)/g)].map(([, digits]) =>
    Number(digits),
  );
  assert.ok(used.length >= 4);
  assert.ok(
    used.every((number) => number > port && number < port + 41),
    `it took ${used}`,
  );
  assert.match(start.stdout(), /^device │ The code expired.*Start the sign-in again to get a new code\.$/m);
  assert.deepEqual(start.leftovers(), []);
});

test("a declined sign-in ends it with exit code 4", async (t) => {
  const start = startProcess(t, "test/fixtures/start-and-decline.ts");
  assert.equal(await start.ended, 4, start.stdout() + start.stderr());
  assert.match(start.stdout(), /^device │ The sign-in was declined/m);
  assert.doesNotMatch(start.stdout(), /Signed in/);
  assert.deepEqual(start.leftovers(), []);
});
