import { accountPage, accountSignedOutPage, signInAgainPage } from "./account.ts";
import { confirmPage } from "./confirm.ts";
import { endedPage } from "./ended.ts";
import { enterCodePage } from "./enter-code.ts";
import { inboxPage, mailPage } from "./inbox.ts";
import { layout, type Page } from "./layout.ts";
import { addPasskeyPage, passkeyPage } from "./passkey.ts";
import { hasScript, passkeyScript } from "./passkey-script.ts";
import { continueAsPage, signInPage } from "./sign-in.ts";
import { signedOutPage, signOutPage } from "./sign-out.ts";
import { signUpCodePage, signUpEmailPage, signUpNamePage, signUpPasswordPage } from "./sign-up.ts";
import type { Chrome, View } from "./view.ts";

export { hasScript } from "./passkey-script.ts";
export { statusOf } from "./status.ts";
export { titleOf } from "./titles.ts";

/** A whole document for one view. */
export function renderPage(view: View, chrome: Chrome): string {
  const page = pageOf(view, chrome);
  return layout(hasScript(view) ? { ...page, script: passkeyScript } : page, chrome);
}

function pageOf(view: View, chrome: Chrome): Page {
  switch (view.page) {
    case "enter_code":
      return enterCodePage(view, chrome);
    case "continue_as":
      return continueAsPage(view, chrome);
    case "sign_in":
      return signInPage(view, chrome);
    case "sign_up_email":
      return signUpEmailPage(view, chrome);
    case "sign_up_code":
      return signUpCodePage(view, chrome);
    case "sign_up_password":
      return signUpPasswordPage(view, chrome);
    case "sign_up_name":
      return signUpNamePage(view, chrome);
    case "confirm":
      return confirmPage(view, chrome);
    case "sign_out":
      return signOutPage(view, chrome);
    case "signed_out":
      return signedOutPage(view, chrome);
    case "account":
      return accountPage(view, chrome);
    case "account_signed_out":
      return accountSignedOutPage(view, chrome);
    case "sign_in_again":
      return signInAgainPage(view, chrome);
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
