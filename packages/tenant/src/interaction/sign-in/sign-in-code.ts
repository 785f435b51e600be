import { normalizeEmail } from "../../directory/entities.ts";
import { isEmailAddress } from "../../directory/identity.ts";
import type { View } from "../../ui/view.ts";
import { addressFor, goTo, type InteractionRequest, requireWay } from "../interaction.ts";
import {
  accountCode,
  afterSending,
  awaitedCode,
  type CodeProblem,
  resendCode,
  sendCode,
  useCode,
} from "../mailed-code.ts";
import { type Answer, PageProblem } from "../page-request.ts";
import { passFirstFactor } from "../proceed.ts";
import { recordSignIn } from "../sign-in-record.ts";
import { keepAsked, signInPage, stepWithoutSignIn } from "./sign-in.ts";

const signInCode = accountCode("sign_in");

/** From the sign-in page, with the address in its field. */
export async function postSendSignInCode(request: InteractionRequest): Promise<Answer> {
  requireWay(request, "emailCode");
  const email = (request.fields.get("email") ?? "").trim();
  const keepSignedIn = keepAsked(request.fields);
  const again = (problem: "invalid" | "too_many" | "mail_failed" | "mail_refused") =>
    signInPage(request, problem, { email, keepSignedIn });
  if (!isEmailAddress(email)) return again("invalid");
  const { id, sessionId } = request.interaction;
  if (!(await request.ctx.store.sessions.setKeepSignedIn(id, sessionId, keepSignedIn))) {
    throw new PageProblem({ page: "stale_form" });
  }
  const sent = await sendCode(request, email, signInCode);
  return afterSending(sent, goTo(request, "/sign-in/code"), (problem) => again(problem));
}

export async function getSignInCode(request: InteractionRequest): Promise<Answer> {
  const email = awaitedAddress(request);
  if (email === undefined || stepWithoutSignIn(request)) return goTo(request, "/sign-in");
  return codePage(request, email, null, request.fields.has("resent"));
}

export async function postSignInCode(request: InteractionRequest): Promise<Answer> {
  const email = awaitedAddress(request);
  if (email === undefined) return goTo(request, "/sign-in");
  // Read first: a reset or "this wasn't me" between the code and the session is then detected.
  const user = await request.ctx.store.directory.findUserByEmail(normalizeEmail(email));
  const used = await useCode(request, email, signInCode);
  const signedIn = used === "ok" && user?.disabledAt === null;
  await recordSignIn(request, { user, signedIn, email, detail: { method: "email_code" } });
  // Disabled or deleted since the code was mailed: the code no longer works.
  if (!signedIn) return codePage(request, email, used === "wrong" ? "wrong" : "dead");
  return passFirstFactor(request, { user, method: "email_code", keepSignedIn: request.interaction.keepSignedIn });
}

export async function postResendSignInCode(request: InteractionRequest): Promise<Answer> {
  const email = awaitedAddress(request);
  if (email === undefined) return goTo(request, "/sign-in");
  const sent = await resendCode(request, email, signInCode);
  return afterSending(sent, goTo(request, "/sign-in/code", "&resent=1"), (problem) =>
    codePage(request, email, problem),
  );
}

/** The address that a sign-in code was mailed to. A page out of order redirects back (ASVS 2.3.1). */
function awaitedAddress(request: InteractionRequest): string | undefined {
  requireWay(request, "emailCode");
  return addressFor(request.interaction, "sign_in");
}

async function codePage(
  request: InteractionRequest,
  email: string,
  problem: CodeProblem | "mail_refused",
  resent = false,
): Promise<{ view: View }> {
  const code = await awaitedCode(request, email, problem, resent);
  if (code === "refused") return signInPage(request, "mail_refused");
  return { view: { page: "sign_in_code", ...code } };
}
