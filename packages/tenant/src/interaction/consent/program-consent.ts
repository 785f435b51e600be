import { mayGrant } from "../../directory/administration.ts";
import { mayUse } from "../../directory/assignment.ts";
import {
  approveAuthorization,
  denyAuthorization,
  isOver,
  isSignInTooOld,
} from "../../oauth/authorization-code/decisions.ts";
import { formMayLeadTo, hostOf, redirectKind } from "../../oauth/authorization-code/redirect-uri.ts";
import { type Decider, describeGrant } from "../../oauth/device-authorization/decisions.ts";
import { ProtocolError } from "../../oauth/protocol-error.ts";
import type { AuthorizationRequest } from "../../storage/authorization-request.ts";
import type { Flow } from "../../storage/store.ts";
import type { ProgramQuestion } from "../../ui/pages/program-consent.ts";
import { deciderOf } from "../approver.ts";
import { onward } from "../authentication.ts";
import { answerWithCode, answerWithError } from "../authorize/answer-program.ts";
import { choice } from "../form.ts";
import { type Answer, pathOf, requireFlow, type Visit } from "../page-request.ts";
import { startOver } from "../sign-in/start-over.ts";

const OVER: Answer = { view: { page: "sign_in_over" } };

/** What a program asks for, and where the answer leads. Reads only. */
export async function showConsent(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  const request = await requestOf(visit, flow);
  if (!request || request.status === "denied" || isOver(request, visit.session?.id, visit.now)) return OVER;
  const decider = deciderOf(visit);
  if (!decider || isSignInTooOld(request, decider.authTime)) return { to: pathOf("/sign-in", flow) };
  return question(visit, flow, request, decider, null);
}

/** The question as it is now, or what stands in its place. */
async function question(
  visit: Visit,
  flow: Flow,
  request: AuthorizationRequest,
  { user }: Decider,
  problem: ProgramQuestion["problem"],
): Promise<Answer> {
  const { ctx } = visit;
  const described = await describeGrant(ctx, request, user.id);
  if (!described) return OVER;
  const formTarget = formTargetOf(request);
  const mayNot = (page: "program_no_access" | "program_needs_administrator"): Answer => {
    const { name: appName } = described.app;
    return { view: { page, flowId: flow.id, email: user.email, appName }, ...formTarget };
  };
  if (!(await mayUse(ctx.store, request.clientId, user.id))) return mayNot("program_no_access");
  if (!(await mayGrant(ctx.store, request.requested, user.id))) return mayNot("program_needs_administrator");
  const { already, fresh, stays } = described.permissions;
  const view: ProgramQuestion = {
    page: "program_consent",
    flowId: flow.id,
    problem,
    digest: described.digest,
    email: user.email,
    appName: described.app.name,
    leadsTo: redirectKind(request.redirectUri) ?? "app",
    host: hostOf(request.redirectUri),
    already,
    fresh,
    stays,
  };
  return { view, ...formTarget };
}

/** Yes or no, each of which the program hears. What is over stays as it ended. */
export async function takeConsent(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  const decision = choice(visit.fields, "decision", ["yes", "no", "other"]);
  if (decision === "other") return startOver(visit, flow);
  const decider = deciderOf(visit);
  if (!decider) return { to: pathOf("/sign-in", flow) };
  const request = await requestOf(visit, flow);
  if (!request || isOver(request, decider.sessionId, visit.now)) return OVER;
  if (decision === "no") {
    const denied = await denyAuthorization(visit.ctx, request, decider);
    return denied ? answerWithError(visit, request, new ProtocolError("refused")) : OVER;
  }
  const approval = await approveAuthorization(visit.ctx, request, decider, visit.fields.get("shown"));
  switch (approval.outcome) {
    case "done":
      return answerWithCode(visit, request, approval.code);
    case "changed":
      return question(visit, flow, request, decider, "changed");
    // Since the question was shown it has become necessary.
    case "mfa_required":
      return onward(visit, flow);
    case "sign_in_again":
      return { to: pathOf("/sign-in", flow) };
    case "unassigned":
    case "not_administrator":
      return question(visit, flow, request, decider, null);
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
