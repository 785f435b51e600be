// Runs after `npm ci`: brings the runtime the tenant needs and compiles the packages, so that `npx doorcode …` works.
import { build } from "./build.mjs";
import { recordInstall } from "./install.mjs";
import { node24 } from "./runtime.mjs";

try {
  node24();
  build();
  // Last: an install that was stopped half-way is done again.
  recordInstall();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
