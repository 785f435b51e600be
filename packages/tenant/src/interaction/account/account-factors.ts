import type { User } from "../../directory/entities.ts";
import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import { stepUp } from "../authentication.ts";
import { choice } from "../form.ts";
import { type Answer, pathOf, type Visit } from "../page-request.ts";
import { newCodes, putNewSecret } from "../second-factor/authenticator-set-up.ts";
import { recordFactor } from "../second-factor/second-factor.ts";
import { openFlow } from "../session.ts";
import { requireRecentSignIn } from "./recent-sign-in.ts";

/** The person's own authenticator app: whether there is one. */
export async function showAuthenticator(visit: Visit): Promise<Answer> {
  const { user } = visit;
  if (!user) return { view: { page: "account_signed_out" } };
  const enrolled = (await visit.ctx.store.factors.totpOf(user.id)) !== undefined;
  return { view: { page: "authenticator", enrolled } };
}

/** Adds one, or another in its place, or takes it away. */
export async function takeAuthenticator(visit: Visit): Promise<Answer> {
  const refused = await requireRecentSignIn(visit);
  const { user, ctx } = visit;
  if (refused || !user) return refused ?? { to: "/me" };
  if (choice(visit.fields, "answer", ["add", "remove"]) === "add") return beginSetUp(visit, user);
  if (await ctx.store.factors.removeTotp(user.id)) {
    await recordFactor(visit, user, "authenticator.removed");
    await sendSecurityNotification(ctx, user, { kind: "authenticator_removed" }, { ip: visit.ip });
  }
  return { to: "/me" };
}

export async function showRecoveryCodes(visit: Visit): Promise<Answer> {
  const { user } = visit;
  if (!user) return { view: { page: "account_signed_out" } };
  const { factors } = visit.ctx.store;
  // They stand in for an app, so first there is one.
  if (!(await factors.totpOf(user.id))) return { to: "/me/authenticator" };
  return { view: { page: "my_recovery_codes", left: await factors.countRecoveryCodes(user.id) } };
}

export async function takeRecoveryCodes(visit: Visit): Promise<Answer> {
  const refused = await requireRecentSignIn(visit);
  const { user } = visit;
  if (refused || !user) return refused ?? { to: "/me" };
  return (await newCodes(visit, user, null)) ?? { to: "/me/authenticator" };
}

/** A walk of its own that holds the new secret; set-up asks for the second factor first, where there is one to ask for. */
async function beginSetUp(visit: Visit, user: User): Promise<Answer> {
  const flow = await openFlow(visit, null, "account");
  await stepUp(visit, flow);
  await putNewSecret(visit, flow, user);
  return { to: pathOf("/second-factor/set-up", flow) };
}
