import { randomUUID } from "node:crypto";
import type { ConsentFacts } from "../../directory/access-rules.ts";
import { isEmailAddress } from "../../directory/identity.ts";
import { evaluateApproval, loadFacts } from "../../oauth/approval.ts";
import {
  type AuthorizationParameters,
  RefusedAuthorization,
  readAuthorizationParameters,
} from "../../oauth/authorization-code/authorization-parameters.ts";
import { approveAuthorization, needsNoQuestion } from "../../oauth/authorization-code/decisions.ts";
import { isRegistered, redirectKind, registrable } from "../../oauth/authorization-code/redirect-uri.ts";
import { ProtocolError, type ProtocolErrorName } from "../../oauth/protocol-error.ts";
import { refusalError } from "../../oauth/refusal-error.ts";
import { takeRequest } from "../../oauth/request-limits.ts";
import type { AuthorizationRequest } from "../../storage/authorization-request.ts";
import type { NewAuthorizationRequest } from "../../storage/store.ts";
import { resolveInteraction } from "../interaction.ts";
import { nextStep } from "../next-step.ts";
import type { Answer, Fields, PageRequest } from "../page-request.ts";
import { decideStep, factsOf, takeStep } from "../proceed.ts";
import { approverOf, INTERACTION_MS, openInteraction, touchSession } from "../session.ts";
import { answerWithCode, answerWithError, refuseToPerson } from "./answer-program.ts";

/**
 * Where the authorization endpoint leads (oauth/authorization-code/authorize-endpoint.ts). The one page whose opening keeps something: the
 * request, and an interaction about it, which is of no use outside this browser. It does not sign in, and answers no
 * program that the person has not approved.
 */
export async function getAuthorize(request: PageRequest): Promise<Answer> {
  if (!isNavigation(request)) return refuseToPerson(request, new ProtocolError("parameter_invalid", NO_NAVIGATION));
  const refused = request.fields.get("refused");
  if (refused === "repeated") return refuseToPerson(request, new ProtocolError("parameter_repeated"));
  if (refused === "too_long") {
    return refuseToPerson(request, new ProtocolError("parameter_invalid", { detail: "it is too long." }));
  }
  try {
    const parameters = await readAuthorizationParameters(request.ctx, withoutEmpty(request.fields));
    await touchSession(request);
    return await (parameters.prompts.has("none") ? askNobody(request, parameters) : begin(request, parameters));
  } catch (error) {
    if (!(error instanceof RefusedAuthorization)) throw error;
    return error.back === null
      ? refuseToPerson(request, error.error, await missingRedirect(request))
      : answerWithError(request, error.back, error.error);
  }
}

const NO_NAVIGATION = { detail: "a browser opens this address as a page, or in a frame with prompt=none." };

/**
 * Whether the person went here, or a program that wants no question. Images, prefetches and frames of any other site
 * would begin sign-ins in its visitors' networks until those have none left.
 */
function isNavigation({ destination, fields }: PageRequest): boolean {
  if (destination === undefined || destination === "document") return true;
  return destination === "iframe" && fields.get("prompt")?.trim() === "none";
}

/** What the file of an embedded tenant lacks, where it is the redirect alone; null elsewhere. */
async function missingRedirect({ ctx, fields }: PageRequest): Promise<string | null> {
  const [clientId = "", redirectUri = ""] = [fields.get("client_id"), fields.get("redirect_uri")];
  if (!ctx.config.embedded || redirectKind(redirectUri) === undefined) return null;
  const found = await ctx.store.registrations.find({ clientId: clientId.toLowerCase() });
  if (found?.kind !== "app" || found.app.disabledAt !== null || isRegistered(found.app, redirectUri)) return null;
  const key = found.registration.uniqueName ?? found.app.name;
  // The quotes are YAML's: an address or a name may hold what it reads otherwise.
  const quoted = /^[A-Za-z][\w.-]*$/.test(key) ? key : JSON.stringify(key);
  return `apps:\n  ${quoted}:\n    redirectUris:\n      - ${JSON.stringify(registrable(redirectUri))}`;
}

