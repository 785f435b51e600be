import type { Applied, Plan, Step } from "@doorcode/prepare";
import { printableLine, printEvent, printLine, printResult, say, withoutBackticks } from "../output.ts";
import type { Target } from "./inputs.ts";

const signs: Record<Step["action"], string> = { create: "+", change: "~", leave: "=", delete: "-" };

export const changesOf = ({ steps }: Plan): Step[] => steps.filter(({ action }) => action !== "leave");

/** One line for each object of the file, and what would change. On stdout: it is the result of `--plan`. */
export function showPlan(plan: Plan, { authority }: Target, json: boolean): void {
  const { steps } = plan;
  if (json) {
    for (const step of steps) printEvent("step", step);
    printEvent("plan", count(steps));
    return;
  }
  printResult(`${authority}\n`);
  for (const step of steps) printResult(lineOf(step));
  printResult(`\n${summary(steps)}`);
}

/** Notes beside the plan or the file, with names from the tenant in them. */
export function showNotes(notes: readonly string[]): void {
  for (const note of notes) say(withoutBackticks(printableLine(note)));
}

/** One step was done. */
export function showDone(step: Step, json: boolean): void {
  if (json) printEvent("done", step);
  else say(doneLine(step));
}

/** `made api ciam-ToDoList-api`, also for `doorcode tenant start --file`. */
export function doneLine({ action, kind, name }: Step): string {
  return `  ${doneWords[action]} ${kind} ${printableLine(name)}`;
}

const doneWords: Record<Step["action"], string> = {
  create: "made",
  change: "changed",
  leave: "left",
  delete: "deleted",
};

/** The client IDs, and the two lines that a program needs. */
export function showApplied(applied: Applied, authority: string, json: boolean): void {
  const { apps, apis } = applied;
  if (json) {
    printEvent("applied", {
      authority,
      apps: apps.map(({ name, clientId }) => ({ name, client_id: clientId })),
      apis: apis.map(({ name, clientId, identifierUri, scopes }) => ({
        name,
        client_id: clientId,
        identifier_uri: identifierUri,
        scopes,
      })),
    });
    return;
  }
  for (const { name, clientId, scopes } of apis) {
    printResult(`\nAPI  ${printableLine(name)}  ${clientId}`);
    for (const scope of scopes) printLine(`     ${scope}`);
  }
  for (const { name, clientId } of apps) {
    printResult(
      `\n${printableLine(name)}\n     authority: ${JSON.stringify(authority)},\n     clientId: ${JSON.stringify(clientId)},`,
    );
  }
}

function lineOf({ action, kind, name, changes }: Step): string {
  // The name of a new object needs no line of its own.
  const shown = action === "create" ? changes.filter(({ to }) => to !== name) : changes;
  const words = shown.map((change) => `\n      ${printableLine(changeWords(change))}`);
  return `  ${signs[action]} ${kind} ${printableLine(name)}${action === "leave" ? "" : words.join("")}`;
}

function changeWords({ what, from, to }: Step["changes"][number]): string {
  if (from === undefined && to === undefined) return what;
  if (from === undefined) return `${what}: ${to}`;
  return to === undefined ? `${what}: ${from} removed` : `${what}: ${from} → ${to}`;
}

export function summary(steps: Step[]): string {
  const { create, change, remove, leave } = count(steps);
  if (create + change + remove === 0) return "Nothing to do: the tenant matches the file.";
  const parts = [
    `${create} to create`,
    `${change} to change`,
    ...(remove > 0 ? [`${remove} to delete`] : []),
    `${leave} unchanged`,
  ];
  return `${parts.join(", ")}.`;
}

function count(steps: Step[]) {
  const of = (action: Step["action"]) => steps.filter((step) => step.action === action).length;
  return { create: of("create"), change: of("change"), remove: of("delete"), leave: of("leave") };
}
