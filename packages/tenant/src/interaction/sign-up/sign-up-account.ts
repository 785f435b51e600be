import { OTP, PWD } from "../../directory/authentication-methods.ts";
import { newUser } from "../../directory/identity.ts";
import { checkPassword, hashPassword, type PasswordProblem } from "../../directory/password.ts";
import type { AuditRecord } from "../../storage/store.ts";
import type { SignUpDetailsView } from "../../ui/pages/sign-up.ts";
import { passFirstFactor } from "../authentication.ts";
import { PageProblem } from "../form.ts";
import { type Answer, pathOf, type Visit } from "../page-request.ts";
import { answersOf, type Details, emptyDetails } from "./sign-up-answers.ts";
import { requireSignUp, type SignUp } from "./sign-up-steps.ts";

export async function showSignUpPassword(visit: Visit): Promise<Answer> {
  const signUp = await requireSignUp(visit);
  if (!mayChoosePassword(signUp)) return { to: pathOf(signUp.step, signUp.flow) };
  return passwordPage(signUp, null);
}

export async function takeSignUpPassword(visit: Visit): Promise<Answer> {
  const signUp = await requireSignUp(visit);
  const { flow, email } = signUp;
  if (!mayChoosePassword(signUp)) return { to: pathOf(signUp.step, flow) };
  const password = visit.fields.get("password") ?? "";
  const problem = await checkPassword(password, { email, tenantName: visit.ctx.config.name });
  if (problem) return passwordPage(signUp, problem);
  const { sessions } = visit.ctx.store;
  if (!(await sessions.setFlowPassword(flow.id, flow.sessionId, await hashPassword(password)))) {
    throw new PageProblem({ page: "stale_form" });
  }
  return { to: pathOf("/sign-up/details", flow) };
}

export async function showSignUpDetails(visit: Visit): Promise<Answer> {
  const signUp = await requireSignUp(visit);
  if (signUp.step !== "/sign-up/details") return { to: pathOf(signUp.step, signUp.flow) };
  return detailsPage(signUp, emptyDetails(signUp.ways.userFlow));
}

/** The last step makes the account and signs it in. */
export async function takeSignUpDetails(visit: Visit): Promise<Answer> {
  const signUp = await requireSignUp(visit);
  const { flow, email, step, ways } = signUp;
  if (step !== "/sign-up/details") return { to: pathOf(step, flow) };
  const { answers, details } = answersOf(ways.userFlow, visit.fields);
  if (!answers) return detailsPage(signUp, details);

  const { displayName, attributes, termsAccepted } = answers;
  const user = newUser(
    {
      email,
      displayName,
      passwordHash: ways.password ? flow.passwordHash : null,
      attributes,
      locale: visit.locale,
      termsAcceptedAt: termsAccepted ? visit.now : null,
    },
    visit.now,
  );
  const record = (event: string): AuditRecord => ({
    at: visit.now,
    event,
    actor: "user",
    userId: user.id,
    clientId: null,
    grantId: flow.grantId,
    ip: visit.ip,
    detail: {},
  });
  const { administration, audit } = visit.ctx.store;
  // The address was proven, so saying that it has an account by now tells its owner only.
  if (!(await administration.users.insert(user, record("user.signed_up")))) return { to: pathOf("/sign-in", flow) };
  await audit.write(record("user.signed_in"));
  return passFirstFactor(visit, flow, { user, amr: [ways.password ? PWD : OTP] });
}

/** Until the account is made it may be chosen again. */
function mayChoosePassword({ ways, step }: SignUp): boolean {
  return ways.password && (step === "/sign-up/password" || step === "/sign-up/details");
}

function passwordPage({ flow, email, steps }: SignUp, problem: PasswordProblem | null): Answer {
  return { view: { page: "sign_up_password", flowId: flow.id, email, steps, problem } };
}

function detailsPage({ flow, steps }: SignUp, details: Details): Answer {
  const view: SignUpDetailsView = { page: "sign_up_details", flowId: flow.id, steps, ...details };
  return { view };
}
