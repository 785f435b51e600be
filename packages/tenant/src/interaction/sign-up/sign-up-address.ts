import { normalizeEmail } from "../../directory/entities.ts";
import { isEmailAddress } from "../../directory/identity.ts";
import { accountExistsMail, codeMail } from "../../mail/messages.ts";
import type { View } from "../../ui/view.ts";
import { awaitedCode, type CodeKind, type CodeProblem, resendCode, sendCode, useCode } from "../mailed-code.ts";
import { type Answer, pathOf, type Visit } from "../page-request.ts";
import { requireSignUp, type SignUp } from "./sign-up-steps.ts";

type AddressProblem = Extract<View, { page: "sign_up_email" }>["problem"];

/** An address that has an account is told so by mail, and nowhere else. */
const signUpCode: CodeKind = {
  purpose: "sign_up",
  async write(visit, _flow, about) {
    const taken = (await visit.ctx.store.directory.findUserByEmail(normalizeEmail(about.to))) !== undefined;
    return { mail: taken ? accountExistsMail(about) : codeMail("signUp", about), withCode: !taken };
  },
};

export async function showSignUpAddress(visit: Visit): Promise<Answer> {
  const signUp = await requireSignUp(visit);
  return addressPage(signUp, signUp.flow.email ?? "", null);
}

/** Starts sign-up, or starts it again with another address. */
export async function takeSignUpAddress(visit: Visit): Promise<Answer> {
  const signUp = await requireSignUp(visit);
  const { flow } = signUp;
  const email = (visit.fields.get("email") ?? "").trim();
  if (!isEmailAddress(email)) return addressPage(signUp, email, "invalid");
  const sent = await sendCode(visit, flow, email, signUpCode);
  if (sent.outcome === "too_many") return { ...addressPage(signUp, email, "too_many"), retryAt: sent.retryAt };
  if (sent.outcome !== "sent") return addressPage(signUp, email, sent.outcome);
  return { to: pathOf("/sign-up/code", flow) };
}

export async function showSignUpCode(visit: Visit): Promise<Answer> {
  const signUp = await requireSignUp(visit);
  if (signUp.step !== "/sign-up/code") return { to: pathOf(signUp.step, signUp.flow) };
  return codePage(visit, signUp, null, visit.fields.has("resent"));
}

export async function takeSignUpCode(visit: Visit): Promise<Answer> {
  const signUp = await requireSignUp(visit);
  const { flow, email, step, ways } = signUp;
  if (step !== "/sign-up/code") return { to: pathOf(step, flow) };
  const used = await useCode(visit, flow, email, signUpCode);
  if (used !== "ok") return codePage(visit, signUp, used);
  return { to: pathOf(ways.password ? "/sign-up/password" : "/sign-up/details", flow) };
}

export async function resendSignUpCode(visit: Visit): Promise<Answer> {
  const signUp = await requireSignUp(visit);
  const { flow, email, step } = signUp;
  if (step !== "/sign-up/code") return { to: pathOf(step, flow) };
  const sent = await resendCode(visit, flow, email, signUpCode);
  if (sent.outcome === "too_many") return { ...(await codePage(visit, signUp, "too_many")), retryAt: sent.retryAt };
  if (sent.outcome !== "sent") return codePage(visit, signUp, sent.outcome);
  return { to: `${pathOf("/sign-up/code", flow)}&resent=1` };
}

function addressPage({ flow, steps }: SignUp, email: string, problem: AddressProblem): { view: View } {
  return { view: { page: "sign_up_email", flowId: flow.id, email: email.slice(0, 254), steps, problem } };
}

async function codePage(
  visit: Visit,
  signUp: SignUp,
  problem: CodeProblem | "mail_refused",
  resent = false,
): Promise<{ view: View }> {
  const { flow, email, steps } = signUp;
  const code = await awaitedCode(visit, flow, email, problem, resent);
  if (code === "refused") return addressPage(signUp, email, "mail_refused");
  return { view: { page: "sign_up_code", steps, ...code } };
}
