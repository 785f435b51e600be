import { mayGrant } from "../../directory/administration.ts";
import { mayUse } from "../../directory/assignment.ts";
import { approveAuthorization, denyAuthorization, isOver } from "../../oauth/authorization-code/decisions.ts";
import { formMayLeadTo, hostOf, redirectKind } from "../../oauth/authorization-code/redirect-uri.ts";
import { type Decider, describeGrant } from "../../oauth/device-authorization/decisions.ts";
import { ProtocolError } from "../../oauth/protocol-error.ts";
import type { AuthorizationRequest } from "../../storage/authorization-request.ts";
import type { ProgramQuestion } from "../../ui/pages/program-consent.ts";
import { answerWithCode, answerWithError } from "../authorize/answer-program.ts";
import { goTo, type InteractionRequest } from "../interaction.ts";
import { nextStep } from "../next-step.ts";
import { type Answer, choice } from "../page-request.ts";
import { factsOf, proceed, stepPage } from "../proceed.ts";
import { approverOf, startOver } from "../session.ts";

const OVER: Answer = { view: { page: "sign_in_over" } };

/** What a program asks for, and where the answer leads. Reads only. */
export async function getConsent(request: InteractionRequest): Promise<Answer> {
  const { authorization, session, now } = request;
  if (!authorization || authorization.status === "denied" || isOver(authorization, session?.id, now)) return OVER;
  const approver = approverOf(request);
  const step = nextStep(factsOf(request));
  if (!approver || step.name !== "program_consent") return stepPage(request, step);
  return question(request, authorization, approver, null);
}

/** The question as it is now, or what stands in its place. */
async function question(
  request: InteractionRequest,
  authorization: AuthorizationRequest,
  { user }: Decider,
  problem: ProgramQuestion["problem"],
): Promise<Answer> {
  const { ctx, interaction } = request;
  const described = await describeGrant(ctx, authorization, user.id);
  if (!described) return OVER;
  const formTarget = formTargetOf(authorization);
  const mayNot = (page: "program_no_access" | "program_needs_administrator"): Answer => {
    const { name: appName } = described.app;
    return { view: { page, flowId: interaction.id, email: user.email, appName }, ...formTarget };
  };
  if (!(await mayUse(ctx.store, authorization.clientId, user.id))) return mayNot("program_no_access");
  if (!(await mayGrant(ctx.store, authorization.requested, user.id))) return mayNot("program_needs_administrator");
  const { already, fresh, stays } = described.permissions;
  const view: ProgramQuestion = {
    page: "program_consent",
    flowId: interaction.id,
    problem,
    digest: described.digest,
    email: user.email,
    appName: described.app.name,
    leadsTo: redirectKind(authorization.redirectUri) ?? "app",
    host: hostOf(authorization.redirectUri),
    already,
    fresh,
    stays,
  };
  return { view, ...formTarget };
}

/** Yes or no; the program hears either. What is over stays as it ended. */
export async function postConsent(request: InteractionRequest): Promise<Answer> {
  const decision = choice(request.fields, "decision", ["yes", "no", "other"]);
  if (decision === "other") return startOver(request);
  const approver = approverOf(request);
  if (!approver) return stepPage(request, nextStep(factsOf(request)));
  const { authorization } = request;
  if (!authorization || isOver(authorization, approver.sessionId, request.now)) return OVER;
  if (decision === "no") {
    const denied = await denyAuthorization(request.ctx, authorization, approver);
    return denied ? answerWithError(request, authorization, new ProtocolError("refused")) : OVER;
  }
  const approval = await approveAuthorization(request.ctx, authorization, approver, request.fields.get("shown"));
  switch (approval.outcome) {
    case "done":
      return answerWithCode(request, authorization, approval.code);
    case "changed":
      return question(request, authorization, approver, "changed");
    // Since the question was shown it has become necessary.
    case "mfa_required":
      return proceed(request);
    case "sign_in_again":
      return goTo(request, "/sign-in");
    case "unassigned":
    case "not_administrator":
      return question(request, authorization, approver, null);
    case "ended":
      return OVER;
  }
}

/** A yes or no leads there by a redirect, which browsers hold against the page's own policy. */
function formTargetOf({ redirectUri, responseMode }: AuthorizationRequest): { formTarget?: string } {
  return responseMode === "query" && formMayLeadTo(redirectUri) ? { formTarget: redirectUri } : {};
}