/** An interaction that leads to the answer, beginning with the first page that this person has to see. */
async function begin(page: PageRequest, parameters: AuthorizationParameters): Promise<Answer> {
  const { prompts, loginHint } = parameters;
  const asked = newRequest(page, parameters);
  const email = loginHint !== null && isEmailAddress(loginHint) ? loginHint : null;
  const subject = { kind: "authorization" as const, id: asked.id };
  // Before the request is stored: a network that has begun too many leaves no row behind.
  const interaction = await openInteraction(page, subject, email);
  await page.ctx.store.authorizations.insert(asked);
  const request = await resolveInteraction(page, interaction);
  const signIn = nextStep(factsOf(request)).path === "/sign-in";
  const step = await decideStep(request, {
    entry: signIn && prompts.has("create") && request.ways.signUp ? "sign_up" : "sign_in",
    accountUnconfirmed: prompts.has("select_account"),
  });
  // Only from here, where no form of ours was sent: the person comes from the program and goes straight back.
  if (step.name === "program_consent" && !prompts.has("consent")) {
    const answered = await unasked(request, asked, parameters, request.facts);
    if (answered) return answered;
  }
  return takeStep(request, step);
}

/** `prompt=none`: an answer at once, whatever it is (OpenID Connect Core §3.1.2.6). */
async function askNobody(request: PageRequest, parameters: AuthorizationParameters): Promise<Answer> {
  const { ctx, user } = request;
  const { back, idTokenHint } = parameters;
  const refuse = (error: ProtocolError | ProtocolErrorName) =>
    answerWithError(request, back, typeof error === "string" ? new ProtocolError(error) : error);
  const asked = newRequest(request, parameters);
  const approver = approverOf(request);
  if (!user || !approver) return refuse("login_required");
  if (idTokenHint !== null) {
    const hinted = await ctx.signingKeys.verify(idTokenHint, { allowExpired: true });
    if (hinted?.oid !== user.id) return refuse("login_required");
  }
  const facts = await loadFacts(ctx, asked, user.id);
  const { refusal } = evaluateApproval(ctx, asked, approver, facts);
  if (refusal) return refuse(refusalError(refusal, "authorization"));
  if (redirectKind(back.redirectUri) !== "web") return refuse("question_required");
  if ((await takeRequest(ctx, "interactionByIp", request, request.now)) !== undefined) return refuse("too_many");
  await ctx.store.authorizations.insert(asked);
  return (await unasked(request, asked, parameters, facts)) ?? refuse("question_required");
}

/** The code, where there is nothing to ask; undefined where there is. */
async function unasked(
  request: PageRequest,
  asked: NewAuthorizationRequest,
  { back, prompts }: AuthorizationParameters,
  facts: ConsentFacts,
): Promise<Answer | undefined> {
  const { ctx } = request;
  const approver = approverOf(request);
  // No page may come of `prompt=none`: what the administrator allowed meanwhile waits for a sign-in that shows it.
  const silent = prompts.has("none");
  const evaluated = approver && evaluateApproval(ctx, asked, approver, facts, { silent });
  if (!approver || !evaluated || evaluated.refusal || !needsNoQuestion(asked, evaluated.prompt)) return undefined;
  const stored = (await ctx.store.authorizations.find(asked.id)) as AuthorizationRequest;
  const approval = await approveAuthorization(ctx, stored, approver, facts, { shown: evaluated.prompt.digest, silent });
  if (approval.outcome === "done") return answerWithCode(request, back, approval.code);
  if (approval.outcome === "refused" && silent) {
    return answerWithError(request, back, refusalError(approval.why, "authorization"));
  }
  return undefined;
}

function newRequest(request: PageRequest, parameters: AuthorizationParameters): NewAuthorizationRequest {
  const { client, back, nonce, codeChallenge, requested, prompts, maxAge } = parameters;
  const { now } = request;
  return {
    id: randomUUID(),
    clientId: client.clientId,
    ...back,
    nonce,
    codeChallenge,
    requested,
    signedInSince: prompts.has("login") ? now : maxAge === null ? null : now - maxAge * 1_000,
    createdAt: now,
    expiresAt: now + INTERACTION_MS,
  };
}

/** RFC 6749 §3.1: a parameter without a value is as one that was left out. */
function withoutEmpty(fields: Fields): Fields {
  return new Map([...fields].filter(([, value]) => value !== ""));
}
