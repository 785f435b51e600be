import { apiPages } from "./api.ts";
import { appPages } from "./app.ts";
import { appsPages } from "./apps.ts";
import { auditPages } from "./audit.ts";
import { flowPages } from "./flows.ts";
import { inboxPages } from "./inbox.ts";
import { keysPages } from "./keys.ts";
import { type ConsoleChrome, type ConsolePage, type ConsolePages, consoleLayout } from "./layout.ts";
import { nowPages } from "./now.ts";
import { peoplePages } from "./people.ts";
import { personPages } from "./person.ts";
import { policyPages } from "./policies.ts";
import { problemPages } from "./problem.ts";
import { signInsPages } from "./sign-ins.ts";
import { filePages } from "./tenant-file.ts";
import { testingPages } from "./testing.ts";
import { tokensPages } from "./tokens.ts";
import type { ConsoleView } from "./view.ts";

const pages: ConsolePages<ConsoleView> = {
  ...nowPages,
  ...inboxPages,
  ...signInsPages,
  ...auditPages,
  ...keysPages,
  ...testingPages,
  ...tokensPages,
  ...problemPages,
  ...peoplePages,
  ...personPages,
  ...appsPages,
  ...appPages,
  ...apiPages,
  ...flowPages,
  ...policyPages,
  ...filePages,
};

/** The HTML document of a view. */
export function renderConsole(view: ConsoleView, chrome: ConsoleChrome): string {
  const render = pages[view.page] as (view: ConsoleView, chrome: ConsoleChrome) => ConsolePage;
  return consoleLayout(render(view, chrome), chrome);
}
