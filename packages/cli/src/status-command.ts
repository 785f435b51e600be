import type { Arguments } from "./arguments.ts";
import * as kept from "./kept-sign-in.cts";
import { openSettings } from "./settings.ts";
import { describeStatus } from "./status.cts";

/** What the small CommonJS way left over: further options, and a store that cannot be read, which says why here. */
export async function run(given: Arguments): Promise<number> {
  const { store, name } = await openSettings(given);
  const shown = describeStatus(
    Object.fromEntries((await store.read()).records),
    { json: given.flag("json"), columns: process.stdout.columns ?? 80, env: process.env, profile: name },
    kept,
  );
  process.stdout.write(shown.stdout);
  process.stderr.write(shown.stderr);
  return shown.exit;
}
