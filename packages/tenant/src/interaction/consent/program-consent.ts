import { type Approver, type ConsentPrompt, evaluateApproval } from "../../oauth/approval.ts";
import { approveAuthorization, denyAuthorization, isOver } from "../../oauth/authorization-code/decisions.ts";
import { formMayLeadTo, hostOf, redirectKind } from "../../oauth/authorization-code/redirect-uri.ts";
import { ProtocolError } from "../../oauth/protocol-error.ts";
import type { AuthorizationRequest } from "../../storage/authorization-request.ts";
import type { ProgramQuestion } from "../../ui/pages/program-consent.ts";
import { answerWithCode, answerWithError } from "../authorize/answer-program.ts";
import type { InteractionRequest } from "../interaction.ts";
import { nextStep } from "../next-step.ts";
import { type Answer, choice } from "../page-request.ts";
import { factsOf, proceed, stepPage } from "../proceed.ts";
import { approverOf, startOver } from "../session.ts";
import { canBeSupplied, refusalPage } from "./refusal-page.ts";

const OVER: Answer = { view: { page: "sign_in_over" } };

/** What a program asks for, and where the answer goes. Reads only. */
export async function getConsent(request: InteractionRequest): Promise<Answer> {
  const { authorization, session, now, ctx, facts } = request;
  if (!authorization || authorization.status === "denied" || isOver(authorization, session?.id, now)) return OVER;
  const approver = approverOf(request);
  const step = nextStep(factsOf(request));
  if (!approver || step.name !== "program_consent") return stepPage(request, step);
  const evaluated = evaluateApproval(ctx, authorization, approver, facts);
  if (evaluated.refusal) return { ...refusalPage(request, evaluated.refusal), ...formTargetOf(authorization) };
  return question(request, authorization, approver, evaluated.prompt, null);
}

function question(
  { interaction }: InteractionRequest,
  authorization: AuthorizationRequest,
  { user }: Approver,
  { app, permissions, digest }: ConsentPrompt,
  problem: ProgramQuestion["problem"],
): Answer {
  const { already, fresh, byRenewal, stays } = permissions;
  const view: ProgramQuestion = {
    page: "program_consent",
    flowId: interaction.id,
    problem,
    digest,
    email: user.email,
    appName: app.name,
    leadsTo: redirectKind(authorization.redirectUri) ?? "app",
    host: hostOf(authorization.redirectUri),
    already,
    fresh,
    byRenewal,
    stays,
  };
  return { view, ...formTargetOf(authorization) };
}

/** Yes or no. The program gets either answer. A request that has ended does not change. */
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
  const { ctx, facts, fields } = request;
  const approval = await approveAuthorization(ctx, authorization, approver, facts, { shown: fields.get("shown") });
  switch (approval.outcome) {
    case "done":
      return answerWithCode(request, authorization, approval.code);
    case "changed":
      return question(request, authorization, approver, approval.prompt, "changed");
    case "refused":
      // Became necessary after the question was shown.
      if (canBeSupplied(approval.why)) return proceed(request);
      return { ...refusalPage(request, approval.why), ...formTargetOf(authorization) };
    case "ended":
      return OVER;
  }
}

/** The answer redirects there. Browsers apply the form-action policy of the page to that redirect too. */
function formTargetOf({ redirectUri, responseMode }: AuthorizationRequest): { formTarget?: string } {
  return responseMode === "query" && formMayLeadTo(redirectUri) ? { formTarget: redirectUri } : {};
}
