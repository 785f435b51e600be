import { readFileSync } from "node:fs";
import { nearest, parse } from "./arguments.ts";
import { type Command, commands, everywhere } from "./commands.ts";
import { exitCodeOf, exitCodes, UsageError } from "./exit-codes.ts";
import { printError } from "./output.ts";

/** The `doorcode` command: resolves to its exit code. */
export async function main(argv: string[]): Promise<number> {
  // Whoever read our output wants no more of it: there is nobody to tell.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const [name, ...rest] = argv;
  // Everything after `tenant`, its --help too, is for the tenant's own command line, which needs a newer Node.js than this one.
  if (name === "tenant") return (await import("./tenant.ts")).runTenant(rest);
  let interrupted = (): number | undefined => undefined;
  try {
    const about = await information(name, rest);
    if (about !== undefined) {
      process.stdout.write(about);
      return exitCodes.done;
    }
    const command = known(name);
    const given = parse(name as string, rest, { ...command.options, ...everywhere }, command.maxWords);
    const interruption = await onInterruption();
    interrupted = interruption.exit;
    const exit = await (await command.load()).run(given, interruption.signal);
    return interrupted() ?? exit;
  } catch (error) {
    const exit = interrupted() ?? exitCodeOf(error);
    printError(error, exit, { json: rest.includes("--json"), verbose: rest.includes("--verbose") });
    return exit;
  }
}

/** What only describes the program, and asks nobody. */
async function information(name: string | undefined, rest: string[]): Promise<string | undefined> {
  if (name === "--version") return `${version()}\n`;
  const asked = name === "help" || name === "--help" || name === "-h" ? (rest[0] ?? "") : undefined;
  const own =
    name !== undefined && Object.hasOwn(commands, name) && rest.some((word) => word === "--help" || word === "-h");
  if (asked === undefined && !own) return undefined;
  const { helpOf, helpOfAll } = await import("./help.ts");
  const topic = own ? name : asked;
  return topic ? helpOf(topic, known(topic)) : helpOfAll(commands);
}

function known(name: string | undefined): Command {
  if (name === undefined) throw new UsageError("Say what to do.", "See: doorcode --help");
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined) return command;
  const near = nearest(name, [...Object.keys(commands), "tenant"]);
  const hint = near === undefined ? "See: doorcode --help" : `Did you mean: doorcode ${near}`;
  const what = name.startsWith("-")
    ? "a command comes first"
    : `there is no command ${JSON.stringify(name.slice(0, 40))}`;
  throw new UsageError(`${what.charAt(0).toUpperCase()}${what.slice(1)}.`, hint);
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}

/** What is being written is done by then; nothing half-written can come of it either way, it would only leave a file to remove. */
const graceMs = 150;

const signals = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hangup,
} as const;

/** Ctrl-C ends the command at once, whatever it is doing; the first of these signals decides the exit code. */
export async function onInterruption(): Promise<{ signal: AbortSignal; exit(): number | undefined }> {
  const { DoorcodeError } = await import("@doorcode/client");
  const aborted = new AbortController();
  let code: number | undefined;
  for (const [name, exit] of Object.entries(signals)) {
    process.on(name, () => {
      if (code !== undefined) process.exit(code);
      code = exit;
      aborted.abort(new DoorcodeError("cancelled"));
      setTimeout(() => process.exit(exit), graceMs).unref();
    });
  }
  return { signal: aborted.signal, exit: () => code };
}
