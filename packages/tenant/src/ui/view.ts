import type { AccountPagesView } from "./pages/account.ts";
import type { AuthenticatorView } from "./pages/authenticator.ts";
import type { ConsoleAccessView } from "./pages/console-access.ts";
import type { DetailsView } from "./pages/details.ts";
import type { DeviceConsentView } from "./pages/device-consent.ts";
import type { EndedView } from "./pages/ended.ts";
import type { EnterCodeView } from "./pages/enter-code.ts";
import type { FormPostView } from "./pages/form-post.ts";
import type { NotMeView } from "./pages/not-me.ts";
import type { OwnDevicesView } from "./pages/own-devices.ts";
import type { OwnProfileView } from "./pages/own-profile.ts";
import type { PasskeysView } from "./pages/passkeys.ts";
import type { ProgramConsentView } from "./pages/program-consent.ts";
import type { ResetView } from "./pages/reset.ts";
import type { SecondFactorView } from "./pages/second-factor.ts";
import type { SignInView } from "./pages/sign-in.ts";
import type { SignOutView } from "./pages/sign-out.ts";
import type { SignUpView } from "./pages/sign-up.ts";

/**
 * Every page of the tenant, as data. Handlers in interaction/ answer with a View, and `renderPage` turns it into HTML.
 * Views contain unescaped text; the `html` template escapes it.
 */
export type View =
  | EnterCodeView
  | SignInView
  | SignUpView
  | DetailsView
  | ResetView
  | SecondFactorView
  | AuthenticatorView
  | PasskeysView
  | DeviceConsentView
  | ProgramConsentView
  | FormPostView
  | EndedView
  | AccountPagesView
  | OwnDevicesView
  | OwnProfileView
  | NotMeView
  | SignOutView
  | ConsoleAccessView;

/** The HTTP status of the response with this view. */
export function statusOf(view: View): number {
  switch (view.page) {
    case "request_refused":
      return 400;
    case "console_key":
    case "console_sign_in":
    case "sign_in_again":
    case "stale_form":
    case "no_access":
    case "needs_administrator":
    case "program_no_access":
    case "program_needs_administrator":
      return 403;
    case "not_found":
      return 404;
    case "my_deletion_later":
    case "not_my_email_taken":
      return 409;
    case "expired":
    case "used":
    case "used_twice":
    case "dead_link":
    case "sign_in_over":
      return 410;
    case "too_large":
      return 413;
    case "too_many":
      return 429;
    case "failed":
      return 500;
  }
  switch (problemOf(view)) {
    case null:
      return 200;
    case "too_many":
      return 429;
    case "mail_failed":
      return 503;
    default:
      return 422;
  }
}

/** The error of the form that the page shows again, or null. */
export function problemOf(view: View): string | null {
  return "problem" in view ? view.problem : null;
}
