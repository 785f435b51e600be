import { displayUserCode, normalizeUserCode } from "../../directory/user-code.ts";
import { enterCode } from "../../oauth/device-authorization/decisions.ts";
import type { View } from "../../ui/view.ts";
import { goTo, type InteractionRequest } from "../interaction.ts";
import { nextStep } from "../next-step.ts";
import { type Answer, choice, type PageRequest } from "../page-request.ts";
import { factsOf, proceed, stepPage } from "../proceed.ts";
import { openInteraction, openSession, startOver } from "../session.ts";
import { type Budget, byNetwork, consume, limits, refund } from "../throttle.ts";

/** Longer than any code, so that a link cannot display its own text on our page. */
const LONGEST_CODE = 16;

/** If the link contains a code (RFC 8628 §3.3.1), the page shows it for comparison. It changes nothing. */
export async function getEnterCode(request: PageRequest): Promise<Answer> {
  const code = normalizeUserCode(request.fields.get("user_code") ?? "");
  if (code === "" || code.length > LONGEST_CODE) return enterCodePage("", null);
  return { view: { page: "enter_code", typed: displayUserCode(code), fromLink: true, problem: null } };
}

/** Looks up the code and starts an interaction about its grant. The grant does not change. */
export async function postCode(request: PageRequest): Promise<Answer> {
  const typed = (request.fields.get("user_code") ?? "").slice(0, 64);
  if (normalizeUserCode(typed) === "") return enterCodePage("", "empty");

  // The IP address first: an address that may not try leaves no session behind.
  const budgets = byNetwork("userCodeByIp", request.ip);
  const ofAddress = await consume(request, budgets);
  if (!ofAddress.allowed) return { ...enterCodePage(typed, "too_many"), retryAt: ofAddress.retryAt };
  const session = await openSession(request);
  const own: Budget[] = [["userCodeBySession", session.id]];
  if (request.user) own.push(["userCodeByUser", request.user.id]);
  // Last: its row is the same for every user.
  own.push(["userCodeGlobal", "tenant"]);
  const consumed = await consume(request, own);
  if (!consumed.allowed) {
    await refund(request, budgets);
    return { ...enterCodePage(typed, "too_many"), retryAt: consumed.retryAt };
  }
  budgets.push(...own);

  const wrongGuesses = consumed.counts.at(-1)!;
  if (wrongGuesses > limits.userCodeGlobal.count && !request.user) {
    // The daily budget of wrong guesses is used up. After a sign-in, codes can still be entered.
    await refund(request, budgets);
    return goTo({ interaction: await openInteraction(request, { kind: "device", id: null }) }, "/sign-in");
  }

  const entered = await enterCode(request.ctx, typed, wrongGuesses);
  if (entered.outcome === "unknown") {
    // What was typed is not repeated: it may be anything, even a password.
    const message = "The code that was entered is not known. It may have a typo, or have been deleted.";
    const by = { actor: "user", clientId: null, userId: request.user?.id ?? null, ip: request.ip } as const;
    const about = { detail: null, aadsts: null, recorded: false };
    request.ctx.reportRefusal({ why: "user_code_unknown", message, ...about, ...by });
    return enterCodePage(typed, "unknown");
  }
  if (entered.outcome === "ended") return { view: { page: entered.why } };
  // At the same time, so that on SQLite they wait for the disk once.
  const [interaction] = await Promise.all([
    openInteraction(request, { kind: "device", id: entered.grant.id }),
    refund(request, budgets),
  ]);
  return goTo({ interaction }, request.user ? "/device/continue" : "/sign-in");
}

/** Already signed in: continuing is a separate decision, otherwise a link alone could claim a stranger's device. */
export async function getContinueAs(request: InteractionRequest): Promise<Answer> {
  const { user, interaction } = request;
  if (!user || interaction.subject === null || interaction.subject.id === null) {
    return stepPage(request, nextStep(factsOf(request)));
  }
  const { email, displayName } = user;
  return { view: { page: "continue_as", flowId: interaction.id, email, displayName } };
}

export async function postContinueAs(request: InteractionRequest): Promise<Answer> {
  const answer = choice(request.fields, "answer", ["continue", "other"]);
  return answer === "continue" ? proceed(request) : startOver(request);
}

function enterCodePage(typed: string, problem: Extract<View, { page: "enter_code" }>["problem"]): { view: View } {
  return { view: { page: "enter_code", typed, fromLink: false, problem } };
}
