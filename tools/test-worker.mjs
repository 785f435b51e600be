// A process of the test run. Takes test files from its parent one by one until there are no more. Files share a process
// because importing the tenant takes longer than most of them. tools/test-report.mjs reports to the parent how each
// ended.
import { relative } from "node:path";
import { after, describe } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "./runtime.mjs";

// While files run, a test may wait for something that does not keep the process alive by itself, such as an unref'd timer.
process.channel.ref();
for (let file = await nextFile(); file !== null; file = await nextFile()) await runFile(file);
// The reporter still has to send. After that, only a leftover of a test can keep this process from ending.
process.channel.unref();

function nextFile() {
  const answer = new Promise((resolve) => process.once("message", ({ file }) => resolve(file)));
  process.send({ type: "ready" });
  return answer;
}

/** A file's hooks outside any suite belong to it, so the suite around it takes them. */
function runFile(file) {
  return new Promise((resolve) => {
    describe(relative(root, file), async () => {
      try {
        await import(pathToFileURL(file));
      } finally {
        after(resolve);
      }
    });
  });
}
