import { layout, type Page } from "./components/layout.ts";
import { accountPage, accountSignedOutPage, myPasswordPage, signInAgainPage } from "./pages/account.ts";
import { authenticatorNeededPage, authenticatorPage, authenticatorSetUpPage } from "./pages/authenticator.ts";
import { confirmPage } from "./pages/confirm.ts";
import { consentPage, programMayNotPage } from "./pages/consent.ts";
import { endedPage } from "./pages/ended.ts";
import { enterCodePage } from "./pages/enter-code.ts";
import { returningPage, returningScript } from "./pages/form-post.ts";
import { inboxPage, mailPage } from "./pages/inbox.ts";
import { deadLinkPage, notMeDonePage, notMePage } from "./pages/not-me.ts";
import { addPasskeyPage, passkeyPage } from "./pages/passkey.ts";
import { hasPasskeys, passkeyScript } from "./pages/passkey-script.ts";
import { myRecoveryCodesPage, recoveryCodesHiddenPage, recoveryCodesPage } from "./pages/recovery-codes.ts";
import { resetCodePage, resetEmailPage, resetPasswordPage } from "./pages/reset.ts";
import {
  secondFactorAppPage,
  secondFactorEmailPage,
  secondFactorPasskeyPage,
  secondFactorRecoveryPage,
} from "./pages/second-factor.ts";
import { continueAsPage, signInCodePage, signInPage } from "./pages/sign-in.ts";
import { signedOutPage, signOutPage } from "./pages/sign-out.ts";
import { signUpCodePage, signUpEmailPage, signUpPasswordPage } from "./pages/sign-up.ts";
import { signUpDetailsPage } from "./pages/sign-up-details.ts";
import type { Chrome, View } from "./view.ts";

export { statusOf } from "./status.ts";
export { titleOf } from "./titles.ts";

/** A whole document for one view. */
export function renderPage(view: View, chrome: Chrome): string {
  const page = pageOf(view, chrome);
  const script = scriptOf(view);
  return layout(script === undefined ? page : { ...page, script }, chrome);
}

/** The pages with passkeys run a script, and the one that sends a person back to a program; no other page has one. */
export function scriptOf(view: View): string | undefined {
  if (view.page === "returning") return returningScript;
  return hasPasskeys(view) ? passkeyScript : undefined;
}

function pageOf(view: View, chrome: Chrome): Page {
  switch (view.page) {
    case "enter_code":
      return enterCodePage(view, chrome);
    case "continue_as":
      return continueAsPage(view, chrome);
    case "sign_in":
      return signInPage(view, chrome);
    case "sign_in_code":
      return signInCodePage(view, chrome);
    case "reset_email":
      return resetEmailPage(view, chrome);
    case "reset_code":
      return resetCodePage(view, chrome);
    case "reset_password":
      return resetPasswordPage(view, chrome);
    case "sign_up_email":
      return signUpEmailPage(view, chrome);
    case "sign_up_code":
      return signUpCodePage(view, chrome);
    case "sign_up_password":
      return signUpPasswordPage(view, chrome);
    case "sign_up_details":
      return signUpDetailsPage(view, chrome);
    case "confirm":
      return confirmPage(view, chrome);
    case "consent":
      return consentPage(view, chrome);
    case "program_no_access":
    case "program_needs_administrator":
      return programMayNotPage(view, chrome);
    case "returning":
      return returningPage(view, chrome);
    case "sign_out":
      return signOutPage(view, chrome);
    case "signed_out":
      return signedOutPage(view, chrome);
    case "second_factor_app":
      return secondFactorAppPage(view, chrome);
    case "second_factor_email":
      return secondFactorEmailPage(view, chrome);
    case "second_factor_passkey":
      return secondFactorPasskeyPage(view, chrome);
    case "second_factor_recovery":
      return secondFactorRecoveryPage(view, chrome);
    case "authenticator_needed":
      return authenticatorNeededPage(view, chrome);
    case "authenticator_set_up":
      return authenticatorSetUpPage(view, chrome);
    case "authenticator":
      return authenticatorPage(view, chrome);
    case "recovery_codes":
      return recoveryCodesPage(view, chrome);
    case "recovery_codes_hidden":
      return recoveryCodesHiddenPage(view, chrome);
    case "my_recovery_codes":
      return myRecoveryCodesPage(view, chrome);
    case "account":
      return accountPage(view, chrome);
    case "my_password":
      return myPasswordPage(view, chrome);
    case "account_signed_out":
      return accountSignedOutPage(view, chrome);
    case "sign_in_again":
      return signInAgainPage(view, chrome);
    case "not_me":
      return notMePage(view, chrome);
    case "not_me_done":
      return notMeDonePage(view, chrome);
    case "dead_link":
      return deadLinkPage(view, chrome);
    case "passkey_add":
      return addPasskeyPage(view, chrome);
    case "passkey":
      return passkeyPage(view, chrome);
    case "inbox":
      return inboxPage(view, chrome);
    case "mail":
      return mailPage(view, chrome);
    default:
      return endedPage(view, chrome);
  }
}
