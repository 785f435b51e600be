// `npm test`: everything, from a fresh clone. `npm test -- PATH…` runs the test files whose path contains one of these.
// This part runs on the machine's Node.js; tests/ and packages/ run under tools/test-run.mjs on Node.js 24.
import { install } from "./install.mjs";
import { runOnNode24 } from "./node24.mjs";

try {
  install();
  process.exitCode = await runOnNode24(["tools/test-run.mjs", ...process.argv.slice(2)]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
