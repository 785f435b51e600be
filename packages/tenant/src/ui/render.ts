import { type Chrome, layout, type Page, type Pages } from "./components/layout.ts";
import { liveScript } from "./components/live-sentence.ts";
import { passkeyScript } from "./components/passkey-box.ts";
import { passwordScript } from "./components/password-field.ts";
import { accountPages } from "./pages/account.ts";
import { authenticatorPages } from "./pages/authenticator.ts";
import { consoleAccessPages, consoleKeyScript } from "./pages/console-access.ts";
import { detailsPages } from "./pages/details.ts";
import { deviceConsentPages } from "./pages/device-consent.ts";
import { endedPages } from "./pages/ended.ts";
import { enterCodePages } from "./pages/enter-code.ts";
import { formPostPages, formPostScript } from "./pages/form-post.ts";
import { notMePages } from "./pages/not-me.ts";
import { ownDevicesPages } from "./pages/own-devices.ts";
import { ownProfilePages } from "./pages/own-profile.ts";
import { passkeysPages } from "./pages/passkeys.ts";
import { programConsentPages } from "./pages/program-consent.ts";
import { resetPages } from "./pages/reset.ts";
import { secondFactorPages } from "./pages/second-factor.ts";
import { signInPages } from "./pages/sign-in.ts";
import { signOutPages } from "./pages/sign-out.ts";
import { signUpPages } from "./pages/sign-up.ts";
import { problemOf, type View } from "./view.ts";

const pages: Pages<View> = {
  ...enterCodePages,
  ...signInPages,
  ...signUpPages,
  ...detailsPages,
  ...resetPages,
  ...secondFactorPages,
  ...authenticatorPages,
  ...passkeysPages,
  ...deviceConsentPages,
  ...programConsentPages,
  ...formPostPages,
  ...endedPages,
  ...accountPages,
  ...ownDevicesPages,
  ...ownProfilePages,
  ...notMePages,
  ...signOutPages,
  ...consoleAccessPages,
};

/** The HTML document of a view. */
export function renderPage(view: View, chrome: Chrome): string {
  return layout(pageOf(view, chrome), chrome, scriptOf(view));
}

/** The text of `<title>`, without the tenant's name. */
export function titleOf(view: View, chrome: Chrome): string {
  return pageOf(view, chrome).title;
}

function pageOf(view: View, chrome: Chrome): Page {
  const render = pages[view.page] as (view: View, chrome: Chrome) => Page;
  const page = render(view, chrome);
  // The error comes first, so that screen readers announce it first.
  return problemOf(view) === null ? page : { ...page, title: chrome.messages.common.problem(page.title) };
}

/**
 * For pages with passkeys or a password, for the page that returns the user to a program, for the end page while its device
 * waits, and for the page that takes the key of the console. Other pages have no script.
 */
export function scriptOf(view: View): string | undefined {
  if (view.page === "form_post") return formPostScript;
  if (view.page === "console_key") return consoleKeyScript;
  if (asksAgain(view)) return liveScript;
  const hasPasskeys = view.page === "passkey_add" || ("passkeyOptions" in view && view.passkeyOptions !== null);
  const scripts = [...(hasPassword(view) ? [passwordScript] : []), ...(hasPasskeys ? [passkeyScript] : [])];
  return scripts.length === 0 ? undefined : scripts.join("\n");
}

/** Whether the script of the page makes requests to this origin. */
export function asksAgain(view: View): boolean {
  return view.page === "done" && !view.signedIn;
}

function hasPassword(view: View): boolean {
  if (view.page === "sign_in") return view.methods.includes("password");
  return view.page === "sign_up_password" || view.page === "reset_password" || view.page === "my_password";
}
