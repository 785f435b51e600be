import { homedir } from "node:os";
import type { LocalCa } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { agreed } from "../input.ts";
import { printResult, say } from "../output.ts";
import { dataFolder } from "./location.ts";
import { type TrustStore, trustStores } from "./trust-stores.ts";

/** `doorcode tenant trust`: adds the data folder's CA to this user's browsers, or removes it. */
export async function run(given: Arguments, signal: AbortSignal): Promise<number> {
  const { localCa } = await import("@doorcode/tenant/operator");
  const ca = await localCa(await dataFolder(given));
  const remove = given.flag("remove");
  if (given.flag("print")) {
    printResult(ca.file);
    return exitCodes.done;
  }
  const { stores, missing, forAll } = trustStores(home());
  if (missing !== undefined) throw new CommandError("trust_store_missing", "Nothing was changed.", missing);
  const wanted = stores.filter((store) => store.has(ca) === remove);
  if (wanted.length === 0) say(remove ? "None of your browsers trusts it." : "Your browsers already trust it.");
  else if (!(await agreedFor(ca, wanted, given, signal))) {
    say("Nothing was changed.");
    return exitCodes.done;
  }
  const failed = wanted.filter((store) => !changed(store, ca, remove));
  if (wanted.length > 0 && failed.length === 0) say("Done.");
  const everywhere = forAll(ca);
  if (everywhere) {
    const what = remove ? "If all programs of this machine trust it" : "To make all programs of this machine trust it";
    say(`\n${what}, run as an administrator:\n  ${remove ? everywhere.remove : everywhere.add}`);
  }
  return failed.length === 0 ? exitCodes.done : exitCodes.unexpected;
}

function home(): string {
  try {
    return homedir();
  } catch (cause) {
    const message = "This user has no home folder, so there are no browsers to change.";
    throw new CommandError("trust_store_missing", message, "Set HOME.", { cause });
  }
}

async function agreedFor(
  { file, name }: LocalCa,
  stores: TrustStore[],
  given: Arguments,
  signal: AbortSignal,
): Promise<boolean> {
  const places = stores.map(({ label }) => `  ${label}`).join("\n");
  say(
    given.flag("remove")
      ? `${name} (${file}) will be removed from:\n${places}`
      : `${name} (${file}) will be added to:\n${places}\n\n` +
          "It can vouch only for this computer's own names and the tenant's host.\n" +
          "Anyone who can read its key in the data folder can impersonate them.",
  );
  return agreed(given, "Continue?", signal);
}

function changed(store: TrustStore, ca: LocalCa, remove: boolean): boolean {
  const problem = attempt(() => (remove ? store.remove(ca) : store.add(ca)));
  // What the store contains decides, not the tool's exit code.
  const done = problem === undefined && store.has(ca) !== remove;
  if (!done) say(`Failed: ${store.label}: ${problem ?? "no change"}`);
  return done;
}

/** A browser's folder that cannot be written affects that store only. */
function attempt(change: () => string | undefined): string | undefined {
  try {
    return change();
  } catch (error) {
    return (error as Error).message;
  }
}
