import { auditPages } from "./audit.ts";
import { inboxPages } from "./inbox.ts";
import { keysPages } from "./keys.ts";
import { type ConsoleChrome, type ConsolePage, type ConsolePages, consoleLayout } from "./layout.ts";
import { nowPages } from "./now.ts";
import { problemPages } from "./problem.ts";
import { signInsPages } from "./sign-ins.ts";
import { testingPages } from "./testing.ts";
import type { ConsoleView } from "./view.ts";

const pages: ConsolePages<ConsoleView> = {
  ...nowPages,
  ...inboxPages,
  ...signInsPages,
  ...auditPages,
  ...keysPages,
  ...testingPages,
  ...problemPages,
};

/** The HTML document of a view. */
export function renderConsole(view: ConsoleView, chrome: ConsoleChrome): string {
  const render = pages[view.page] as (view: ConsoleView, chrome: ConsoleChrome) => ConsolePage;
  return consoleLayout(render(view, chrome), chrome);
}
