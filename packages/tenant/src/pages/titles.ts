import { codeToCompare } from "./code-to-compare.ts";
import type { View } from "./view.ts";

/**
 * The question of a page, for `<title>` and mostly its heading. Of what asks, only the registered name of the app may stand here.
 * A problem comes first, so that it is heard first.
 */
export function titleOf(view: View): string {
  const title = questionOf(view);
  return "problem" in view && view.problem !== null ? `Problem: ${title}` : title;
}

function questionOf(view: View): string {
  switch (view.page) {
    case "enter_code":
      return codeToCompare(view) === null ? "Enter the code on your device" : "Is this the code on your device?";
    case "continue_as":
      return "Is this you?";
    case "sign_in":
      return "Sign in";
    case "sign_up_email":
      return "What is your email?";
    case "sign_up_code":
      return "Check your email";
    case "sign_up_password":
      return "Choose a password";
    case "sign_up_name":
      return "What is your name?";
    case "confirm":
      return `Are you trying to sign in to ${view.appName}?`;
    case "done":
      return `${view.appName} is signed in`;
    case "declined":
      return "Nothing was signed in";
    case "expired":
      return "This code has expired";
    case "used":
      return "This code was used before";
    case "used_twice":
      return "This code was used twice";
    case "elsewhere":
      return "You continued elsewhere";
    case "sign_out":
      return "Sign out?";
    case "signed_out":
      return "You are signed out";
    case "account":
      return "Your account";
    case "account_signed_out":
      return "Sign in to see your account";
    case "sign_in_again":
      return "Is it still you?";
    case "passkey_add":
      return "Add a passkey";
    case "passkey":
      return "Your passkey";
    case "inbox":
      return "Inbox";
    case "mail":
      return view.subject;
    case "stale_form":
      return "This page is out of date";
    case "not_found":
      return "There is no such page";
    case "too_many":
      return "Too many tries";
    case "failed":
      return "Something went wrong here";
  }
}
