import { globSync } from "node:fs";
import { root } from "../packaging/pack.ts";

const tests = "packages/tenant/test";

/** The tests of races and limits that need a whole tenant, or its pages. */
const racesAndLimits = [
  `${tests}/attacks/{guess-user-codes,last-administrator,outlives-the-owners-reset,use*}.test.ts`,
  `${tests}/graph/concurrency.test.ts`,
  `${tests}/interaction/{enter-code,sign-in}/*.test.ts`,
  `${tests}/oauth/refresh-token/*.test.ts`,
  `${tests}/oauth/client-proof.test.ts`,
  "tests/rfc8628/regressions.test.ts",
];

/** The other attacks, and pages in Chromium from sign-up to consent. */
const others = [
  `${tests}/attacks/*.test.ts`,
  `${tests}/interaction/{reset,second-factor}/*.test.ts`,
  `${tests}/oauth/authorization-code/*.test.ts`,
  "tests/browser/{second-factor,sign-in}.test.ts",
  "tests/second-factor/tokens.test.ts",
];

const found = (patterns: string[]) => globSync(patterns, { cwd: root }).sort();

export const filesForPooler = found(racesAndLimits);
export const filesForNodes = found([...racesAndLimits, ...others]);
