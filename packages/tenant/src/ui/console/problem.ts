import { html } from "../html.ts";
import type { ConsolePages } from "./layout.ts";
import { english, problemBox } from "./parts.ts";

/** Why a page of the console could not answer. `refused`: an operation of the tenant did not take place. */
export type ConsoleProblem =
  | { why: "not_found" | "stale_form" | "too_large" }
  | { why: "refused"; message: string; hint: string };

export type ProblemView = { page: "console_problem"; problem: ConsoleProblem };

export const problemPages: ConsolePages<ProblemView> = {
  console_problem({ problem }, { messages, path }) {
    const words = messages.console.problems;
    if (problem.why === "refused") {
      return {
        title: words.refused,
        main: html`${problemBox(english(problem.message), english(problem.hint))}<p><a class="button alt" href="/console">${words.back}</a></p>`,
      };
    }
    const { title, text } = words[problem.why];
    const to = problem.why === "stale_form" ? path : "/console";
    return {
      title,
      main: html`<p>${text}</p><p><a class="button alt" href="${to}">${problem.why === "stale_form" ? words.again : words.back}</a></p>`,
    };
  },
};
