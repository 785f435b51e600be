// `npm start` and `npm run demo`: one whole sign-in on this machine; see examples/main-job.
import { install } from "./install.mjs";
import { runOnNode24 } from "./node24.mjs";

install();
const demo = process.argv.includes("--demo");
const rest = process.argv.slice(2).filter((argument) => argument !== "--demo");
process.exitCode = await runOnNode24([`examples/main-job/${demo ? "demo" : "start"}.ts`, ...rest]);
