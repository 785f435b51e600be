import { normalizeEmail } from "../../directory/entities.ts";
import { isEmailAddress, newUser } from "../../directory/identity.ts";
import { checkPassword, type PasswordProblem } from "../../directory/password.ts";
import { termsKey } from "../../directory/user-flow.ts";
import { accountExistsMail, codeMail } from "../../mail/messages.ts";
import type { AuditEvent } from "../../storage/audit-events.ts";
import type { AuditRecord } from "../../storage/store.ts";
import type { SignUpDetailsView } from "../../ui/pages/sign-up.ts";
import type { View } from "../../ui/view.ts";
import { addressFor, goTo, type InteractionRequest, requireWay, subjectIdOf } from "../interaction.ts";
import {
  afterSending,
  awaitedCode,
  type CodeKind,
  type CodeProblem,
  resendCode,
  sendCode,
  useCode,
} from "../mailed-code.ts";
import { nextStep, type StepName } from "../next-step.ts";
import { type Answer, PageProblem } from "../page-request.ts";
import { factsOf, passFirstFactor, stepPage } from "../proceed.ts";
import { hashNewPassword } from "../throttle.ts";
import { answersOf, type Details, emptyDetails } from "./sign-up-answers.ts";

type AddressProblem = Extract<View, { page: "sign_up_email" }>["problem"];

/** Only the mail says whether an address has an account. */
const signUpCode: CodeKind = {
  purpose: "sign_up",
  async write({ ctx }, about) {
    const taken = (await ctx.store.directory.findUserByEmail(normalizeEmail(about.to))) !== undefined;
    return { mail: taken ? accountExistsMail(about) : codeMail("signUp", about), withCode: !taken };
  },
};

export async function getSignUpAddress(request: InteractionRequest): Promise<Answer> {
  requireWay(request, "signUp");
  return addressPage(request, request.interaction.email?.address ?? "", null);
}

/** Starts sign-up, or restarts it with another address. */
export async function postSignUpAddress(request: InteractionRequest): Promise<Answer> {
  requireWay(request, "signUp");
  const email = (request.fields.get("email") ?? "").trim();
  if (!isEmailAddress(email)) return addressPage(request, email, "invalid");
  const sent = await sendCode(request, email, signUpCode);
  return afterSending(sent, goTo(request, "/sign-up/code"), (problem) => addressPage(request, email, problem));
}

export async function getSignUpCode(request: InteractionRequest): Promise<Answer> {
  return atStep(request, ["sign_up_code"], (email) => codePage(request, email, null, request.fields.has("resent")));
}

export async function postSignUpCode(request: InteractionRequest): Promise<Answer> {
  return atStep(request, ["sign_up_code"], async (email) => {
    const used = await useCode(request, email, signUpCode);
    if (used !== "ok") return codePage(request, email, used);
    return stepPage(request, nextStep(factsOf(request, { entry: "sign_up", address: "proven" })));
  });
}

export async function postResendSignUpCode(request: InteractionRequest): Promise<Answer> {
  return atStep(request, ["sign_up_code"], async (email) => {
    const sent = await resendCode(request, email, signUpCode);
    return afterSending(sent, goTo(request, "/sign-up/code", "&resent=1"), (problem) =>
      codePage(request, email, problem),
    );
  });
}

export async function getSignUpPassword(request: InteractionRequest): Promise<Answer> {
  return choosingPassword(request, (email) => passwordPage(request, email, null));
}

export async function postSignUpPassword(request: InteractionRequest): Promise<Answer> {
  return choosingPassword(request, async (email) => {
    const { ctx, fields, interaction } = request;
    const password = fields.get("password") ?? "";
    const problem = await checkPassword(password, { email, tenantName: ctx.config.name });
    if (problem) return passwordPage(request, email, problem);
    const passwordHash = await hashNewPassword(request, interaction, password);
    if (!(await ctx.store.sessions.setPassword(interaction.id, interaction.sessionId, passwordHash))) {
      throw new PageProblem({ page: "stale_form" });
    }
    return goTo(request, "/sign-up/details");
  });
}

