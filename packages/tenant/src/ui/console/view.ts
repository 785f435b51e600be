import type { NowView } from "./now.ts";
import type { ProblemView } from "./problem.ts";

/** Every page of the console, as data. Handlers of the room `console/` answer with one of them. */
export type ConsoleView = NowView | ProblemView;

/** The HTTP status of the response with this view. */
export function statusOfConsole(view: ConsoleView): number {
  if (view.page === "console_problem") {
    return { not_found: 404, stale_form: 403, refused: 422 }[view.problem.why];
  }
  return "problem" in view && view.problem ? 422 : 200;
}
