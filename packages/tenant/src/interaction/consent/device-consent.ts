import { mayGrant } from "../../directory/administration.ts";
import { mayUse } from "../../directory/assignment.ts";
import type { User } from "../../directory/entities.ts";
import { displayUserCode } from "../../directory/user-code.ts";
import { isLoopbackAddress, plainIp } from "../../kernel/ip-address.ts";
import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import { approveGrant, denyGrant, describeGrant, endedBecause } from "../../oauth/device-authorization/decisions.ts";
import type { DeviceGrant } from "../../storage/device-grant.ts";
import type { Flow } from "../../storage/store.ts";
import type { DeviceConsentView } from "../../ui/pages/device-consent.ts";
import type { View } from "../../ui/view.ts";
import { deciderOf } from "../approver.ts";
import { claimAndConfirm } from "../authentication.ts";
import { choice } from "../form.ts";
import { type Answer, pathOf, requireFlow, type Visit } from "../page-request.ts";
import { relyingPartyOf } from "../passkeys/passkey-ceremony.ts";
import { startOver } from "../sign-in/start-over.ts";

/** What is asked, or how it ended. Reads only: the claim was made by the form that led here. */
export async function showConfirm(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  const grant = await grantOf(visit, flow);
  if (!grant) return { view: { page: "expired" } };
  const { session, user } = visit;
  const ended = await endPage(visit, grant);
  if (ended) return { view: ended };
  if (!session || !user) return { to: pathOf("/sign-in", flow) };
  if (!(await mayUse(visit.ctx.store, grant.clientId, user.id))) return mayNot(visit, flow, grant, "no_access");
  if (!(await mayGrant(visit.ctx.store, grant.requested, user.id))) {
    return mayNot(visit, flow, grant, "needs_administrator");
  }
  // Nobody's yet, or a second person's: only a form claims, and the claim decides.
  if (grant.status === "pending" || grant.userId !== user.id) return { to: pathOf("/device/continue", flow) };
  if (grant.sessionId !== session.id) return { view: { page: "elsewhere", flowId: flow.id } };

  return question(visit, flow, grant, user, null);
}

/** The question as it is now. */
async function question(
  visit: Visit,
  flow: Flow,
  grant: DeviceGrant,
  user: User,
  problem: DeviceConsentView["problem"],
): Promise<Answer> {
  const described = await describeGrant(visit.ctx, grant, user.id);
  if (!described) return { view: { page: "expired" } };
  const { already, fresh, stays } = described.permissions;
  const view: DeviceConsentView = {
    page: "device_consent",
    flowId: flow.id,
    problem,
    digest: described.digest,
    email: user.email,
    appName: described.app.name,
    deviceName: grant.deviceName,
    devicePlatform: grant.devicePlatform,
    startedSecondsAgo: Math.max(0, Math.floor((visit.now - grant.createdAt) / 1_000)),
    fromIp: plainIp(grant.initiatedIp),
    network: networkBetween(grant.initiatedIp, visit.ip),
    userCode: displayUserCode(grant.userCode),
    already,
    fresh,
    stays,
  };
  return { view };
}

/** Yes or no. What is over stays as it ended: the next page says how. */
export async function takeConfirm(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  const decision = choice(visit.fields, "decision", ["yes", "no", "other"]);
  if (decision === "other") return startOver(visit, flow);
  const decider = deciderOf(visit);
  if (!decider) return { to: pathOf("/sign-in", flow) };
  const grant = await grantOf(visit, flow);
  if (!grant) return { to: pathOf("/confirm", flow) };
  const { ctx, ip } = visit;
  const { outcome } =
    decision === "yes"
      ? await approveGrant(ctx, grant, decider, visit.fields.get("shown"))
      : await denyGrant(ctx, grant, decider);
  if (outcome === "changed") {
    // Only who holds the claim is asked again; the page of all others says what became of it.
    const held = grant.status === "claimed" && grant.sessionId === decider.sessionId;
    if (held && grant.expiresAt > visit.now) return question(visit, flow, grant, decider.user, "changed");
  }
  // Since the question was shown a second factor has become necessary.
  if (outcome === "mfa_required") return claimAndConfirm(visit, flow);
  if (outcome !== "done") return { to: pathOf("/confirm", flow) };
  if (decision === "yes")
    await sendSecurityNotification(ctx, decider.user, { kind: "new_device", grantId: grant.id }, { ip });
  return { to: pathOf("/done", flow) };
}

/** The device goes on waiting, for somebody who may use the app, or grant what it asks. */
async function mayNot(
  visit: Visit,
  flow: Flow,
  grant: DeviceGrant,
  page: "no_access" | "needs_administrator",
): Promise<Answer> {
  const app = await visit.ctx.store.directory.findApp(grant.clientId);
  return { view: { page, flowId: flow.id, email: visit.user?.email ?? "", appName: app?.name ?? "" } };
}

/** The same person goes on here instead of in the other browser. */
export async function takeOver(visit: Visit): Promise<Answer> {
  return claimAndConfirm(visit, await requireFlow(visit));
}

export async function showDone(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  const grant = await grantOf(visit, flow);
  const ended = grant ? await endPage(visit, grant) : ({ page: "expired" } as const);
  return ended ? { view: ended } : { to: pathOf("/confirm", flow) };
}

/** The last page of a grant, told to the person who ended it as theirs and to anybody else as over. */
async function endPage(visit: Visit, grant: DeviceGrant): Promise<View | undefined> {
  const why = endedBecause(grant, visit.now);
  if (why !== "used") return why && { page: why };
  const mine = visit.user !== undefined && grant.userId === visit.user.id;
  if (!mine) return { page: "used" };
  const app = await visit.ctx.store.directory.findApp(grant.clientId);
  const appName = app?.name ?? "";
  if (grant.status !== "denied") {
    const offerPasskey = await lacksPasskey(visit);
    return { page: "done", appName, deviceName: grant.deviceName, offerPasskey };
  }
  return grant.denialReason === "user" ? { page: "declined", appName } : { page: "used" };
}

async function lacksPasskey({ ctx, user }: Visit): Promise<boolean> {
  if (!user || !relyingPartyOf(ctx.config)) return false;
  return (await ctx.store.passkeys.listOf(user.id)).length === 0;
}

async function grantOf(visit: Visit, flow: Flow): Promise<DeviceGrant | undefined> {
  return flow.grantId === null ? undefined : visit.ctx.store.grants.findById(flow.grantId);
}

function networkBetween(device: string, browser: string): DeviceConsentView["network"] {
  if (isLoopbackAddress(device) && isLoopbackAddress(browser)) return "this_computer";
  return plainIp(device) === plainIp(browser) ? "same_network" : "other_network";
}
