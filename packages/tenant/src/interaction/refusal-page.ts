import type { Refusal } from "../directory/access-rules.ts";
import type { App } from "../directory/entities.ts";
import type { Flow } from "../storage/store.ts";
import { type Answer, pathOf, type Visit } from "./page-request.ts";

/** What a user is shown for a refusal of the access rule, on the way to a device's or a program's question. */
export function refusalPage(
  visit: Visit,
  flow: Flow,
  { refusal, app }: { refusal: Refusal; app: App | undefined },
): Answer {
  const program = flow.intent === "authorization";
  const about = { flowId: flow.id, email: visit.user?.email ?? "", appName: app?.name ?? "" };
  switch (refusal) {
    case "user_unknown":
    case "user_disabled":
    case "login_required":
      return { to: pathOf("/sign-in", flow) };
    // From there a form leads on to the second factor: this page changes nothing.
    case "second_factor_required":
      return { to: pathOf("/device/continue", flow) };
    case "not_assigned":
      return { view: { page: program ? "program_no_access" : "no_access", ...about } };
    case "administrator_required":
      return { view: { page: program ? "program_needs_administrator" : "needs_administrator", ...about } };
    case "app_unknown":
    case "app_disabled":
    case "scope_unavailable":
    case "consent_required":
      return { view: { page: program ? "sign_in_over" : "expired" } };
  }
}
