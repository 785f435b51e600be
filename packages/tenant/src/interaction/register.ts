import type { FastifyInstance } from "fastify";
import {
  getAccount,
  getAuthenticator,
  getMyPassword,
  getRecoveryCodes,
  postAuthenticator,
  postMyPassword,
  postRecoveryCodes,
  postSignInToAccount,
} from "./account/account.ts";
import { getActivity } from "./account/activity.ts";
import {
  getApp,
  getApps,
  getDevice,
  getDevices,
  postRenameDevice,
  postSignOutAll,
  postSignOutDevice,
  postWithdrawApp,
} from "./account/devices.ts";
import { getEmail, getEmailCode, postEmail, postEmailCode, postResendEmailCode } from "./account/email.ts";
import { getDeletion, getMyData, postDeletion, postDownload } from "./account/my-data.ts";
import { getNotMe, postNotMe } from "./account/not-me.ts";
import { getNotMyEmail, postNotMyEmail } from "./account/not-my-email.ts";
import { getProfile, postProfile } from "./account/profile.ts";
import { getAuthorize } from "./authorize/authorize.ts";
import { getConfirm, getDone, postConfirm, postTakeOver } from "./consent/device-consent.ts";
import { getConsent, postConsent } from "./consent/program-consent.ts";
import { getDetails, postDetails } from "./details/details.ts";
import { getContinueAs, getEnterCode, postCode, postContinueAs } from "./enter-code/enter-code.ts";
import { type InteractionHandler, inInteraction } from "./interaction.ts";
import { sendPage, serveLogo } from "./page-answer.ts";
import { type InteractionContext, type PageHandler, PageProblem } from "./page-request.ts";
import { type PageHandlers, pageRoutes } from "./page-routes.ts";
import {
  getAddPasskey,
  getPasskey,
  postAddPasskey,
  postBeginPasskey,
  postRemovePasskey,
  postRenamePasskey,
} from "./passkeys/passkey-account.ts";
import { postPasskey } from "./passkeys/passkey-sign-in.ts";
import {
  getReset,
  getResetCode,
  getResetPassword,
  postResendResetCode,
  postReset,
  postResetCode,
  postResetPassword,
} from "./reset/reset.ts";
import {
  getRecoveryCodesAgain,
  getSetUp,
  postNewRecoveryCodes,
  postSetUp,
  postStartSetUp,
} from "./second-factor/authenticator-set-up.ts";
import { getPasskeyWay, getSecondFactor } from "./second-factor/second-factor.ts";
import { getAppCode, getRecovery, postAppCode, postRecovery } from "./second-factor/second-factor-app.ts";
import {
  getEmailCode as getEmailFactor,
  postEmailCode as postEmailFactor,
  postSendEmailCode,
} from "./second-factor/second-factor-email.ts";
import { getSignIn, postSignIn } from "./sign-in/sign-in.ts";
import { getSignInCode, postResendSignInCode, postSendSignInCode, postSignInCode } from "./sign-in/sign-in-code.ts";
import { getSignOut, postSignOut } from "./sign-out/sign-out.ts";
import {
  getSignUpAddress,
  getSignUpCode,
  getSignUpDetails,
  getSignUpPassword,
  postResendSignUpCode,
  postSignUpAddress,
  postSignUpCode,
  postSignUpDetails,
  postSignUpPassword,
} from "./sign-up/sign-up.ts";
import { refund, takeAccountChange } from "./throttle.ts";

/** Fits real answers. Eighty answers of 250 emoji each would not fit. */
const MANY_ANSWERS = 64 * 1024;

/** A page within an interaction. */
interface StepHandlers extends Omit<PageHandlers, "get" | "post"> {
  get?: InteractionHandler;
  post?: InteractionHandler;
}

