import { displayUserCode } from "../../directory/user-code.ts";
import { isLoopbackAddress, plainIp } from "../../kernel/ip-address.ts";
import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import { type Approver, type ConsentPrompt, evaluateApproval } from "../../oauth/approval.ts";
import { approveGrant, denyGrant, endedBecause } from "../../oauth/device-authorization/decisions.ts";
import type { DeviceGrant } from "../../storage/device-grant.ts";
import type { DeviceConsentView } from "../../ui/pages/device-consent.ts";
import type { View } from "../../ui/view.ts";
import { goTo, type InteractionRequest } from "../interaction.ts";
import { nextStep } from "../next-step.ts";
import { type Answer, choice, type PageRequest } from "../page-request.ts";
import { relyingPartyOf } from "../passkeys/passkey-ceremony.ts";
import { factsOf, proceed, stepPage } from "../proceed.ts";
import { approverOf, startOver } from "../session.ts";
import { canBeSupplied, refusalPage } from "./refusal-page.ts";

/** What is asked, or how it ended. Reads only: the claim was made by the form that led here. */
export async function getConfirm(request: InteractionRequest): Promise<Answer> {
  const { grant, ctx, facts } = request;
  if (!grant) return { view: { page: "expired" } };
  const ended = await endPage(request, grant);
  if (ended) return { view: ended };
  const approver = approverOf(request);
  if (!approver) return stepPage(request, nextStep(factsOf(request)));
  const evaluated = evaluateApproval(ctx, grant, approver, facts);
  if (evaluated.refusal) return refusalPage(request, evaluated.refusal);
  // Unclaimed yet, or a second person's: only a form claims, and the claim decides.
  if (grant.status === "pending" || grant.userId !== approver.user.id) return goTo(request, "/device/continue");
  if (grant.sessionId !== approver.sessionId) return { view: { page: "elsewhere", flowId: request.interaction.id } };
  return question(request, grant, approver, evaluated.prompt, null);
}

function question(
  request: InteractionRequest,
  grant: DeviceGrant,
  { user }: Approver,
  { app, permissions, digest }: ConsentPrompt,
  problem: DeviceConsentView["problem"],
): Answer {
  const { already, fresh, byRenewal, stays } = permissions;
  const view: DeviceConsentView = {
    page: "device_consent",
    flowId: request.interaction.id,
    problem,
    digest,
    email: user.email,
    appName: app.name,
    deviceName: grant.deviceName,
    devicePlatform: grant.devicePlatform,
    startedSecondsAgo: Math.max(0, Math.floor((request.now - grant.createdAt) / 1_000)),
    fromIp: plainIp(grant.initiatedIp),
    network: networkBetween(grant.initiatedIp, request.ip),
    userCode: displayUserCode(grant.userCode),
    already,
    fresh,
    byRenewal,
    stays,
  };
  return { view };
}

/** Yes or no. What is over stays as it ended: the next page says how. */
export async function postConfirm(request: InteractionRequest): Promise<Answer> {
  const decision = choice(request.fields, "decision", ["yes", "no", "other"]);
  if (decision === "other") return startOver(request);
  const approver = approverOf(request);
  if (!approver) return stepPage(request, nextStep(factsOf(request)));
  const { grant, facts, ctx, ip } = request;
  if (!grant) return goTo(request, "/confirm");
  if (decision === "no") {
    const { outcome } = await denyGrant(ctx, grant, approver);
    return outcome === "done" ? doneStep(request) : goTo(request, "/confirm");
  }
  const result = await approveGrant(ctx, grant, approver, facts, request.fields.get("shown"));
  switch (result.outcome) {
    case "done": {
      const { app } = result.prompt;
      const notification = { kind: "new_device", grant: result.grant, appName: app.name } as const;
      await sendSecurityNotification(ctx, approver.user, notification, { ip });
      return doneStep(request);
    }
    case "changed": {
      // Only the session that holds the claim is asked again; the page of all others says what became of it.
      const held = grant.status === "claimed" && grant.sessionId === approver.sessionId;
      const open = held && grant.expiresAt > request.now;
      return open ? question(request, grant, approver, result.prompt, "changed") : goTo(request, "/confirm");
    }
    case "refused":
      // Since the question was shown it has become necessary.
      return canBeSupplied(result.why) ? proceed(request) : goTo(request, "/confirm");
    default:
      return goTo(request, "/confirm");
  }
}

const doneStep = (request: InteractionRequest) => stepPage(request, nextStep(factsOf(request, { answered: true })));

/** The same person goes on here instead of in the other browser. */
export async function postTakeOver(request: InteractionRequest): Promise<Answer> {
  return proceed(request);
}

export async function getDone(request: InteractionRequest): Promise<Answer> {
  const grant = request.grant;
  const ended = grant ? await endPage(request, grant) : ({ page: "expired" } as const);
  return ended ? { view: ended } : goTo(request, "/confirm");
}

/** The last page of a grant: only the person who ended it learns how. */
async function endPage(request: InteractionRequest, grant: DeviceGrant): Promise<View | undefined> {
  const why = endedBecause(grant, request.now);
  if (why !== "used") return why && { page: why };
  const mine = request.user !== undefined && grant.userId === request.user.id;
  if (!mine) return { page: "used" };
  const appName = request.app?.name ?? "";
  if (grant.status !== "denied") {
    const offerPasskey = await lacksPasskey(request);
    return { page: "done", appName, deviceName: grant.deviceName, offerPasskey };
  }
  return grant.denialReason === "user" ? { page: "declined", appName } : { page: "used" };
}

async function lacksPasskey({ ctx, user }: PageRequest): Promise<boolean> {
  if (!user || !relyingPartyOf(ctx.config)) return false;
  return (await ctx.store.passkeys.listOf(user.id)).length === 0;
}

function networkBetween(device: string, browser: string): DeviceConsentView["network"] {
  if (isLoopbackAddress(device) && isLoopbackAddress(browser)) return "this_computer";
  return plainIp(device) === plainIp(browser) ? "same_network" : "other_network";
}
