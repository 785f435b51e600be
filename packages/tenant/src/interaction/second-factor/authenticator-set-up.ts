import type { User } from "../../directory/entities.ts";
import { isMailboxAlone } from "../../directory/sign-in-methods.ts";
import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import type { View } from "../../ui/view.ts";
import { requireRecentSignIn } from "../account/account-access.ts";
import { goTo, type InteractionRequest } from "../interaction.ts";
import { type Answer, choice, PageProblem, type PageRequest } from "../page-request.ts";
import { proceed, signInWithBoth, stepPage } from "../proceed.ts";
import { isRecentSignIn, openInteraction, RECENT_SIGN_IN_MS, signOut, startOver } from "../session.ts";
import { takeAccountChange } from "../throttle.ts";
import {
  hashRecoveryCode,
  newRecoveryCodes,
  newTotpSecret,
  readTotpCode,
  sealTotpSecret,
  stepOfCode,
  totpUri,
  unsealTotpSecret,
} from "./authenticator-codes.ts";
import {
  firstFactorOf,
  owesAnotherWay,
  recordFactor,
  signedInWithBoth,
  stepBetweenFactors,
  toAnotherWay,
} from "./second-factor.ts";

interface SettingUp {
  user: User;
  /** The sealed secret of the existing app. */
  replaces: string | null;
}

/** What the user needs, and a button. After the button, the QR code for the app. */
export async function getSetUp(request: InteractionRequest): Promise<Answer> {
  return settingUp(request, ({ user }) => {
    const { id: flowId, totpSecretSealed } = request.interaction;
    if (totpSecretSealed === null) return { view: { page: "authenticator_needed", flowId } };
    return setUpPage(request, user, totpSecretSealed, null);
  });
}

export async function postStartSetUp(request: InteractionRequest): Promise<Answer> {
  return settingUp(request, async ({ user }) => {
    await putNewSecret(request, user);
    return goTo(request, "/second-factor/set-up");
  });
}

/**
 * The first code proves that the app has the secret, and signs the user in. Attempts are not counted, because this page
 * shows the secret.
 */
export async function postSetUp(request: InteractionRequest): Promise<Answer> {
  return settingUp(request, async ({ user, replaces }) => {
    const { id, sessionId, totpSecretSealed } = request.interaction;
    if (totpSecretSealed === null) return goTo(request, "/second-factor/set-up");
    const code = readTotpCode(request.fields.get("code") ?? "");
    const { ctx, now } = request;
    const secret = unsealTotpSecret(ctx.sealKey, user.id, totpSecretSealed);
    const step = code === undefined ? undefined : stepOfCode(secret, code, now);
    if (step === undefined) return setUpPage(request, user, totpSecretSealed, "wrong");
    await takeAccountChange(request, user, "/second-factor/set-up");

    const codes = newRecoveryCodes();
    const enrolled = await ctx.store.factors.enrolTotp({
      interactionId: id,
      sessionId,
      userId: user.id,
      secretSealed: totpSecretSealed,
      replaces,
      step,
      recoveryCodeHashes: codes.map((each) => hashRecoveryCode(ctx.sealKey, user.id, each)),
      now,
    });
    // In another tab, just now.
    if (!enrolled) return toAnotherWay(request);
    await recordFactor(request, user, "authenticator.added");
    await sendSecurityNotification(ctx, user, { kind: "authenticator_added" }, { ip: request.ip });
    if (isMailboxAlone(request.interaction.firstFactor?.methods ?? [])) return signInAnew(request, codes);
    await signInWithBoth(request, user, "totp");
    return { view: { page: "recovery_codes", flowId: id, codes } };
  });
}

/**
 * The app was set up after a mailed code alone, so this sign-in had one factor. It ends, and the next one asks for the
 * app. Otherwise anyone who reads the mails would have both factors.
 */
async function signInAnew(request: InteractionRequest, codes: string[]): Promise<Answer> {
  const { subject } = request.interaction;
  if (request.user) await signOut(request);
  const { id: flowId } = await openInteraction(request, subject);
  return { view: { page: "recovery_codes", flowId, codes } };
}

