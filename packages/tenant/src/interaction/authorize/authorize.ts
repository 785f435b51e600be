import { randomUUID } from "node:crypto";
import { mayGrant } from "../../directory/administration.ts";
import { mayUse } from "../../directory/assignment.ts";
import { isEmailAddress } from "../../directory/identity.ts";
import {
  type AuthorizationParameters,
  RefusedAuthorization,
  readAuthorizationParameters,
} from "../../oauth/authorization-code/authorization-parameters.ts";
import { approveAuthorization, isSignInTooOld, needsNoQuestion } from "../../oauth/authorization-code/decisions.ts";
import { redirectKind } from "../../oauth/authorization-code/redirect-uri.ts";
import { describeGrant } from "../../oauth/device-authorization/decisions.ts";
import { ProtocolError, type ProtocolErrorName } from "../../oauth/protocol-error.ts";
import { secondFactorRequired } from "../../oauth/second-factor-required.ts";
import type { AuthorizationRequest } from "../../storage/authorization-request.ts";
import type { NewAuthorizationRequest } from "../../storage/store.ts";
import { deciderOf } from "../approver.ts";
import { onward } from "../authentication.ts";
import type { Fields } from "../form.ts";
import { FLOW_MS } from "../limits.ts";
import { type Answer, pathOf, type Visit } from "../page-request.ts";
import { openFlow } from "../session.ts";
import { waysIn } from "../sign-in/ways-in.ts";
import { answerWithCode, answerWithError, refuseToPerson } from "./answer-program.ts";

/**
 * Where the authorization endpoint leads (endpoints/authorize.ts). The one page whose opening keeps something: the
 * request, and a walk about it, which is of no use to anybody but this browser. Nobody is let in by it who was not
 * before, and at no program that they have not said yes to.
 */
export async function showAuthorize(visit: Visit): Promise<Answer> {
  const refused = visit.fields.get("refused");
  if (refused === "repeated") return refuseToPerson(visit, new ProtocolError("parameter_repeated"));
  if (refused === "too_long") {
    return refuseToPerson(visit, new ProtocolError("parameter_invalid", { detail: "it is too long." }));
  }
  try {
    const parameters = await readAuthorizationParameters(visit.ctx, withoutEmpty(visit.fields));
    return await (parameters.prompts.has("none") ? askNobody(visit, parameters) : begin(visit, parameters));
  } catch (error) {
    if (!(error instanceof RefusedAuthorization)) throw error;
    return error.back === null ? refuseToPerson(visit, error.error) : answerWithError(visit, error.back, error.error);
  }
}

/** A walk to the answer, beginning with the first page that this person has to see. */
async function begin(visit: Visit, parameters: AuthorizationParameters): Promise<Answer> {
  const { prompts, loginHint } = parameters;
  const request = requestOf(visit, parameters);
  await visit.ctx.store.authorizations.insert(request);
  const email = loginHint !== null && isEmailAddress(loginHint) ? loginHint : null;
  const flow = await openFlow(visit, request.id, "authorization", email);
  const decider = deciderOf(visit);
  if (!decider || isSignInTooOld(request, decider.authTime)) {
    const signUp = prompts.has("create") && (await waysIn(visit, flow)).signUp;
    return { to: pathOf(signUp ? "/sign-up" : "/sign-in", flow) };
  }
  if (prompts.has("select_account")) return { to: pathOf("/device/continue", flow) };
  const next = await onward(visit, flow);
  // Only from here, where no form of ours was sent: the person comes from the program and goes straight back.
  if (!prompts.has("consent") && "to" in next && next.to === pathOf("/authorize/consent", flow)) {
    return (await unasked(visit, request, parameters)) ?? next;
  }
  return next;
}

/** `prompt=none`: an answer at once, whatever it is (OpenID Connect Core §3.1.2.6). */
async function askNobody(visit: Visit, parameters: AuthorizationParameters): Promise<Answer> {
  const { ctx, user } = visit;
  const { client, back, idTokenHint } = parameters;
  const refuse = (error: ProtocolError | ProtocolErrorName) =>
    answerWithError(visit, back, typeof error === "string" ? new ProtocolError(error) : error);
  const request = requestOf(visit, parameters);
  const decider = deciderOf(visit);
  if (!user || !decider || isSignInTooOld(request, decider.authTime)) return refuse("login_required");
  if (idTokenHint !== null) {
    const hinted = await ctx.signingKeys.verify(idTokenHint, { allowExpired: true });
    if (hinted?.oid !== user.id) return refuse("login_required");
  }
  if (!(await mayUse(ctx.store, client.clientId, user.id))) {
    return refuse(new ProtocolError("not_assigned", { error: "access_denied" }));
  }
  if (!(await mayGrant(ctx.store, request.requested, user.id))) return refuse("administrator_needed");
  if (redirectKind(back.redirectUri) !== "web") return refuse("question_required");
  await ctx.store.authorizations.insert(request);
  return (await unasked(visit, request, parameters)) ?? refuse("question_required");
}

/** The code, where there is nothing to ask; undefined where there is. */
async function unasked(
  visit: Visit,
  request: NewAuthorizationRequest,
  { back, prompts }: AuthorizationParameters,
): Promise<Answer | undefined> {
  const { ctx } = visit;
  const decider = deciderOf(visit);
  const described = decider && (await describeGrant(ctx, request, decider.user.id));
  if (!decider || !described || !needsNoQuestion(request, described)) return undefined;
  const stored = (await ctx.store.authorizations.find(request.id)) as AuthorizationRequest;
  const approval = await approveAuthorization(ctx, stored, decider, described.digest);
  if (approval.outcome === "done") return answerWithCode(visit, back, approval.code);
  if (approval.outcome === "mfa_required" && prompts.has("none")) {
    return answerWithError(visit, back, secondFactorRequired());
  }
  return undefined;
}

function requestOf(visit: Visit, parameters: AuthorizationParameters): NewAuthorizationRequest {
  const { client, back, nonce, codeChallenge, requested, prompts, maxAge } = parameters;
  const { now } = visit;
  return {
    id: randomUUID(),
    clientId: client.clientId,
    ...back,
    nonce,
    codeChallenge,
    requested,
    signedInSince: prompts.has("login") ? now : maxAge === null ? null : now - maxAge * 1_000,
    createdAt: now,
    expiresAt: now + FLOW_MS,
  };
}

/** RFC 6749 §3.1: a parameter without a value is as one that was left out. */
function withoutEmpty(fields: Fields): Fields {
  return new Map([...fields].filter(([, value]) => value !== ""));
}
