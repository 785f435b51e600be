import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { runTenant } from "./tenant.ts";

const USAGE = 2;

/** The `doorcode` command: resolves to its exit code. */
export async function main(argv: string[]): Promise<number> {
  const outcome = { exit: 0 };
  try {
    await program(outcome).parseAsync(argv, { from: "user" });
    return outcome.exit;
  } catch (error) {
    // Commander has printed its own words by now; asking for help is no mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    throw error;
  }
}

function program(outcome: { exit: number }): Command {
  const doorcode = new Command("doorcode")
    .description("Sign-in for programs without a browser.")
    .version(version(), "--version")
    .enablePositionalOptions()
    .exitOverride();
  // Everything after `tenant`, its --help too, is for the tenant's own command line, which needs a newer Node.js than this one.
  doorcode
    .command("tenant")
    .usage("start | approve | deny | users [options]")
    .description("run a tenant of your own, and decide on sign-ins there")
    .argument("[words...]")
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: string[]) => {
      outcome.exit = await runTenant(words);
    });
  return doorcode;
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}
