import type { ApiView } from "./api.ts";
import type { AppView } from "./app.ts";
import type { AppsView } from "./apps.ts";
import type { AuditView } from "./audit.ts";
import type { FlowsView } from "./flows.ts";
import type { InboxView } from "./inbox.ts";
import type { KeysView } from "./keys.ts";
import type { NowView } from "./now.ts";
import type { PeopleView } from "./people.ts";
import type { PersonView } from "./person.ts";
import type { PoliciesView } from "./policies.ts";
import type { ProblemView } from "./problem.ts";
import type { SignInsView } from "./sign-ins.ts";
import type { FileView } from "./tenant-file.ts";
import type { TestingView } from "./testing.ts";
import type { TokensView } from "./tokens.ts";

/** Every page of the console, as data. Handlers of the room `console/` answer with one of them. */
export type ConsoleView =
  | NowView
  | InboxView
  | SignInsView
  | AuditView
  | KeysView
  | ProblemView
  | PeopleView
  | PersonView
  | AppsView
  | AppView
  | ApiView
  | FlowsView
  | PoliciesView
  | FileView
  | TestingView
  | TokensView;

/** The HTTP status of the response with this view. */
export function statusOfConsole(view: ConsoleView): number {
  if (view.page === "console_problem") {
    return { not_found: 404, stale_form: 403, too_large: 413, refused: 422 }[view.problem.why];
  }
  return "problem" in view && view.problem ? 422 : 200;
}
