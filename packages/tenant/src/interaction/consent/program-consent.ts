import { type Approver, type ConsentPrompt, evaluateApproval } from "../../oauth/approval.ts";
import { approveAuthorization, denyAuthorization, isOver } from "../../oauth/authorization-code/decisions.ts";
import { formMayLeadTo, hostOf, redirectKind } from "../../oauth/authorization-code/redirect-uri.ts";
import { ProtocolError } from "../../oauth/protocol-error.ts";
import type { AuthorizationRequest } from "../../storage/authorization-request.ts";
import type { Flow } from "../../storage/store.ts";
import type { ConsentView } from "../../ui/view.ts";
import { approverOf } from "../approver.ts";
import { onward } from "../authentication.ts";
import { answerWithCode, answerWithError } from "../authorize/answer-program.ts";
import { choice } from "../form.ts";
import { type Answer, pathOf, requireFlow, type Visit } from "../page-request.ts";
import { refusalPage } from "../refusal-page.ts";
import { startOver } from "../sign-in/start-over.ts";

const OVER: Answer = { view: { page: "sign_in_over" } };

/** What a program asks for, and where the answer leads. Reads only. */
export async function showConsent(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  const request = await requestOf(visit, flow);
  if (!request || request.status === "denied" || isOver(request, visit.session?.id, visit.now)) return OVER;
  const approver = approverOf(visit);
  if (!approver) return { to: pathOf("/sign-in", flow) };
  const evaluated = await evaluateApproval(visit.ctx, request, approver);
  if (evaluated.refusal) return { ...refusalPage(visit, flow, evaluated), ...formTargetOf(request) };
  return question(flow, request, approver, evaluated.prompt, null);
}

function question(
  flow: Flow,
  request: AuthorizationRequest,
  { user }: Approver,
  { app, permissions, digest }: ConsentPrompt,
  problem: ConsentView["problem"],
): Answer {
  const { already, fresh, stays } = permissions;
  const view: ConsentView = {
    page: "consent",
    flowId: flow.id,
    problem,
    digest,
    email: user.email,
    appName: app.name,
    leadsTo: redirectKind(request.redirectUri) ?? "app",
    host: hostOf(request.redirectUri),
    already,
    fresh,
    stays,
  };
  return { view, ...formTargetOf(request) };
}

/** Yes or no, each of which the program hears. What is over stays as it ended. */
export async function takeConsent(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  const decision = choice(visit.fields, "decision", ["yes", "no", "other"]);
  if (decision === "other") return startOver(visit, flow);
  const approver = approverOf(visit);
  if (!approver) return { to: pathOf("/sign-in", flow) };
  const request = await requestOf(visit, flow);
  if (!request || isOver(request, approver.sessionId, visit.now)) return OVER;
  if (decision === "no") {
    const denied = await denyAuthorization(visit.ctx, request, approver);
    return denied ? answerWithError(visit, request, new ProtocolError("refused")) : OVER;
  }
  const approval = await approveAuthorization(visit.ctx, request, approver, visit.fields.get("shown"));
  switch (approval.outcome) {
    case "done":
      return answerWithCode(visit, request, approval.code);
    case "changed":
      return question(flow, request, approver, approval.prompt, "changed");
    case "refused":
      // Since the question was shown it has become necessary.
      if (approval.why === "second_factor_required") return onward(visit, flow);
      return showConsent(visit);
    case "ended":
      return OVER;
  }
}

/** A yes or no leads there by a redirect, which browsers hold against the page's own policy. */
function formTargetOf({ redirectUri, responseMode }: AuthorizationRequest): { formTarget?: string } {
  return responseMode === "query" && formMayLeadTo(redirectUri) ? { formTarget: redirectUri } : {};
}

function requestOf(visit: Visit, flow: Flow): Promise<AuthorizationRequest | undefined> {
  const { authorizations } = visit.ctx.store;
  return flow.intent === "authorization" && flow.grantId !== null
    ? authorizations.find(flow.grantId)
    : Promise.resolve(undefined);
}
