import { writeFile } from "node:fs/promises";
import type { GraphAccess, Plan, PrepareError, TenantModel } from "@doorcode/prepare";
import type { Arguments } from "./definition/command.ts";
import { CommandError, exitCodes, UsageError } from "./exit-codes.ts";
import { whyUnwritable } from "./file-errors.ts";
import { confirmed } from "./input.ts";
import { printableLine, printEvent, say } from "./output.ts";
import { asAdministrator } from "./prepare/graph-access.ts";
import { defaultFile, readModel, type Target, targetOf } from "./prepare/inputs.ts";
import { changesOf, showApplied, showDone, showNotes, showPlan, summary } from "./prepare/screen.ts";

export async function run(given: Arguments, signal: AbortSignal): Promise<number> {
  const { text, flag } = given;
  refuseBoth(
    given,
    ["to", "from"],
    ["plan", "yes"],
    ["browser", "device"],
    ["token-stdin", "device"],
    ["token-stdin", "browser"],
    ["certificate", "browser"],
    ["certificate", "device"],
    ["certificate", "token-stdin"],
  );
  if (text("from") !== undefined) return writeFrom(given, signal);
  const to = text("to");
  if (to === undefined) {
    throw new UsageError(
      "Missing option --to URL|entra: the tenant to prepare.",
      `doorcode prepare --file ${defaultFile} --to https://localhost:8443/<tenant> --plan`,
    );
  }
  const prepare = await import("@doorcode/prepare");
  const model = await readModel(text("file") ?? defaultFile);
  const target = targetOf("to", to, text("tenant") ?? model.tenant.domain);
  if (!flag("plan") && !flag("yes") && !(process.stdin.isTTY && process.stderr.isTTY)) {
    throw new UsageError(
      "This needs confirmation, and stdin is not a terminal.",
      "Check it with --plan, and apply it with --yes.",
    );
  }
  const needed = prepare.permissionsFor(model, target.kind, { prune: flag("prune"), plan: flag("plan") });
  return asAdministrator(given, target, needed, signal, (graph) => planAndApply(model, graph, target, given, signal));
}

/** Plans, asks, applies. */
async function planAndApply(
  model: TenantModel,
  graph: GraphAccess,
  target: Target,
  { flag }: Arguments,
  signal: AbortSignal,
): Promise<number> {
  const prepare = await import("@doorcode/prepare");
  const plan = await prepare.planTenant(model, graph, { prune: flag("prune"), env: process.env, signal });
  showNotes(plan.notes);
  const json = flag("json");
  showPlan(plan, target, json);
  const changes = changesOf(plan);
  if (flag("plan")) return changes.length > 0 ? exitCodes.changes : exitCodes.done;
  if (changes.length > 0 && !flag("yes") && !(await agreed(plan, signal))) {
    say("Nothing was changed.");
    return exitCodes.done;
  }
  const applied = await prepare
    .applyPlan(plan, graph, { report: (step) => showDone(step, json), env: process.env, signal })
    .catch((error: unknown) => {
      throw error instanceof prepare.PrepareError ? withProgress(error) : error;
    });
  showApplied(applied, programAuthority(target, plan), json);
  return exitCodes.done;
}

/** `--from`: writes the tenant as a file. */
async function writeFrom(given: Arguments, signal: AbortSignal): Promise<number> {
  const prepare = await import("@doorcode/prepare");
  const target = targetOf("from", given.text("from") ?? "", given.text("tenant"));
  const needed = prepare.permissionsForExport(target.kind);
  const { model, notes } = await asAdministrator(given, target, needed, signal, (graph) =>
    prepare.exportTenant(graph, { signal }),
  );
  showNotes(notes);
  const file = given.text("file");
  const yaml = prepare.writeTenantFile(model);
  if (given.flag("json")) printEvent("exported", { file: file ?? null, notes, yaml });
  else if (file === undefined) process.stdout.write(yaml);
  if (file !== undefined) await writeNew(file, yaml);
  return exitCodes.done;
}

/** Never overwrites: an existing file may be someone's work. */
async function writeNew(file: string, yaml: string): Promise<void> {
  try {
    await writeFile(file, yaml, { flag: "wx" });
    say(`Written to ${file}.`);
  } catch (error) {
    throw new UsageError(
      `The file ${file} ${whyUnwritable(error as NodeJS.ErrnoException)}.`,
      "Specify another with --file, or omit --file and redirect stdout.",
    );
  }
}

async function agreed({ steps }: Plan, signal: AbortSignal): Promise<boolean> {
  // Where stdout goes to a file, the summary at the end of the plan went there too.
  const what = process.stdout.isTTY ? "" : `${summary(steps)} `;
  return confirmed(`${what}Apply these changes?`, signal);
}

/** Adds what was done before the failure, and that the next run continues. */
function withProgress(error: PrepareError): CommandError {
  const { code, message, done, left } = error;
  const progress =
    done.length + left.length === 0
      ? ""
      : `\nSteps done: ${done.length}. Steps left: ${left.length}${left[0] ? `, the next one is ${left[0].kind} ${printableLine(left[0].name)}` : ""}. The next run continues there.`;
  return new CommandError(code, message, `${error.hint}${progress}`, { cause: error });
}

/**
 * The authority for a program's configuration. Entra's customers sign in at ciamlogin.com, under the tenant's name and
 * its ID; MSAL rejects the name alone.
 */
function programAuthority({ kind, authority }: Target, { tenantId, initialDomain }: Plan): string {
  if (kind === "doorcode") return `${new URL(authority).origin}/${tenantId}`;
  const name = initialDomain?.split(".")[0];
  return name === undefined ? authority : `https://${name}.ciamlogin.com/${tenantId}`;
}

function refuseBoth(given: Arguments, ...pairs: [string, string][]): void {
  for (const [one, other] of pairs) {
    const is = (name: string) => given.flag(name);
    if (is(one) && is(other))
      throw new UsageError(`--${one} and --${other} cannot be used together.`, "See: doorcode prepare --help");
  }
}
