// A process of the test run: takes test files from its parent, one after the other, until there are no more. Files share
// a process because importing the tenant takes longer than most of them do. tools/test-report.mjs tells the parent how each ended.
import { relative } from "node:path";
import { after, describe } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "./runtime.mjs";

for (let file = await nextFile(); file !== null; file = await nextFile()) await runFile(file);
// The reporter still has to send; what keeps this process from ending now is a test's.
process.channel.unref();

function nextFile() {
  const answer = new Promise((resolve) => process.once("message", ({ file }) => resolve(file)));
  process.send({ type: "ready" });
  return answer;
}

/** Hooks that a file has outside of any suite are its own: the suite around it takes them. */
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
