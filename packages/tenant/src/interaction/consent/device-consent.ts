import { mayGrant } from "../../directory/administration.ts";
import { mayUse } from "../../directory/assignment.ts";
import type { User } from "../../directory/entities.ts";
import { displayUserCode } from "../../directory/user-code.ts";
import { isLoopbackAddress, plainIp } from "../../kernel/ip-address.ts";
import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import { approveGrant, denyGrant, describeGrant, endedBecause } from "../../oauth/device-authorization/decisions.ts";
import type { DeviceGrant } from "../../storage/device-grant.ts";
import type { DeviceConsentView } from "../../ui/pages/device-consent.ts";
import type { View } from "../../ui/view.ts";
import { goTo, type InteractionRequest } from "../interaction.ts";
import { nextStep } from "../next-step.ts";
import { type Answer, choice, type PageRequest } from "../page-request.ts";
import { relyingPartyOf } from "../passkeys/passkey-ceremony.ts";
import { factsOf, proceed, stepPage } from "../proceed.ts";
import { approverOf, startOver } from "../session.ts";

/** What is asked, or how it ended. Reads only: the claim was made by the form that led here. */
export async function getConfirm(request: InteractionRequest): Promise<Answer> {
  const grant = request.grant;
  if (!grant) return { view: { page: "expired" } };
  const ended = await endPage(request, grant);
  if (ended) return { view: ended };
  const { session, user } = request;
  if (!session || !user) return stepPage(request, nextStep(factsOf(request)));
  if (!(await mayUse(request.ctx.store, grant.clientId, user.id))) return mayNot(request, "no_access");
  if (!(await mayGrant(request.ctx.store, grant.requested, user.id))) {
    return mayNot(request, "needs_administrator");
  }
  // Nobody's yet, or a second person's: only a form claims, and the claim decides.
  if (grant.status === "pending" || grant.userId !== user.id) return goTo(request, "/device/continue");
  if (grant.sessionId !== session.id) return { view: { page: "elsewhere", flowId: request.interaction.id } };

  return question(request, grant, user, null);
}

/** The question as it is now. */
async function question(
  request: InteractionRequest,
  grant: DeviceGrant,
  user: User,
  problem: DeviceConsentView["problem"],
): Promise<Answer> {
  const described = await describeGrant(request.ctx, grant, user.id);
  if (!described) return { view: { page: "expired" } };
  const { already, fresh, stays } = described.permissions;
  const view: DeviceConsentView = {
    page: "device_consent",
    flowId: request.interaction.id,
    problem,
    digest: described.digest,
    email: user.email,
    appName: described.app.name,
    deviceName: grant.deviceName,
    devicePlatform: grant.devicePlatform,
    startedSecondsAgo: Math.max(0, Math.floor((request.now - grant.createdAt) / 1_000)),
    fromIp: plainIp(grant.initiatedIp),
    network: networkBetween(grant.initiatedIp, request.ip),
    userCode: displayUserCode(grant.userCode),
    already,
    fresh,
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
  const { grant, ctx, ip } = request;
  if (!grant) return goTo(request, "/confirm");
  const { outcome } =
    decision === "yes"
      ? await approveGrant(ctx, grant, approver, request.fields.get("shown"))
      : await denyGrant(ctx, grant, approver);
  if (outcome === "changed") {
    // Only who holds the claim is asked again; the page of all others says what became of it.
    const held = grant.status === "claimed" && grant.sessionId === approver.sessionId;
    if (held && grant.expiresAt > request.now) return question(request, grant, approver.user, "changed");
  }
  // Since the question was shown a second factor has become necessary.
  if (outcome === "mfa_required") return proceed(request);
  if (outcome !== "done") return goTo(request, "/confirm");
  if (decision === "yes")
    await sendSecurityNotification(ctx, approver.user, { kind: "new_device", grantId: grant.id }, { ip });
  return stepPage(request, nextStep(factsOf(request, { answered: true })));
}

/** The device goes on waiting, for somebody who may use the app, or grant what it asks. */
function mayNot(request: InteractionRequest, page: "no_access" | "needs_administrator"): Answer {
  const { interaction, user, app } = request;
  return { view: { page, flowId: interaction.id, email: user?.email ?? "", appName: app?.name ?? "" } };
}

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
