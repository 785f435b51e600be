import { displayUserCode } from "../../directory/user-code.ts";
import { isLoopbackAddress, plainIp } from "../../kernel/ip-address.ts";
import { sendNotice } from "../../mail/security-notifications.ts";
import { type Approver, type ConsentPrompt, evaluateApproval } from "../../oauth/approval.ts";
import { approveGrant, denyGrant, endedBecause } from "../../oauth/device-authorization/decisions.ts";
import type { DeviceGrant } from "../../storage/device-grant.ts";
import type { Flow } from "../../storage/store.ts";
import type { ConfirmView, View } from "../../ui/view.ts";
import { approverOf } from "../approver.ts";
import { claimAndConfirm } from "../authentication.ts";
import { choice } from "../form.ts";
import { type Answer, pathOf, requireFlow, type Visit } from "../page-request.ts";
import { relyingPartyOf } from "../passkeys/passkey-ceremony.ts";
import { refusalPage } from "../refusal-page.ts";
import { startOver } from "../sign-in/start-over.ts";

/** What is asked, or how it ended. Reads only: the claim was made by the form that led here. */
export async function showConfirm(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  const grant = await grantOf(visit, flow);
  if (!grant) return { view: { page: "expired" } };
  const ended = await endPage(visit, grant);
  if (ended) return { view: ended };
  const approver = approverOf(visit);
  if (!approver) return { to: pathOf("/sign-in", flow) };
  const evaluated = await evaluateApproval(visit.ctx, grant, approver);
  if (evaluated.refusal) return refusalPage(visit, flow, evaluated);
  // Nobody's yet, or a second person's: only a form claims, and the claim decides.
  if (grant.status === "pending" || grant.userId !== approver.user.id) return { to: pathOf("/device/continue", flow) };
  if (grant.sessionId !== approver.sessionId) return { view: { page: "elsewhere", flowId: flow.id } };
  return question(visit, flow, grant, approver, evaluated.prompt, null);
}

function question(
  visit: Visit,
  flow: Flow,
  grant: DeviceGrant,
  { user }: Approver,
  { app, permissions, digest }: ConsentPrompt,
  problem: ConfirmView["problem"],
): Answer {
  const { already, fresh, stays } = permissions;
  const view: ConfirmView = {
    page: "confirm",
    flowId: flow.id,
    problem,
    digest,
    email: user.email,
    appName: app.name,
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
  const approver = approverOf(visit);
  if (!approver) return { to: pathOf("/sign-in", flow) };
  const grant = await grantOf(visit, flow);
  if (!grant) return { to: pathOf("/confirm", flow) };
  const { ctx, ip } = visit;
  const result =
    decision === "yes"
      ? await approveGrant(ctx, grant, approver, visit.fields.get("shown"))
      : await denyGrant(ctx, grant, approver);
  if (result.outcome === "changed") {
    // Only who holds the claim is asked again; the page of all others says what became of it.
    const held = grant.status === "claimed" && grant.sessionId === approver.sessionId;
    if (held && grant.expiresAt > visit.now) return question(visit, flow, grant, approver, result.prompt, "changed");
  }
  // Since the question was shown a second factor has become necessary.
  if (result.outcome === "refused" && result.why === "second_factor_required") return claimAndConfirm(visit, flow);
  if (result.outcome !== "done") return { to: pathOf("/confirm", flow) };
  if (decision === "yes") await sendNotice(ctx, approver.user, { kind: "new_device", grantId: grant.id }, { ip });
  return { to: pathOf("/done", flow) };
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

function networkBetween(device: string, browser: string): ConfirmView["network"] {
  if (isLoopbackAddress(device) && isLoopbackAddress(browser)) return "this_computer";
  return plainIp(device) === plainIp(browser) ? "same_network" : "other_network";
}
