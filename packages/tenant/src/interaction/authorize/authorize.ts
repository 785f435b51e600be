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
 * Continues the authorization endpoint (oauth/authorization-code/authorize-endpoint.ts). This is the only page that
 * stores something when opened: the request, and an interaction about it, which is useless outside this browser. It
 * does not sign in, and answers no program that the user has not approved.
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
    return await (parameters.prompts.has("none") ? answerSilently(request, parameters) : begin(request, parameters));
  } catch (error) {
    if (!(error instanceof RefusedAuthorization)) throw error;
    report(request, error.error);
    return error.back === null
      ? refuseToPerson(request, error.error, await missingRedirect(request))
      : answerWithError(request, error.back, error.error);
  }
}

/** For the operator who watches, who is mostly the program's developer. */
function report({ ctx, fields, user, ip }: PageRequest, error: ProtocolError): void {
  const { why, message, detail = null, number: aadsts, recorded } = error;
  ctx.reportRefusal({
    ...{ why, message, detail, aadsts, ip, recorded, actor: "client" },
    clientId: fields.get("client_id") ?? null,
    userId: user?.id ?? null,
  });
}

const NO_NAVIGATION = { detail: "open this address in a browser, or in a frame with prompt=none." };

/**
 * Whether the user navigated here, or a program asked silently. Images, prefetches and frames of any other site could
 * otherwise start sign-ins from its visitors' networks until their budget is used up.
 */
function isNavigation({ destination, fields }: PageRequest): boolean {
  if (destination === undefined || destination === "document") return true;
  return destination === "iframe" && fields.get("prompt")?.trim() === "none";
}

/** The lines that the file of an embedded tenant lacks, if only the redirect URI is missing; otherwise null. */
async function missingRedirect({ ctx, fields }: PageRequest): Promise<string | null> {
  const [clientId = "", redirectUri = ""] = [fields.get("client_id"), fields.get("redirect_uri")];
  if (!ctx.config.embedded || redirectKind(redirectUri) === undefined) return null;
  const found = await ctx.store.registrations.find({ clientId: clientId.toLowerCase() });
  if (found?.kind !== "app" || found.app.disabledAt !== null || isRegistered(found.app, redirectUri)) return null;
  const key = found.registration.uniqueName ?? found.app.name;
  // YAML quotes: YAML would read some addresses and names as other values.
  const isText = /^[A-Za-z][\w.-]*$/.test(key) && !/^(?:null|true|false|yes|no|on|off|y|n)$/i.test(key);
  const quoted = isText ? key : JSON.stringify(key);
  return `apps:\n  ${quoted}:\n    redirectUris:\n      - ${JSON.stringify(registrable(redirectUri))}`;
}

/** Starts an interaction that ends with the answer, at the first page that this user must see. */
async function begin(page: PageRequest, parameters: AuthorizationParameters): Promise<Answer> {
  const { prompts, loginHint } = parameters;
  const asked = newRequest(page, parameters);
  const email = loginHint !== null && isEmailAddress(loginHint) ? loginHint : null;
  const subject = { kind: "authorization" as const, id: asked.id };
  // Before the request is stored: a network that has started too many leaves no row behind.
  const interaction = await openInteraction(page, subject, email);
  await page.ctx.store.authorizations.insert(asked);
  const request = await resolveInteraction(page, interaction);
  const signIn = nextStep(factsOf(request)).path === "/sign-in";
  const step = await decideStep(request, {
    entry: signIn && prompts.has("create") && request.ways.signUp ? "sign_up" : "sign_in",
    accountUnconfirmed: prompts.has("select_account"),
  });
  // Only here, where none of our forms was sent: the user comes from the program and returns to it directly.
  if (step.name === "program_consent" && !prompts.has("consent")) {
    const answered = await unasked(request, asked, parameters, request.facts);
    if (answered) return answered;
  }
  return takeStep(request, step);
}

/** `prompt=none`: answers immediately (OpenID Connect Core §3.1.2.6). */
async function answerSilently(request: PageRequest, parameters: AuthorizationParameters): Promise<Answer> {
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

/** The code, if nothing needs to be asked; otherwise undefined. */
async function unasked(
  request: PageRequest,
  asked: NewAuthorizationRequest,
  { back, prompts }: AuthorizationParameters,
  facts: ConsentFacts,
): Promise<Answer | undefined> {
  const { ctx } = request;
  const approver = approverOf(request);
  // `prompt=none` cannot show a page, so what an administrator allowed since then waits for a sign-in that shows it.
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

/** RFC 6749 §3.1: a parameter without a value is treated as omitted. */
function withoutEmpty(fields: Fields): Fields {
  return new Map([...fields].filter(([, value]) => value !== ""));
}
