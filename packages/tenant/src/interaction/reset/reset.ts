import { isEmailAddress } from "../../directory/identity.ts";
import { checkPassword, type PasswordProblem } from "../../directory/password.ts";
import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import type { Interaction } from "../../storage/store.ts";
import type { View } from "../../ui/view.ts";
import {
  addressFor,
  beginInteraction,
  goTo,
  type InteractionRequest,
  inInteraction,
  requireWay,
  subjectIdOf,
} from "../interaction.ts";
import {
  accountCode,
  afterSending,
  awaitedCode,
  type CodeProblem,
  resendCode,
  sendCode,
  useCode,
} from "../mailed-code.ts";
import { nextStep, type StepName } from "../next-step.ts";
import type { Answer, PageRequest } from "../page-request.ts";
import { factsOf, stepPage } from "../proceed.ts";
import { forgetSession, openInteraction } from "../session.ts";
import { hashNewPassword } from "../throttle.ts";

type AddressProblem = Extract<View, { page: "reset_email" }>["problem"];

const resetCode = accountCode("reset");

export async function getReset(request: PageRequest): Promise<Answer> {
  if (isFromOutside(request)) return { view: { page: "reset_email", flowId: "", email: "", problem: null } };
  return inInteraction(async (within) => {
    requireWay(within, "password");
    return addressPage(within, within.interaction.email?.address ?? "", null);
  })(request);
}

export async function postReset(request: PageRequest): Promise<Answer> {
  if (!isFromOutside(request)) return inInteraction(mailResetCode)(request);
  return mailResetCode(await beginInteraction(request, null));
}

async function mailResetCode(request: InteractionRequest): Promise<Answer> {
  requireWay(request, "password");
  const email = (request.fields.get("email") ?? "").trim();
  if (!isEmailAddress(email)) return addressPage(request, email, "invalid");
  const sent = await sendCode(request, email, resetCode);
  return afterSending(sent, goTo(request, "/reset/code"), (problem) => addressPage(request, email, problem));
}

export async function getResetCode(request: InteractionRequest): Promise<Answer> {
  return atStep(request, "reset_code", (email) => codePage(request, email, null, request.fields.has("resent")));
}

export async function postResetCode(request: InteractionRequest): Promise<Answer> {
  return atStep(request, "reset_code", async (email) => {
    const used = await useCode(request, email, resetCode);
    return used === "ok" ? goTo(request, "/reset/password") : codePage(request, email, used);
  });
}

export async function postResendResetCode(request: InteractionRequest): Promise<Answer> {
  return atStep(request, "reset_code", async (email) => {
    const sent = await resendCode(request, email, resetCode);
    return afterSending(sent, goTo(request, "/reset/code", "&resent=1"), (problem) =>
      codePage(request, email, problem),
    );
  });
}

export async function getResetPassword(request: InteractionRequest): Promise<Answer> {
  return atStep(request, "reset_password", (email) => passwordPage(request, email, null));
}

/**
 * The mailbox alone does not sign in: with the new password, the user goes through sign-in, including the second factor
 * they had before (ASVS 6.4.3).
 */
export async function postResetPassword(request: InteractionRequest): Promise<Answer> {
  return atStep(request, "reset_password", async (email) => {
    const { ctx, now, ip, interaction } = request;
    const password = request.fields.get("password") ?? "";
    const problem = await checkPassword(password, { email, tenantName: ctx.config.name });
    if (problem) return passwordPage(request, email, problem);
    const user = await ctx.store.sessions.resetPassword({
      interactionId: interaction.id,
      sessionId: interaction.sessionId,
      passwordHash: await hashNewPassword(request, interaction, password),
      now,
      audit: {
        at: now,
        event: "user.password_reset",
        actor: "user",
        clientId: null,
        grantId: subjectIdOf(request),
        ip,
        detail: {},
      },
    });
    // Used in another tab, or the account was disabled meanwhile.
    if (!user) return goTo(request, "/reset");
    await sendSecurityNotification(ctx, user, { kind: "password_changed" }, { ip });
    return goTo({ interaction: await interactionAfter(request, user.id) }, "/sign-in", "&changed=1");
  });
}

/** All sessions of the account ended. If this browser's was one of them, it continues in a new one, signed out. */
async function interactionAfter(request: InteractionRequest, userId: string): Promise<Interaction> {
  const { interaction, user } = request;
  if (user?.id !== userId) return interaction;
  forgetSession(request);
  return openInteraction(request, interaction.subject);
}

/** From the plain address, as in mails and on the page after "this wasn't me": the interaction starts with the form. */
function isFromOutside({ fields }: PageRequest): boolean {
  return (fields.get("flow") ?? "") === "";
}

/** The page of this step. A page out of order redirects to the current step (ASVS 2.3.1). */
async function atStep(
  request: InteractionRequest,
  name: StepName,
  page: (email: string) => Answer | Promise<Answer>,
): Promise<Answer> {
  requireWay(request, "password");
  const step = nextStep(factsOf(request, { entry: "reset" }));
  return step.name === name ? page(addressFor(request.interaction, "reset") ?? "") : stepPage(request, step);
}

function addressPage({ interaction }: InteractionRequest, email: string, problem: AddressProblem): { view: View } {
  return { view: { page: "reset_email", flowId: interaction.id, email: email.slice(0, 254), problem } };
}

async function codePage(
  request: InteractionRequest,
  email: string,
  problem: CodeProblem | "mail_refused",
  resent = false,
): Promise<{ view: View }> {
  const code = await awaitedCode(request, email, problem, resent);
  if (code === "refused") return addressPage(request, email, "mail_refused");
  return { view: { page: "reset_code", ...code } };
}

function passwordPage(
  { interaction }: InteractionRequest,
  email: string,
  problem: PasswordProblem | null,
): { view: View } {
  return { view: { page: "reset_password", flowId: interaction.id, email, problem } };
}
