import type { FastifyInstance } from "fastify";
import { showAccount } from "./account/account.ts";
import {
  showAuthenticator,
  showRecoveryCodes,
  takeAuthenticator,
  takeRecoveryCodes,
} from "./account/account-factors.ts";
import { showMyPassword, takeMyPassword } from "./account/account-password.ts";
import { showNotMe, takeNotMe } from "./account/not-me.ts";
import { signInToAccount } from "./account/recent-sign-in.ts";
import { showAuthorize } from "./authorize/authorize.ts";
import { showConfirm, showDone, takeConfirm, takeOver } from "./consent/device-consent.ts";
import { showConsent, takeConsent } from "./consent/program-consent.ts";
import { showContinueAs, showEnterCode, takeCode, takeContinueAs } from "./enter-code/enter-code.ts";
import { PageProblem } from "./form.ts";
import type { InteractionContext } from "./interaction-context.ts";
import { serveLogo } from "./logo-route.ts";
import { sendPage } from "./page-answer.ts";
import { pageRoutes } from "./page-routes.ts";
import {
  beginPasskey,
  removePasskey,
  renamePasskey,
  showAddPasskey,
  showPasskey,
  takeAddPasskey,
} from "./passkeys/passkey-account.ts";
import { takePasskey } from "./passkeys/passkey-sign-in.ts";
import {
  resendResetCode,
  showReset,
  showResetCode,
  showResetPassword,
  takeReset,
  takeResetCode,
  takeResetPassword,
} from "./reset/reset.ts";
import { showCodesAgain, showSetUp, startSetUp, takeCodes, takeSetUp } from "./second-factor/authenticator-set-up.ts";
import { showPasskeyWay, showSecondFactor } from "./second-factor/second-factor.ts";
import { showAppCode, showRecovery, takeAppCode, takeRecovery } from "./second-factor/second-factor-app.ts";
import { sendEmailCode, showEmailCode, takeEmailCode } from "./second-factor/second-factor-email.ts";
import { showSignIn, takeSignIn } from "./sign-in/sign-in.ts";
import { resendSignInCode, sendSignInCode, showSignInCode, takeSignInCode } from "./sign-in/sign-in-code.ts";
import { showSignOut, takeSignOut } from "./sign-out/sign-out.ts";
import {
  showSignUpDetails,
  showSignUpPassword,
  takeSignUpDetails,
  takeSignUpPassword,
} from "./sign-up/sign-up-account.ts";
import {
  resendSignUpCode,
  showSignUpAddress,
  showSignUpCode,
  takeSignUpAddress,
  takeSignUpCode,
} from "./sign-up/sign-up-address.ts";

/** Eighty answers of 250 characters each, all of them emoji, would not fit; what people answer does. */
const MANY_ANSWERS = 64 * 1024;

/** Every page that a person meets, by its path. */
export function registerPages(app: FastifyInstance, ctx: InteractionContext): void {
  pageRoutes(app, ctx, (page, scope) => {
    page("/", { get: async () => ({ to: "/device" }) });
    page("/device", { get: showEnterCode, post: takeCode });
    page("/device/continue", { get: showContinueAs, post: takeContinueAs });
    page("/sign-in", { get: showSignIn, post: takeSignIn, signsIn: true });
    page("/sign-in/code", { get: showSignInCode, post: takeSignInCode, signsIn: true });
    page("/sign-in/code/send", { post: sendSignInCode });
    page("/sign-in/code/resend", { post: resendSignInCode });
    page("/reset", { get: showReset, post: takeReset });
    page("/reset/code", { get: showResetCode, post: takeResetCode });
    page("/reset/resend", { post: resendResetCode });
    page("/reset/password", { get: showResetPassword, post: takeResetPassword });
    page("/sign-in/passkey", { post: takePasskey, signsIn: true });
    page("/sign-up", { get: showSignUpAddress, post: takeSignUpAddress });
    page("/sign-up/code", { get: showSignUpCode, post: takeSignUpCode });
    page("/sign-up/resend", { post: resendSignUpCode });
    page("/sign-up/password", { get: showSignUpPassword, post: takeSignUpPassword });
    page("/sign-up/details", {
      get: showSignUpDetails,
      post: takeSignUpDetails,
      signsIn: true,
      bodyLimit: MANY_ANSWERS,
    });
    page("/second-factor", { get: showSecondFactor });
    page("/second-factor/app", { get: showAppCode, post: takeAppCode, signsIn: true });
    page("/second-factor/email", { get: showEmailCode, post: takeEmailCode, signsIn: true });
    page("/second-factor/email/send", { post: sendEmailCode });
    page("/second-factor/passkey", { get: showPasskeyWay });
    page("/second-factor/recovery", { get: showRecovery, post: takeRecovery, signsIn: true });
    page("/second-factor/set-up", { get: showSetUp, post: takeSetUp, signsIn: "/second-factor/codes" });
    page("/second-factor/set-up/start", { post: startSetUp });
    page("/second-factor/codes", { get: showCodesAgain, post: takeCodes });
    page("/confirm", { get: showConfirm, post: takeConfirm });
    page("/confirm/take-over", { post: takeOver });
    page("/done", { get: showDone });
    page("/authorize", { get: showAuthorize });
    page("/authorize/consent", { get: showConsent, post: takeConsent });
    page("/me", { get: showAccount });
    page("/me/sign-in-again", { post: signInToAccount });
    page("/me/password", { get: showMyPassword, post: takeMyPassword });
    page("/me/passkeys", { get: showPasskey });
    page("/me/passkeys/new", { post: beginPasskey });
    page("/me/passkeys/add", { get: showAddPasskey, post: takeAddPasskey });
    page("/me/passkeys/rename", { post: renamePasskey });
    page("/me/passkeys/remove", { post: removePasskey });
    if (ctx.branding.logo) serveLogo(scope, ctx.branding.logo);
    page("/me/authenticator", { get: showAuthenticator, post: takeAuthenticator });
    page("/me/recovery-codes", { get: showRecoveryCodes, post: takeRecoveryCodes });
    page("/not-me", { get: showNotMe, post: takeNotMe });
    page("/sign-out", { get: showSignOut, post: takeSignOut });

    // Entra's own address of the code page, under any of the tenant's names.
    const names = ["common", ctx.config.tenantId, ctx.config.domain.toLowerCase()];
    page("/:tenant/oauth2/deviceauth", {
      get: async (visit) => {
        const tenant = (visit.path.split("/")[1] ?? "").toLowerCase();
        if (!names.includes(tenant)) throw new PageProblem({ page: "not_found" });
        return showEnterCode(visit);
      },
    });

    // On one origin with the endpoints an unknown path is theirs to answer.
    if (ctx.config.pagesOrigin === ctx.config.issuerOrigin) return;
    scope.all("/*", { onRequest: async (_request, reply) => sendPage(ctx, reply, { page: "not_found" }) }, async () => {
      throw new PageProblem({ page: "not_found" });
    });
  });
}
