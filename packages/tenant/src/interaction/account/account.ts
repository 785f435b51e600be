import type { User } from "../../directory/entities.ts";
import { checkPassword, type PasswordProblem, passwordStateOf } from "../../directory/password.ts";
import { isListedSignIn } from "../../directory/sign-in-methods.ts";
import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import { loadFacts } from "../../oauth/approval.ts";
import { beginInteraction, goTo } from "../interaction.ts";
import { type Answer, choice, PageProblem, type PageRequest } from "../page-request.ts";
import { relyingPartyOf } from "../passkeys/passkey-ceremony.ts";
import { stepUp } from "../proceed.ts";
import { newCodes, putNewSecret } from "../second-factor/authenticator-set-up.ts";
import { recordFactor } from "../second-factor/second-factor.ts";
import { isRecentSignIn } from "../session.ts";
import { hashNewPassword } from "../throttle.ts";
import { requireAccountSession, requireRecentSignIn } from "./account-access.ts";

/** The signed-in user and their sign-in methods. */
export async function getAccount(request: PageRequest): Promise<Answer> {
  const refused = await requireAccountSession(request);
  const { user } = request;
  if (refused || !user) return refused ?? { view: { page: "account_signed_out" } };
  const { store, config } = request.ctx;
  const [passkeys, totp, codes, apps] = await Promise.all([
    store.passkeys.listOf(user.id),
    store.factors.totpOf(user.id),
    store.factors.countRecoveryCodes(user.id),
    store.ownAccount.listApps(user.id, request.now),
  ]);
  return {
    view: {
      page: "account",
      displayName: user.displayName,
      email: user.email,
      password: passwordStateOf(user),
      passkeys: passkeys.map(({ credentialId, name, createdAt, lastUsedAt }) => ({
        credentialId,
        name,
        createdAt,
        lastUsedAt,
      })),
      passkeysPossible: relyingPartyOf(config) !== undefined,
      authenticator: totp ? { since: totp.createdAt } : null,
      recoveryCodesLeft: totp ? codes : null,
      devices: apps.reduce((sum, { signIns }) => sum + signIns, 0),
      apps: apps.length,
      savedName: request.fields.get("saved") === "name",
    },
  };
}

/**
 * Signs in to the account page, for the first time or again. After a recent sign-in, only the second factor is missing.
 */
export async function postSignInToAccount(page: PageRequest): Promise<Answer> {
  const recent = isRecentSignIn(page);
  const request = await beginInteraction(page, null);
  const listed = isListedSignIn(request.session?.methods ?? [], request.userFlow);
  return recent && listed ? stepUp(request) : goTo(request, "/sign-in");
}

export async function getMyPassword(request: PageRequest): Promise<Answer> {
  await requirePasswords(request);
  const { user } = request;
  return user ? passwordPage(user, null) : { view: { page: "account_signed_out" } };
}

/** If the user flow of the account page accepts no passwords, users cannot choose one. */
async function requirePasswords(request: PageRequest): Promise<void> {
  const { userFlow } = await loadFacts(request.ctx, undefined, request.user?.id ?? "");
  if (!userFlow.methods.includes("password")) throw new PageProblem({ page: "not_found" });
}

/** Signs out every other browser and every device; this browser stays signed in. */
export async function postMyPassword(request: PageRequest): Promise<Answer> {
  await requirePasswords(request);
  const refused = await requireRecentSignIn(request);
  const { ctx, now, ip, session, user } = request;
  if (refused || !session || !user) return refused ?? { to: "/me" };
  const password = request.fields.get("password") ?? "";
  const problem = await checkPassword(password, { email: user.email, tenantName: ctx.config.name });
  if (problem) return passwordPage(user, problem);
  const changed = await ctx.store.sessions.changePassword({
    user,
    passwordHash: await hashNewPassword(request, { id: user.id, subject: null }, password),
    keepSessionId: session.id,
    now,
    audit: {
      at: now,
      event: "user.password_changed",
      actor: "user",
      userId: user.id,
      clientId: null,
      grantId: null,
      ip,
      detail: {},
    },
  });
  // The password was just changed elsewhere, for example by a reset. That change wins.
  if (changed) await sendSecurityNotification(ctx, user, { kind: "password_changed" }, { ip });
  return { to: "/me" };
}

function passwordPage(user: User, problem: PasswordProblem | null): Answer {
  return { view: { page: "my_password", flowId: "", email: user.email, problem } };
}

/** The user's authenticator app, if there is one. */
export async function getAuthenticator(request: PageRequest): Promise<Answer> {
  const { user } = request;
  if (!user) return { view: { page: "account_signed_out" } };
  const enrolled = (await request.ctx.store.factors.totpOf(user.id)) !== undefined;
  return { view: { page: "authenticator", enrolled } };
}

/** Adds an app, replaces it, or removes it. */
export async function postAuthenticator(request: PageRequest): Promise<Answer> {
  const refused = await requireRecentSignIn(request);
  const { user, ctx } = request;
  if (refused || !user) return refused ?? { to: "/me" };
  if (choice(request.fields, "answer", ["add", "remove"]) === "add") return beginSetUp(request, user);
  if (await ctx.store.factors.removeTotp(user, request.now)) {
    await recordFactor(request, user, "authenticator.removed");
    await sendSecurityNotification(ctx, user, { kind: "authenticator_removed" }, { ip: request.ip });
  }
  return { to: "/me" };
}

export async function getRecoveryCodes(request: PageRequest): Promise<Answer> {
  const { user } = request;
  if (!user) return { view: { page: "account_signed_out" } };
  const { factors } = request.ctx.store;
  // Recovery codes replace an app, so an app must exist first.
  if (!(await factors.totpOf(user.id))) return { to: "/me/authenticator" };
  return { view: { page: "my_recovery_codes", left: await factors.countRecoveryCodes(user.id) } };
}

export async function postRecoveryCodes(request: PageRequest): Promise<Answer> {
  const refused = await requireRecentSignIn(request);
  const { user } = request;
  if (refused || !user) return refused ?? { to: "/me" };
  return (await newCodes(request, user, null)) ?? { to: "/me/authenticator" };
}

/** In its own interaction. Set-up asks for the second factor first, if the user has one. */
async function beginSetUp(page: PageRequest, user: User): Promise<Answer> {
  const request = await beginInteraction(page, null);
  await stepUp(request);
  await putNewSecret(request, user);
  return goTo(request, "/second-factor/set-up");
}
