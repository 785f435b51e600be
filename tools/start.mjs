// `npm start` and `npm run demo`: one complete sign-in on this machine. See examples/main-job. Further arguments are
// passed on.
import { install } from "./install.mjs";
import { runOnNode24 } from "./node24.mjs";

const typed = process.argv.slice(2);
const program = typed.includes("--demo") ? "demo" : "start";

try {
  install();
  process.exitCode = await runOnNode24([
    `examples/main-job/${program}.ts`,
    ...typed.filter((each) => each !== "--demo"),
  ]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
