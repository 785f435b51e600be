import type { Applied, Plan, Step } from "@doorcode/prepare";
import { printableLine, printEvent, printResult, say } from "../output.ts";
import type { Target } from "./inputs.ts";

const signs: Record<Step["action"], string> = { create: "+", change: "~", leave: "=", delete: "-" };

export const changesOf = ({ steps }: Plan): Step[] => steps.filter(({ action }) => action !== "leave");

/** What is there and what would be done, a line each; on stdout, for it is the result of `--plan`. */
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

/** What to know beside the plan, or the file; a sentence each, with names that are the tenant's. */
export function showNotes(notes: readonly string[]): void {
  for (const note of notes) say(printableLine(note));
}

/** One thing was done. */
export function showDone(step: Step, json: boolean): void {
  if (json) printEvent("done", step);
  else say(doneLine(step));
}

/** `made api ciam-ToDoList-api`; of `doorcode tenant start --file` too. */
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
    printResult(`\nAPI  ${name}  ${clientId}`);
    for (const scope of scopes) printResult(`     ${scope}`);
  }
  for (const { name, clientId } of apps) {
    printResult(
      `\n${name}\n     authority: ${JSON.stringify(authority)},\n     clientId: ${JSON.stringify(clientId)},`,
    );
  }
}

function lineOf({ action, kind, name, changes }: Step): string {
  // That a new thing is called as the file calls it goes without saying.
  const told = action === "create" ? changes.filter(({ to }) => to !== name) : changes;
  const words = told.map((change) => `\n      ${printableLine(changeWords(change))}`);
  return `  ${signs[action]} ${kind} ${printableLine(name)}${action === "leave" ? "" : words.join("")}`;
}

function changeWords({ what, from, to }: Step["changes"][number]): string {
  if (from === undefined && to === undefined) return what;
  if (from === undefined) return `${what}: ${to}`;
  return to === undefined ? `${what}: ${from} taken away` : `${what}: ${from} → ${to}`;
}

export function summary(steps: Step[]): string {
  const { create, change, remove, leave } = count(steps);
  if (create + change + remove === 0) return "Nothing to do: the tenant is what the file says.";
  const parts = [
    `${create} to make`,
    `${change} to change`,
    ...(remove > 0 ? [`${remove} to delete`] : []),
    `${leave} as they are`,
  ];
  return `${parts.join(", ")}.`;
}

function count(steps: Step[]) {
  const of = (action: Step["action"]) => steps.filter((step) => step.action === action).length;
  return { create: of("create"), change: of("change"), remove: of("delete"), leave: of("leave") };
}
