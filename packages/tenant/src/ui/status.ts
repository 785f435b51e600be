import type { View } from "./view.ts";

/** The HTTP status that a view is answered with. */
export function statusOf(view: View): number {
  switch (view.page) {
    case "expired":
    case "used":
    case "used_twice":
    case "dead_link":
    case "sign_in_over":
      return 410;
    case "request_refused":
      return 400;
    case "sign_in_again":
      return 403;
    case "not_found":
      return 404;
    case "stale_form":
    case "program_no_access":
    case "program_needs_administrator":
    case "no_access":
    case "needs_administrator":
      return 403;
    case "too_many":
      return 429;
    case "failed":
      return 500;
  }
  if (!("problem" in view) || view.problem === null) return 200;
  if (view.problem === "too_many") return 429;
  return view.problem === "mail_failed" ? 503 : 422;
}
