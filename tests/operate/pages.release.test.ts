// Runs the commands of docs/operate in their order, page by page, beside a tenant that is served.
import { after, before, describe, test } from "node:test";
import { blocksOf, pages } from "./pages.ts";
import { type Operated, operate, type Seed, seedData } from "./server.ts";

describe("docs/operate", { concurrency: false, timeout: 20 * 60_000, skip: process.platform === "win32" }, async () => {
  let seed: Seed;
  before(async () => {
    seed = await seedData();
  });
  after(() => seed?.[Symbol.asyncDispose]());

  for (const page of pages) {
    const blocks = (await blocksOf(page)).filter(({ as }) => as === "run" || as === "stopped");
    if (blocks.length === 0) continue;
    describe(page, { concurrency: false }, () => {
      let operated: Operated;
      before(async () => {
        operated = await operate(seed);
      });
      after(() => operated?.[Symbol.asyncDispose]());

      for (const { as, text, line } of blocks) {
        test(`line ${line}: ${text.split("\n")[0]}`, async () => {
          if (as === "run") await operated.start();
          else await operated.stop();
          await operated.run(text);
        });
      }
    });
  }
});
