import { asksForHelp, commandOf, parse } from "./arguments.ts";
import { program } from "./definition/program.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import { printError } from "./output.ts";
import { refuseSecrets } from "./secrets-in-arguments.ts";

/** The `doorcode` command: resolves to its exit code. */
export async function main(argv: string[]): Promise<number> {
  let interrupted = (): number | undefined => undefined;
  process.stdout.on("error", endOfOutput);
  try {
    refuseSecrets(argv);
    const called = withoutAliases(argv);
    const { path, command, rest } = commandOf(program, called);
    if (command.load === undefined || asksForHelp(rest)) {
      const { helpOf } = await import("./help.ts");
      process.stdout.write(helpOf(path, command));
      return exitCodes.done;
    }
    const given = parse(path, command, rest);
    if (command.needsTenant || command.needsPackage) {
      const { checkInstalled } = await import("./installation.ts");
      checkInstalled(path, command);
    }
    if (command.needsTenant) {
      const { isTenantNode, runInTenantNode } = await import("./tenant-node.ts");
      if (!isTenantNode(process.versions.node)) return await runInTenantNode(called);
    }
    if (command.ownSignals) {
      process.stdout.off("error", endOfOutput);
      return await (await command.load()).run(given, new AbortController().signal, program);
    }
    const interruption = await onInterruption();
    interrupted = interruption.exit;
    const exit = await (await command.load()).run(given, interruption.signal, program);
    return interrupted() ?? exit;
  } catch (error) {
    const exit = interrupted() ?? exitCodeOf(error);
    printError(reasonOf(error), exit, { json: argv.includes("--json"), verbose: argv.includes("--verbose") });
    return exit;
  }
}

/** Node.js wraps the reason of an interruption. */
const reasonOf = (error: unknown): unknown =>
  error instanceof Error && error.name === "AbortError" && error.cause !== undefined ? error.cause : error;

/** The reader of the output wants no more of it, as in `doorcode help | head`. */
function endOfOutput(error: NodeJS.ErrnoException): void {
  process.exit(error.code === "EPIPE" ? exitCodes.done : exitCodes.unexpected);
}

/** `doorcode --version`, `-V`, `--help`, `-h`: options that stand in a command's place. */
function withoutAliases(argv: string[]): string[] {
  const [first, ...rest] = argv;
  if (first === "--version" || first === "-V") return ["version", ...rest];
  return first === "--help" || first === "-h" ? ["help", ...rest] : argv;
}

/** Enough to finish a write. Nothing depends on it: a write that is cut off leaves only a temporary file. */
const graceMs = 150;

const signals = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hangup,
} as const;

/** Ctrl-C ends the command at once. The first of these signals decides the exit code. */
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
