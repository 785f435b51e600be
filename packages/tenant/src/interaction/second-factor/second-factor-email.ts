import { normalizeEmail } from "../../directory/entities.ts";
import { codeMail } from "../../mail/messages.ts";
import type { View } from "../../ui/view.ts";
import { addressFor, goTo, type InteractionRequest } from "../interaction.ts";
import { afterSending, awaitedCode, type CodeKind, resendCode, sendCode, useCode } from "../mailed-code.ts";
import type { Answer } from "../page-request.ts";
import { passSecondFactor } from "../proceed.ts";
import { type AtSecondFactor, atSecondFactor, recordFactor, toAnotherWay } from "./second-factor.ts";

type Page = Extract<View, { page: "second_factor_email" }>;

/** The user already passed a first factor. The mail says what it means if that was someone else. */
const secondFactorCode: CodeKind = {
  purpose: "second_factor",
  write: async (_request, about) => ({ mail: codeMail("secondFactor", about), withCode: true }),
};

/** Opening the page sends no mail; its button does. */
export async function getEmailCode(request: InteractionRequest): Promise<Answer> {
  return atSecondFactor(request, (at) =>
    at.ways.email ? emailPage(request, at, null, request.fields.has("resent")) : toAnotherWay(request),
  );
}

/** The first code, or another one: rate-limited with growing delays. */
export async function postSendEmailCode(request: InteractionRequest): Promise<Answer> {
  return atSecondFactor(request, async (at) => {
    const { user, ways } = at;
    if (!ways.email) return toAnotherWay(request);
    const again = wasSent(request, at);
    const sent = await (again ? resendCode : sendCode)(request, user.email, secondFactorCode);
    return afterSending(sent, goTo(request, "/second-factor/email", again ? "&resent=1" : ""), (problem) =>
      emailPage(request, at, problem),
    );
  });
}

export async function postEmailCode(request: InteractionRequest): Promise<Answer> {
  return atSecondFactor(request, async (at) => {
    const { user, ways } = at;
    if (!ways.email) return toAnotherWay(request);
    if (!wasSent(request, at)) return goTo(request, "/second-factor/email");
    const used = await useCode(request, user.email, secondFactorCode);
    const event = used === "ok" ? "user.second_factor_passed" : "user.second_factor_failed";
    await recordFactor(request, user, event, { method: "email" });
    return used === "ok" ? passSecondFactor(request, user, "email_second_factor") : emailPage(request, at, used);
  });
}

/** Whether a code was mailed to this user in this interaction. */
function wasSent({ interaction }: InteractionRequest, { user }: AtSecondFactor): boolean {
  return normalizeEmail(addressFor(interaction, "second_factor") ?? "") === user.emailNormalized;
}

/** Not sent, or undeliverable: the page has the button to send one, and the other methods. */
async function emailPage(
  request: InteractionRequest,
  at: AtSecondFactor,
  found: Page["problem"],
  resent = false,
): Promise<{ view: View }> {
  const { user, ways } = at;
  const page = {
    page: "second_factor_email",
    byPasskey: ways.passkey !== null,
  } as const;
  const code = wasSent(request, at) ? await awaitedCode(request, user.email, found, resent) : undefined;
  if (code && code !== "refused") return { view: { ...page, sent: true, ...code } };
  const problem = code === "refused" ? "mail_refused" : found === "wrong" || found === "dead" ? null : found;
  return { view: { ...page, sent: false, flowId: request.interaction.id, email: user.email, problem } };
}
