// How `npm test` handles test files that fail in unusual ways.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import { type EndedFile, runFiles } from "../../tools/test-processes.mjs";

const passing = 'import { test } from "node:test"; test("passes", () => {});';

/** Runs files with these texts in one process. Returns the result of each, by file name. */
async function run(t: TestContext, texts: Record<string, string>, fileTimeoutMs = 60_000) {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-test-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const files = Object.keys(texts).map((name) => join(folder, `${name}.test.ts`));
  for (const [index, text] of Object.values(texts).entries()) await writeFile(files[index]!, text);
  const ended: Record<string, EndedFile> = {};
  const failures: string[] = [];
  await runFiles(files, {
    processes: 1,
    fileTimeoutMs,
    env: process.env,
    signal: new AbortController().signal,
    onFile: (file) => {
      ended[basename(file.file, ".test.ts")] = file;
    },
    onFailures: (text) => failures.push(text),
  });
  const counts = Object.fromEntries(Object.entries(ended).map(([name, { count }]) => [name, count]));
  return { counts, failures: failures.join("\n"), text: (name: string) => ended[name]!.text };
}

const count = (passed: number, failed: number, skipped = 0) => ({ passed, failed, skipped });

test("every file is counted separately, with its own output", async (t) => {
  const { counts, text, failures } = await run(t, {
    one: `${passing} console.log("said by one");`,
    two: `${passing} test("fails", () => { throw new Error("the reason"); }); test.skip("is skipped", () => {});`,
  });
  assert.deepEqual(counts, { one: count(1, 0), two: count(1, 1, 1) });
  assert.match(text("one"), /said by one/);
  assert.match(failures, /the reason/);
});

test("a file without tests has a count of zero, so that the run can fail it", async (t) => {
  const { counts } = await run(t, { empty: "export {};", one: passing });
  assert.deepEqual(counts, { empty: count(0, 0), one: count(1, 0) });
});

test("a file that cannot be loaded fails, and the next one runs", async (t) => {
  const { counts, failures } = await run(t, { broken: 'throw new Error("cannot load");', one: passing });
  assert.deepEqual(counts, { broken: count(0, 1), one: count(1, 0) });
  assert.match(failures, /cannot load/);
});

test("a hook outside any suite belongs only to its file", async (t) => {
  const { counts } = await run(t, {
    hooked: `import { beforeEach } from "node:test"; ${passing} beforeEach(() => { throw new Error("in the hook"); });`,
    one: passing,
  });
  assert.deepEqual(counts, { hooked: count(0, 1), one: count(1, 0) });
});

test("a file that ends its process fails, and the next file runs in a new process", async (t) => {
  const { counts, failures } = await run(t, {
    exiting: 'import { test } from "node:test"; test("exits", () => process.exit(3));',
    one: passing,
  });
  assert.equal(counts.exiting?.failed, 1);
  assert.deepEqual(counts.one, count(1, 0));
  assert.match(failures, /exit code 3/);
});

test("a file that never ends is killed and named", async (t) => {
  const hanging = 'import { test } from "node:test"; test("hangs", () => new Promise((end) => setTimeout(end, 1e6)));';
  const { counts, failures } = await run(t, { hanging }, 1_500);
  assert.deepEqual(counts, { hanging: count(0, 1) });
  assert.match(failures, /hanging\.test\.ts\n {2}It did not end within 1\.5 s/);
});

test("a file that measures runs in its own process, after all others", async (t) => {
  const measuring = `// Own process, last: it measures.\n${passing}`;
  const { counts } = await run(t, { measuring, one: passing, two: passing });
  assert.deepEqual(Object.entries(counts), [
    ["one", count(1, 0)],
    ["two", count(1, 0)],
    ["measuring", count(1, 0)],
  ]);
});

test("a file that asks for its own process gets one", async (t) => {
  const own = "// Own process: it looks at its environment.\n";
  const look = `import assert from "node:assert"; ${passing} test("is alone", () => { assert.equal(globalThis.seen, undefined); globalThis.seen = 1; });`;
  const { counts } = await run(t, { one: own + look, two: own + look });
  assert.deepEqual(counts, { one: count(2, 0), two: count(2, 0) });
});
