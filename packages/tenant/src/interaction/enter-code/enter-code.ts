import { displayUserCode, normalizeUserCode } from "../../directory/user-code.ts";
import { enterCode } from "../../oauth/device-authorization/decisions.ts";
import type { View } from "../../ui/view.ts";
import { onward } from "../authentication.ts";
import { choice } from "../form.ts";
import { type Answer, pathOf, requireFlow, type Visit } from "../page-request.ts";
import { openFlow, openSession } from "../session.ts";
import { startOver } from "../sign-in/start-over.ts";
import { type Charge, charge, giveBack, networkOf } from "../throttle.ts";

/** Longer than any code of ours, so what a link brought cannot be a text of its own on our page. */
const LONGEST_CODE = 16;

/** With a code in the link (RFC 8628 §3.3.1) the page shows it to be compared; it acts on nothing. */
export async function showEnterCode(visit: Visit): Promise<Answer> {
  const code = normalizeUserCode(visit.fields.get("user_code") ?? "");
  if (code === "" || code.length > LONGEST_CODE) return enterCodePage("", null);
  return { view: { page: "enter_code", typed: displayUserCode(code), fromLink: true, problem: null } };
}

/** Looks the code up and remembers in the session which grant this walk is about. The grant does not change. */
export async function takeCode(visit: Visit): Promise<Answer> {
  const typed = (visit.fields.get("user_code") ?? "").slice(0, 64);
  if (normalizeUserCode(typed) === "") return enterCodePage("", "empty");

  const session = await openSession(visit);
  const charges: Charge[] = [
    ["userCodeByIp", networkOf(visit.ip)],
    ["userCodeBySession", session.id],
  ];
  if (visit.user) charges.push(["userCodeByUser", visit.user.id]);
  const own = await charge(visit, charges);
  if (!own.allowed) return { ...enterCodePage(typed, "too_many"), retryAt: own.retryAt };

  const everybody: Charge = ["userCodeGlobal", "tenant"];
  const global = await charge(visit, [everybody]);
  if (global.allowed) charges.push(everybody);
  else if (!visit.user) {
    // The day's budget of wrong guesses is spent: whoever signs in first may still enter a code.
    await giveBack(visit, charges);
    return { to: pathOf("/sign-in", await openFlow(visit, null)) };
  }

  const entered = await enterCode(visit.ctx, typed);
  if (entered.outcome === "unknown") return enterCodePage(typed, "unknown");
  if (entered.outcome === "ended") return { view: { page: entered.why } };
  await giveBack(visit, charges);
  const flow = await openFlow(visit, entered.grant.id);
  return { to: pathOf(visit.user ? "/device/continue" : "/sign-in", flow) };
}

/** Signed in already: going on is a decision of its own, or a link alone would claim a stranger's device. */
export async function showContinueAs(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  if (!visit.user) return { to: pathOf("/sign-in", flow) };
  if (flow.grantId === null) return { to: "/device" };
  const { email, displayName } = visit.user;
  return { view: { page: "continue_as", flowId: flow.id, email, displayName } };
}

export async function takeContinueAs(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  const answer = choice(visit.fields, "answer", ["continue", "other"]);
  return answer === "continue" ? onward(visit, flow) : startOver(visit, flow);
}

function enterCodePage(typed: string, problem: Extract<View, { page: "enter_code" }>["problem"]): { view: View } {
  return { view: { page: "enter_code", typed, fromLink: false, problem } };
}