export async function getSignUpDetails(request: InteractionRequest): Promise<Answer> {
  return atStep(request, ["sign_up_details"], () => detailsPage(request, emptyDetails(request.userFlow)));
}

/** The last step creates the account and signs it in. */
export async function postSignUpDetails(request: InteractionRequest): Promise<Answer> {
  return atStep(request, ["sign_up_details"], async (email) => {
    const { ctx, now, ways, interaction } = request;
    const { answers, details } = answersOf(request.userFlow, request.fields);
    if (!answers) return detailsPage(request, details);

    const { displayName, attributes, termsAccepted } = answers;
    const user = newUser(
      {
        email,
        displayName,
        passwordHash: ways.password ? interaction.newPasswordHash : null,
        attributes,
        locale: request.locale,
        termsAcceptedAt: termsAccepted ? now : null,
      },
      now,
    );
    const record = (event: AuditEvent): AuditRecord => ({
      at: now,
      event,
      actor: "user",
      userId: user.id,
      clientId: null,
      grantId: subjectIdOf(request),
      ip: request.ip,
      detail: {},
    });
    const { termsOfUse } = request.userFlow;
    const terms = termsAccepted && termsOfUse ? termsKey(termsOfUse) : null;
    const { administration, audit } = ctx.store;
    // The address was proven, so only its owner learns that it now has an account.
    if (!(await administration.users.insert(user, record("user.signed_up"), terms))) return goTo(request, "/sign-in");
    await audit.write(record("user.signed_in"));
    return passFirstFactor(request, { user, method: ways.password ? "password" : "email_code", isNew: true });
  });
}

/** Until the account is created, the password can be chosen again. */
function choosingPassword(request: InteractionRequest, page: (email: string) => Answer | Promise<Answer>) {
  const steps: StepName[] = request.ways.password ? ["sign_up_password", "sign_up_details"] : [];
  return atStep(request, steps, page);
}

/**
 * The page of these steps, if users may create accounts. A page out of order redirects to the current step (ASVS
 * 2.3.1).
 */
async function atStep(
  request: InteractionRequest,
  steps: StepName[],
  page: (email: string) => Answer | Promise<Answer>,
): Promise<Answer> {
  requireWay(request, "signUp");
  const step = nextStep(factsOf(request, { entry: "sign_up" }));
  return steps.includes(step.name) ? page(addressFor(request.interaction, "sign_up") ?? "") : stepPage(request, step);
}

const countOfSteps = ({ ways }: InteractionRequest) => (ways.password ? 4 : 3);

function addressPage(request: InteractionRequest, email: string, problem: AddressProblem): { view: View } {
  const { id: flowId } = request.interaction;
  return { view: { page: "sign_up_email", flowId, email: email.slice(0, 254), steps: countOfSteps(request), problem } };
}

async function codePage(
  request: InteractionRequest,
  email: string,
  problem: CodeProblem | "mail_refused",
  resent = false,
): Promise<{ view: View }> {
  const code = await awaitedCode(request, email, problem, resent);
  if (code === "refused") return addressPage(request, email, "mail_refused");
  return { view: { page: "sign_up_code", steps: countOfSteps(request), ...code } };
}

function passwordPage(request: InteractionRequest, email: string, problem: PasswordProblem | null): Answer {
  const { id: flowId } = request.interaction;
  return { view: { page: "sign_up_password", flowId, email, steps: countOfSteps(request), problem } };
}

function detailsPage(request: InteractionRequest, details: Details): Answer {
  const { id: flowId } = request.interaction;
  const view: SignUpDetailsView = { page: "sign_up_details", flowId, steps: countOfSteps(request), ...details };
  return { view };
}
