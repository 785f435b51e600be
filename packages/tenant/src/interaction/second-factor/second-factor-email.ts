import { OTP } from "../../directory/authentication-methods.ts";
import { normalizeEmail } from "../../directory/entities.ts";
import { codeMail } from "../../mail/messages.ts";
import type { View } from "../../ui/view.ts";
import { passSecondFactor } from "../authentication.ts";
import { awaitedCode, type CodeKind, resendCode, sendCode, useCode } from "../mailed-code.ts";
import { type Answer, pathOf, type Visit } from "../page-request.ts";
import { type AtSecondFactor, atSecondFactor, recordFactor, toAnotherWay } from "./second-factor.ts";

type Page = Extract<View, { page: "second_factor_email" }>;

/** To somebody who has shown a first factor already: the mail says what it means if that was not them. */
const secondFactorCode: CodeKind = {
  purpose: "second_factor",
  write: async (_visit, _flow, about) => ({ mail: codeMail("secondFactor", about), withCode: true }),
};

/** Nothing is mailed by looking; the page has a button for it. */
export async function showEmailCode(visit: Visit): Promise<Answer> {
  return atSecondFactor(visit, (at) =>
    at.ways.email ? emailPage(visit, at, null, visit.fields.has("resent")) : toAnotherWay(at.flow),
  );
}

/** The first code, or another one: not at once, and then ever less often. */
export async function sendEmailCode(visit: Visit): Promise<Answer> {
  return atSecondFactor(visit, async (at) => {
    const { flow, user, ways } = at;
    if (!ways.email) return toAnotherWay(flow);
    const again = wasSent(at);
    const sent = await (again ? resendCode : sendCode)(visit, flow, user.email, secondFactorCode);
    if (sent.outcome === "too_many") return { ...(await emailPage(visit, at, "too_many")), retryAt: sent.retryAt };
    if (sent.outcome !== "sent") return emailPage(visit, at, sent.outcome);
    return { to: `${pathOf("/second-factor/email", flow)}${again ? "&resent=1" : ""}` };
  });
}

export async function takeEmailCode(visit: Visit): Promise<Answer> {
  return atSecondFactor(visit, async (at) => {
    const { flow, user, ways } = at;
    if (!ways.email) return toAnotherWay(flow);
    if (!wasSent(at)) return { to: pathOf("/second-factor/email", flow) };
    const used = await useCode(visit, flow, user.email, secondFactorCode);
    const event = used === "ok" ? "user.second_factor_passed" : "user.second_factor_failed";
    await recordFactor(visit, user, event, { flow, detail: { method: "email" } });
    return used === "ok" ? passSecondFactor(visit, flow, OTP) : emailPage(visit, at, used);
  });
}

/** A code was mailed to this person in this walk, and to no other. */
function wasSent({ flow, user }: AtSecondFactor): boolean {
  return flow.emailPurpose === "second_factor" && normalizeEmail(flow.email ?? "") === user.emailNormalized;
}

/** Not sent yet, or never to arrive: the page has the button that sends one, and the other ways. */
async function emailPage(
  visit: Visit,
  at: AtSecondFactor,
  found: Page["problem"],
  resent = false,
): Promise<{ view: View }> {
  const { flow, user, ways } = at;
  const page = {
    page: "second_factor_email",
    byPasskey: ways.passkey !== null,
  } as const;
  const code = wasSent(at) ? await awaitedCode(visit, flow, user.email, found, resent) : undefined;
  if (code && code !== "refused") return { view: { ...page, sent: true, ...code } };
  const problem = code === "refused" ? "mail_refused" : found === "wrong" || found === "dead" ? null : found;
  return { view: { ...page, sent: false, flowId: flow.id, email: user.email, problem } };
}
