import { codeToCompare } from "./components/code-to-compare.ts";
import type { Messages } from "./i18n/messages.ts";
import type { View } from "./view.ts";

/**
 * The question of a page, for `<title>` and mostly its heading. Of what asks, only the registered name of the app may stand here.
 * A problem comes first, so that it is heard first.
 */
export function titleOf(view: View, messages: Messages): string {
  const title = questionOf(view, messages);
  return "problem" in view && view.problem !== null ? messages.common.problem(title) : title;
}

function questionOf(view: View, { titles }: Messages): string {
  switch (view.page) {
    case "enter_code":
      return codeToCompare(view) === null ? titles.enter_code : titles.compare;
    case "sign_up_details":
      return view.questions.length === 0 ? titles.sign_up_name : titles.sign_up_details;
    case "confirm":
    case "consent":
    case "no_access":
    case "needs_administrator":
    case "done":
      return titles[view.page](view.appName);
    case "program_no_access":
      return titles.no_access(view.appName);
    case "program_needs_administrator":
      return titles.needs_administrator(view.appName);
    case "not_me_done":
      return view.purpose === "new_device" ? titles.device_signed_out : titles.not_me_done;
    case "mail":
      return view.subject;
    default:
      return titles[view.page];
  }
}