/** Every page for users, by path. */
export function registerPages(app: FastifyInstance, ctx: InteractionContext): void {
  pageRoutes(app, ctx, (page, scope) => {
    const step = (path: string, { get, post, ...options }: StepHandlers) =>
      page(path, { ...options, ...(get && { get: inInteraction(get) }), ...(post && { post: inInteraction(post) }) });
    // By the registered path, not the requested one, which can be spelled in several ways.
    const change = (path: string, { post, ...options }: PageHandlers & { post: PageHandler }) =>
      page(path, {
        ...options,
        post: async (request) => {
          const { user } = request;
          if (!user) return post(request);
          const budget = await takeAccountChange(request, user, path);
          const answer = await post(request);
          // An action that this browser may not perform is not a change: a session left open uses up nothing of its
          // user's budget.
          if ("refused" in answer && answer.refused) await refund(request, budget);
          return answer;
        },
      });
    page("/", { get: async () => ({ to: "/device" }) });
    page("/device", { get: getEnterCode, post: postCode });
    step("/device/continue", { get: getContinueAs, post: postContinueAs });
    step("/sign-in", { get: getSignIn, post: postSignIn, signsIn: true });
    step("/sign-in/code", { get: getSignInCode, post: postSignInCode, signsIn: true });
    step("/sign-in/code/send", { post: postSendSignInCode });
    step("/sign-in/code/resend", { post: postResendSignInCode });
    page("/reset", { get: getReset, post: postReset });
    step("/reset/code", { get: getResetCode, post: postResetCode });
    step("/reset/resend", { post: postResendResetCode });
    step("/reset/password", { get: getResetPassword, post: postResetPassword });
    step("/sign-in/passkey", { post: postPasskey, signsIn: true });
    step("/sign-up", { get: getSignUpAddress, post: postSignUpAddress });
    step("/sign-up/code", { get: getSignUpCode, post: postSignUpCode });
    step("/sign-up/resend", { post: postResendSignUpCode });
    step("/sign-up/password", { get: getSignUpPassword, post: postSignUpPassword });
    step("/sign-up/details", {
      get: getSignUpDetails,
      post: postSignUpDetails,
      signsIn: true,
      bodyLimit: MANY_ANSWERS,
    });
    step("/second-factor", { get: getSecondFactor });
    step("/second-factor/app", { get: getAppCode, post: postAppCode, signsIn: true });
    step("/second-factor/email", {
      get: getEmailFactor,
      post: postEmailFactor,
      signsIn: true,
    });
    step("/second-factor/email/send", { post: postSendEmailCode });
    step("/second-factor/passkey", { get: getPasskeyWay });
    step("/second-factor/recovery", {
      get: getRecovery,
      post: postRecovery,
      signsIn: true,
    });
    step("/second-factor/set-up", {
      get: getSetUp,
      post: postSetUp,
      signsIn: "/second-factor/codes",
    });
    step("/second-factor/set-up/start", { post: postStartSetUp });
    step("/second-factor/codes", {
      get: getRecoveryCodesAgain,
      post: postNewRecoveryCodes,
    });
    step("/details", { get: getDetails, post: postDetails, bodyLimit: MANY_ANSWERS });
    step("/confirm", { get: getConfirm, post: postConfirm });
    step("/confirm/take-over", { post: postTakeOver });
    step("/done", { get: getDone });
    page("/authorize", { get: getAuthorize });
    step("/authorize/consent", { get: getConsent, post: postConsent });
    page("/me", { get: getAccount });
    page("/me/sign-in-again", { post: postSignInToAccount });
    page("/me/password", { get: getMyPassword, post: postMyPassword });
    page("/me/passkeys", { get: getPasskey });
    change("/me/passkeys/new", { post: postBeginPasskey });
    change("/me/passkeys/add", { get: getAddPasskey, post: postAddPasskey });
    change("/me/passkeys/rename", { post: postRenamePasskey });
    change("/me/passkeys/remove", { post: postRemovePasskey });
    serveLogo(scope, ctx);
    change("/me/authenticator", { get: getAuthenticator, post: postAuthenticator });
    change("/me/recovery-codes", { get: getRecoveryCodes, post: postRecoveryCodes });
    page("/me/devices", { get: getDevices });
    page("/me/devices/device", { get: getDevice });
    change("/me/devices/rename", { post: postRenameDevice });
    change("/me/devices/sign-out", { post: postSignOutDevice });
    change("/me/devices/sign-out-all", { post: postSignOutAll });
    page("/me/apps", { get: getApps });
    page("/me/apps/app", { get: getApp });
    change("/me/apps/withdraw", { post: postWithdrawApp });
    page("/me/activity", { get: getActivity });
    change("/me/profile", { get: getProfile, post: postProfile });
    change("/me/email", { get: getEmail, post: postEmail });
    change("/me/email/code", { get: getEmailCode, post: postEmailCode });
    change("/me/email/resend", { post: postResendEmailCode });
    page("/me/data", { get: getMyData });
    change("/me/data/download", { post: postDownload });
    change("/me/data/delete", { get: getDeletion, post: postDeletion });
    page("/not-me", { get: getNotMe, post: postNotMe });
    page("/not-me/email", { get: getNotMyEmail, post: postNotMyEmail });
    page("/sign-out", { get: getSignOut, post: postSignOut });

    // Entra's own address of the code page, under any name of the tenant.
    const names = ["common", ctx.config.tenantId, ctx.config.domain.toLowerCase()];
    page("/:tenant/oauth2/deviceauth", {
      get: async (request) => {
        const tenant = (request.path.split("/")[1] ?? "").toLowerCase();
        if (!names.includes(tenant)) throw new PageProblem({ page: "not_found" });
        return getEnterCode(request);
      },
    });

    // If pages and endpoints share an origin, the endpoints answer unknown paths.
    if (ctx.config.pagesOrigin === ctx.config.issuerOrigin) return;
    scope.all("/*", { onRequest: async (_request, reply) => sendPage(ctx, reply, { page: "not_found" }) }, async () => {
      throw new PageProblem({ page: "not_found" });
    });
  });
}