/** After a reload: codes shown once are not shown again. */
export async function getRecoveryCodesAgain(request: InteractionRequest): Promise<Answer> {
  const user = await firstFactorOf(request);
  if (!user || !signedInWithBoth(request, user)) return toAnotherWay(request);
  return { view: { page: "recovery_codes_hidden", flowId: request.interaction.id } };
}

/** "I saved them" continues; the other button creates a new set. */
export async function postNewRecoveryCodes(request: InteractionRequest): Promise<Answer> {
  const user = await firstFactorOf(request);
  if (!user || !signedInWithBoth(request, user)) return toAnotherWay(request);
  if (choice(request.fields, "answer", ["saved", "new"]) === "saved") return proceed(request);
  const refused = await requireRecentSignIn(request);
  if (refused) return refused;
  await takeAccountChange(request, user, "/me/recovery-codes");
  return (await newCodes(request, user, request.interaction.id)) ?? proceed(request);
}

/** The page with a new set. Undefined if the authenticator app that the codes replace was removed. */
export async function newCodes(request: PageRequest, user: User, flowId: string | null): Promise<Answer | undefined> {
  const { ctx } = request;
  const codes = newRecoveryCodes();
  const hashes = codes.map((code) => hashRecoveryCode(ctx.sealKey, user.id, code));
  if (!(await ctx.store.factors.replaceRecoveryCodes(user, hashes, request.now))) return undefined;
  await recordFactor(request, user, "recovery_codes.replaced");
  await sendSecurityNotification(ctx, user, { kind: "recovery_codes_replaced" }, { ip: request.ip });
  return { view: { page: "recovery_codes", flowId, codes } };
}

/** Sealed in the interaction until its first code proves it. */
export async function putNewSecret(request: InteractionRequest, user: User): Promise<void> {
  const { sealKey, store } = request.ctx;
  const sealed = sealTotpSecret(sealKey, user.id, newTotpSecret());
  const { id, sessionId } = request.interaction;
  if (!(await store.sessions.setTotpSecret(id, sessionId, user.id, sealed))) {
    throw new PageProblem({ page: "stale_form" });
  }
}

/**
 * An app is set up during a sign-in that has no other second factor, or after a recent sign-in with both factors. A
 * browser left signed in cannot add a factor: the user must sign in again (ASVS 7.5.1).
 */
async function settingUp(
  request: InteractionRequest,
  page: (at: SettingUp) => Answer | Promise<Answer>,
): Promise<Answer> {
  const user = await firstFactorOf(request);
  if (!user) return stepPage(request, stepBetweenFactors(request, user));
  const { ctx, interaction } = request;
  const at = { user, replaces: (await ctx.store.factors.totpOf(user.id))?.secretSealed ?? null };
  const another = await owesAnotherWay(request, user, interaction.firstFactor?.methods ?? []);
  const strongFactorDemanded = another === "strong";
  if (signedInWithBoth(request, user, strongFactorDemanded)) {
    return isRecentSignIn(request) ? page(at) : { view: { page: "sign_in_again", email: user.email, why: "change" } };
  }
  const secondFactorWays = another === null ? "none" : "some";
  const step = stepBetweenFactors(request, user, { secondFactorWays, strongFactorDemanded });
  if (step.name !== "second_factor_enrolment") return stepPage(request, step);
  // Measured from the start of the interaction, so that a slow set-up is not interrupted.
  const age = interaction.createdAt - (interaction.firstFactor?.at ?? 0);
  return age < RECENT_SIGN_IN_MS ? page(at) : startOver(request);
}

function setUpPage(
  request: InteractionRequest,
  user: User,
  sealed: string,
  problem: Extract<View, { page: "authenticator_set_up" }>["problem"],
): { view: View } {
  const secret = unsealTotpSecret(request.ctx.sealKey, user.id, sealed);
  const uri = totpUri(secret, { issuer: request.ctx.config.name, account: user.email });
  return { view: { page: "authenticator_set_up", flowId: request.interaction.id, secret, uri, problem } };
}
