import { displayUserCode } from "../../directory/user-code.ts";
import { plainIp } from "../../kernel/ip-address.ts";
import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import { type Approver, type ConsentPrompt, evaluateApproval } from "../../oauth/approval.ts";
import { approveGrant, denyGrant, endedBecause } from "../../oauth/device-authorization/decisions.ts";
import type { DeviceGrant } from "../../storage/device-grant.ts";
import type { DeviceConsentView } from "../../ui/pages/device-consent.ts";
import { isThisComputer, shownAddress } from "../../ui/place.ts";
import type { View } from "../../ui/view.ts";
import { goTo, type InteractionRequest } from "../interaction.ts";
import { nextStep } from "../next-step.ts";
import { type Answer, choice, type PageRequest } from "../page-request.ts";
import { relyingPartyOf } from "../passkeys/passkey-ceremony.ts";
import { factsOf, proceed, stepPage } from "../proceed.ts";
import { approverOf, startOver } from "../session.ts";
import { canBeSupplied, refusalPage } from "./refusal-page.ts";

/** The question, or how it ended. Reads only: the form that led here made the claim. */
export async function getConfirm(request: InteractionRequest): Promise<Answer> {
  const { grant, ctx, facts } = request;
  if (!grant) return { view: { page: "expired" } };
  const ended = await endPage(request, grant);
  if (ended) return { view: ended };
  const approver = approverOf(request);
  if (!approver) return stepPage(request, nextStep(factsOf(request)));
  const evaluated = evaluateApproval(ctx, grant, approver, facts);
  if (evaluated.refusal) return refusalPage(request, evaluated.refusal);
  // Not claimed yet, or another user's. Only a form claims, and the claim decides.
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
    ...whereFrom(grant.initiatedIp, request),
    userCode: displayUserCode(grant.userCode),
    already,
    fresh,
    byRenewal,
    stays,
  };
  return { view };
}

/** Yes or no. A request that has ended does not change; the next page says how it ended. */
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
      // Only the session that holds the claim is asked again. Others see the outcome.
      const held = grant.status === "claimed" && grant.sessionId === approver.sessionId;
      const open = held && grant.expiresAt > request.now;
      return open ? question(request, grant, approver, result.prompt, "changed") : goTo(request, "/confirm");
    }
    case "refused":
      // Became necessary after the question was shown.
      return canBeSupplied(result.why) ? proceed(request) : goTo(request, "/confirm");
    default:
      return goTo(request, "/confirm");
  }
}

const doneStep = (request: InteractionRequest) => stepPage(request, nextStep(factsOf(request, { answered: true })));

/** The same user continues here instead of in the other browser. */
export async function postTakeOver(request: InteractionRequest): Promise<Answer> {
  return proceed(request);
}

export async function getDone(request: InteractionRequest): Promise<Answer> {
  const grant = request.grant;
  const ended = grant ? await endPage(request, grant) : ({ page: "expired" } as const);
  return ended ? { view: ended } : goTo(request, "/confirm");
}

/** The last page of a grant. Only the user who ended it sees the outcome. */
async function endPage(request: InteractionRequest, grant: DeviceGrant): Promise<View | undefined> {
  const why = endedBecause(grant, request.now);
  if (why !== "used") return why && { page: why };
  const mine = request.user !== undefined && grant.userId === request.user.id;
  if (!mine) return { page: "used" };
  const appName = request.app?.name ?? "";
  // Approved, and the device did not fetch its tokens in time: it gets none any more.
  if (grant.status === "approved" && grant.expiresAt <= request.now) return { page: "expired" };
  if (grant.status !== "denied") {
    const offerPasskey = await lacksPasskey(request);
    const signedIn = grant.status === "redeemed";
    return { page: "done", appName, deviceName: grant.deviceName, signedIn, offerPasskey };
  }
  return grant.denialReason === "user" ? { page: "declined", appName } : { page: "used" };
}

async function lacksPasskey({ ctx, user }: PageRequest): Promise<boolean> {
  if (!user || !relyingPartyOf(ctx.config)) return false;
  return (await ctx.store.passkeys.listOf(user.id)).length === 0;
}

/**
 * Where the device is, as this browser sees it. Where the pages are on the local network, the programs are on the tenant's own
 * computer: the browser there comes by the pages' address, every other one is in the same network as that computer.
 */
function whereFrom(device: string, { ip, ctx }: InteractionRequest): Pick<DeviceConsentView, "fromIp" | "network"> {
  const { config } = ctx;
  const here = isThisComputer(device, config);
  const fromIp = shownAddress(device, config, ip) ?? plainIp(device);
  if (here && isThisComputer(ip, config)) return { fromIp, network: "this_computer" };
  if (here && config.pagesOrigin !== config.localPagesOrigin) return { fromIp, network: "same_network" };
  return { fromIp, network: plainIp(device) === plainIp(ip) ? "same_network" : "other_network" };
}
