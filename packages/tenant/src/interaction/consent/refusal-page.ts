import type { Refusal } from "../../directory/access-rules.ts";
import { goTo, type InteractionRequest } from "../interaction.ts";
import type { Answer } from "../page-request.ts";

/** Refusals that the user can resolve on the way to the same question. */
export function canBeSupplied(refusal: Refusal): boolean {
  return (
    refusal === "sign_in_method_required" || refusal === "second_factor_required" || refusal === "details_required"
  );
}

/** The page for a refusal of the access rule, instead of the question of a device or program. */
export function refusalPage(request: InteractionRequest, refusal: Refusal): Answer {
  const { interaction, user, app } = request;
  const program = interaction.subject?.kind === "authorization";
  const about = { flowId: interaction.id, email: user?.email ?? "", appName: app?.name ?? "" };
  switch (refusal) {
    case "user_unknown":
    case "user_disabled":
    case "login_required":
    case "sign_in_method_required":
      return goTo(request, "/sign-in");
    // A form on that page leads on to the second factor; this page changes nothing.
    case "second_factor_required":
      return goTo(request, "/device/continue");
    case "details_required":
      return goTo(request, "/details");
    case "not_assigned":
      report(request, refusal, "The app requires assignment, and the account is not assigned to it.");
      return { view: { page: program ? "program_no_access" : "no_access", ...about } };
    case "administrator_required":
      report(request, refusal, "The app requests something that only an administrator can grant.");
      return { view: { page: program ? "program_needs_administrator" : "needs_administrator", ...about } };
    case "app_unknown":
    case "app_disabled":
    case "grant_not_allowed":
    case "administration_not_allowed":
    case "scope_unavailable":
    case "consent_required":
      report(request, refusal, sentences[refusal]);
      return { view: { page: program ? "sign_in_over" : "expired" } };
  }
}

const sentences = {
  app_unknown: "The app was deleted.",
  app_disabled: "The app is disabled.",
  grant_not_allowed: "The app is not allowed to sign users in in this way.",
  administration_not_allowed: "The app may not request administrative scopes, or not by device code.",
  scope_unavailable: "The API, or a scope that the app requests, was deleted or disabled.",
  consent_required: "The consent to a scope that the app requests was withdrawn.",
};

/** For the operator who watches: the user cannot go on. */
function report({ ctx, app, user, ip }: InteractionRequest, why: Refusal, message: string): void {
  const about = { actor: "user", clientId: app?.clientId ?? null, userId: user?.id ?? null, ip } as const;
  ctx.reportRefusal({ why, message, detail: null, aadsts: null, recorded: false, ...about });
}
