import { OTP } from "../../directory/authentication-methods.ts";
import { normalizeEmail } from "../../directory/entities.ts";
import { isEmailAddress } from "../../directory/identity.ts";
import type { Flow } from "../../storage/store.ts";
import type { View } from "../../ui/view.ts";
import { accountCode } from "../account/account-code.ts";
import { passFirstFactor } from "../authentication.ts";
import { PageProblem } from "../form.ts";
import { awaitedCode, type CodeProblem, resendCode, sendCode, useCode } from "../mailed-code.ts";
import { type Answer, pathOf, requireFlow, type Visit } from "../page-request.ts";
import { auditSignIn, keepAsked, signInPage } from "./sign-in.ts";
import { requireWay } from "./ways-in.ts";

const signInCode = accountCode("sign_in");

/** From the sign-in page, with the address that stands in its field. */
export async function sendSignInCode(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  await requireWay(visit, flow, "emailCode");
  const email = (visit.fields.get("email") ?? "").trim();
  const keepSignedIn = keepAsked(visit.fields);
  const again = (problem: "invalid" | "too_many" | "mail_failed" | "mail_refused") =>
    signInPage(visit, { ...flow, email, keepSignedIn }, problem);
  if (!isEmailAddress(email)) return again("invalid");
  const { sessions } = visit.ctx.store;
  if (!(await sessions.setFlowKeepSignedIn(flow.id, flow.sessionId, keepSignedIn))) {
    throw new PageProblem({ page: "stale_form" });
  }
  const sent = await sendCode(visit, flow, email, signInCode);
  if (sent.outcome === "too_many") return { ...(await again("too_many")), retryAt: sent.retryAt };
  if (sent.outcome !== "sent") return again(sent.outcome);
  return { to: pathOf("/sign-in/code", flow) };
}

export async function showSignInCode(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  await requireWay(visit, flow, "emailCode");
  const email = addressOf(flow);
  if (visit.user || email === undefined) return { to: pathOf("/sign-in", flow) };
  return codePage(visit, flow, email, null, visit.fields.has("resent"));
}

export async function takeSignInCode(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  await requireWay(visit, flow, "emailCode");
  const email = addressOf(flow);
  if (email === undefined) return { to: pathOf("/sign-in", flow) };
  const used = await useCode(visit, flow, email, signInCode);
  const user = await visit.ctx.store.directory.findUserByEmail(normalizeEmail(email));
  const signedIn = used === "ok" && user?.disabledAt === null;
  await auditSignIn(visit, flow, user, signedIn, "email_code");
  // Disabled or gone since the code was mailed: it opens nothing any more.
  if (!signedIn) return codePage(visit, flow, email, used === "wrong" ? "wrong" : "dead");
  return passFirstFactor(visit, flow, { user, amr: [OTP], keepSignedIn: flow.keepSignedIn });
}

export async function resendSignInCode(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  await requireWay(visit, flow, "emailCode");
  const email = addressOf(flow);
  if (email === undefined) return { to: pathOf("/sign-in", flow) };
  const sent = await resendCode(visit, flow, email, signInCode);
  if (sent.outcome === "too_many")
    return { ...(await codePage(visit, flow, email, "too_many")), retryAt: sent.retryAt };
  if (sent.outcome !== "sent") return codePage(visit, flow, email, sent.outcome);
  return { to: `${pathOf("/sign-in/code", flow)}&resent=1` };
}

/** Where a code was mailed to for this; a page out of turn leads back (ASVS 2.3.1). */
function addressOf(flow: Flow): string | undefined {
  return flow.emailPurpose === "sign_in" && flow.email !== null ? flow.email : undefined;
}

async function codePage(
  visit: Visit,
  flow: Flow,
  email: string,
  problem: CodeProblem | "mail_refused",
  resent = false,
): Promise<{ view: View }> {
  const code = await awaitedCode(visit, flow, email, problem, resent);
  if (code === "refused") return signInPage(visit, flow, "mail_refused");
  return { view: { page: "sign_in_code", ...code } };
}
