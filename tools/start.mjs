// `npm start` and `npm run demo`: one whole sign-in on this machine; see examples/main-job.
import { install } from "./install.mjs";
import { runOnNode24 } from "./node24.mjs";

const program = process.argv.includes("--demo") ? "demo" : "start";

try {
  install();
  process.exitCode = await runOnNode24([`examples/main-job/${program}.ts`]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
