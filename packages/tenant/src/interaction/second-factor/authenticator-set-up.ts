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
  /** The sealed secret of the app that is there. */
  replaces: string | null;
}

/** What will be needed, and a button; or, once that was pressed, what the app has to scan. */
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
 * The first code proves that the app has the secret; with it the person is signed in. Tries are not counted: this page
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
    // In another tab, this moment.
    if (!enrolled) return toAnotherWay(request);
    await recordFactor(request, user, "authenticator.added");
    await sendSecurityNotification(ctx, user, { kind: "authenticator_added" }, { ip: request.ip });
    if (isMailboxAlone(request.interaction.firstFactor?.methods ?? [])) return signInAnew(request, codes);
    await signInWithBoth(request, user, "totp");
    return { view: { page: "recovery_codes", flowId: id, codes } };
  });
}

/**
 * The mailbox alone set the app up, so this sign-in had one factor: it ends, and the next one asks for the app. Else who
 * reads the mails would have both.
 */
async function signInAnew(request: InteractionRequest, codes: string[]): Promise<Answer> {
  const { subject } = request.interaction;
  if (request.user) await signOut(request);
  const { id: flowId } = await openInteraction(request, subject);
  return { view: { page: "recovery_codes", flowId, codes } };
}

/** After a reload: what was shown once is not shown again. */
export async function getRecoveryCodesAgain(request: InteractionRequest): Promise<Answer> {
  const user = await firstFactorOf(request);
  if (!user || !signedInWithBoth(request, user)) return toAnotherWay(request);
  return { view: { page: "recovery_codes_hidden", flowId: request.interaction.id } };
}

/** "I have saved them" goes on; or a new set. */
export async function postNewRecoveryCodes(request: InteractionRequest): Promise<Answer> {
  const user = await firstFactorOf(request);
  if (!user || !signedInWithBoth(request, user)) return toAnotherWay(request);
  if (choice(request.fields, "answer", ["saved", "new"]) === "saved") return proceed(request);
  const refused = await requireRecentSignIn(request);
  if (refused) return refused;
  await takeAccountChange(request, user, "/me/recovery-codes");
  return (await newCodes(request, user, request.interaction.id)) ?? proceed(request);
}

/** The page with a new set; undefined when the authenticator app is gone, for which they would stand in. */
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
 * An app is set up on the way to a sign-in that has no other way, or after a recent sign-in with both factors. A browser
 * that was left signed in gives nobody a factor: the person signs in anew first (ASVS 7.5.1).
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
  // By when the interaction began, so that who takes their time over the app is not stopped half way.
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
