// Runs after `npm ci`: downloads the runtime that the tenant needs and compiles the packages, so that `npx doorcode …`
// works.
import { build } from "./build.mjs";
import { recordInstall } from "./install.mjs";
import { node24 } from "./runtime.mjs";

try {
  node24();
  build();
  // Last, so that an interrupted install is repeated.
  recordInstall();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
