import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { locales } from "../../src/ui/i18n/languages.ts";
import type { DeviceConsentView } from "../../src/ui/pages/device-consent.ts";
import { renderPage, scriptOf, titleOf } from "../../src/ui/render.ts";
import type { View } from "../../src/ui/view.ts";
import { formsOf, rendered, sample, wordsOf } from "./pages/rendered.ts";
import { chrome, chromeIn, samples } from "./pages/sample-views.ts";

/** The one script that a page may have. */
function ourScriptOf(view: View): string {
  const script = scriptOf(view);
  return script === undefined ? "no script" : `<script nonce="${chrome.nonce}">${script}</script>`;
}

/** The page that returns the user to a program has one form, which is not sent to us. */
const forProgram = '<form id="back" method="post" action="http://localhost:51004/">';

describe("every page", () => {
  for (const { name, view } of samples) {
    const page = renderPage(view, chrome).replace(forProgram, "<form>");
    const ourScript = ourScriptOf(view);

    test(`${name} is under 30 KB uncompressed in every language, with its style and script`, () => {
      for (const locale of locales) {
        const bytes = Buffer.byteLength(renderPage(view, chromeIn(locale)));
        assert.ok(bytes < 30_000, `${bytes} bytes in ${locale}`);
      }
    });

    test(`${name} has no script but one of ours, no inline style, and loads nothing`, () => {
      assert.equal(page.includes(ourScript), scriptOf(view) !== undefined);
      assert.doesNotMatch(page.replace(ourScript, ""), /<script|javascript:|<[^>]+ (?:style|on[a-z]+)=/i);
      // The administrator's terms of use are external, so they are a link: users open it if they want to read them.
      const own = page.replaceAll(/<a [^>]*href="https:[^"]*" target="_blank" rel="noopener noreferrer">/g, "");
      const addresses = [...own.matchAll(/ (?:href|src|action)="([^"]*)"/g)].map((match) => match[1]!);
      for (const address of addresses) assert.match(address, /^(?:\/[^/]|data:image\/svg\+xml,|otpauth:\/\/totp\/)/);
      assert.equal(page.match(/<style/g)?.length, 1);
      assert.match(page, new RegExp(`<style nonce="${chrome.nonce}">`));
      assert.doesNotMatch(page, /url\(|@import/);
    });

    test(`${name} has the CSRF token in each form to us, and in no other`, () => {
      if (view.page === "form_post") return assert.ok(!page.includes(chrome.csrfToken));
      for (const form of formsOf(page)) assert.ok(form.fields.includes("csrf"), form.action);
      assert.equal(formsOf(page).length, page.match(/<form/g)?.length ?? 0);
      assert.doesNotMatch(page, /method="(?!post")/);
    });

    test(`${name} uses no term of the protocol`, () => {
      assert.doesNotMatch(
        wordsOf(page).replaceAll("ciam-client-app", ""),
        /authori[sz]|grant|scope|oauth|token|consent|credential|user_code|client\b/i,
      );
    });

    test(`${name} has one heading and a title with the tenant's name`, () => {
      assert.equal(page.match(/<h1/g)?.length, 1);
      assert.match(page, /<title>[^<]+ · Contoso<\/title>/);
    });
  }

  test("no text of a view escapes from its place, regardless of its content", () => {
    const attack = `"'><script>alert(1)</script><x y="`;
    for (const { name, view } of samples) {
      const bad = poisoned(view, attack);
      const poison = renderPage(bad, { ...chrome, tenantName: attack, csrfToken: attack });
      const page = poison.replace(ourScriptOf(bad), "");
      assert.doesNotMatch(page, /<script|<x /, name);
      assert.doesNotMatch(page, /="["']'?>/, name);
    }
  });
});

/** The view with every text replaced, except for those that select the page. */
function poisoned<T>(value: T, attack: string, key = ""): T {
  if (typeof value === "string")
    return (
      ["page", "problem", "network", "kind", "of", "purpose", "intent", "leadsTo", "by", "why"].includes(key)
        ? value
        : attack
    ) as T;
  if (Array.isArray(value)) return value.map((item) => poisoned(item, attack)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, poisoned(v, attack, k)])) as T;
}

describe("what the device says of itself", () => {
  const view: DeviceConsentView = {
    ...(sample("device-consent") as DeviceConsentView),
    deviceName: "Bank-of-Trust",
    devicePlatform: "PlatformX",
  };

  test("is quoted as its own words, once, in its row", () => {
    const page = renderPage(view, chrome);
    assert.match(wordsOf(page), /Device calls itself “ Bank-of-Trust ”/);
    assert.equal(page.split("Bank-of-Trust").length, 2);
    assert.equal(page.split("PlatformX").length, 2);
  });

  test("is never in a title or a heading", () => {
    for (const shown of [
      view,
      {
        page: "done",
        appName: "Contoso Player",
        deviceName: "Bank-of-Trust",
        signedIn: false,
        offerPasskey: true,
      } as const,
    ]) {
      assert.doesNotMatch(titleOf(shown, chrome), /Bank-of-Trust|PlatformX/);
      const headings = [...renderPage(shown, chrome).matchAll(/<(h1|h2|title)\b.*?<\/\1>/gs)].join("");
      assert.match(headings, /Contoso Player/);
      assert.doesNotMatch(headings, /Bank-of-Trust|PlatformX/);
    }
  });
});

describe("the consent page of a device", () => {
  test("says what asks, since when, from where, with which code, and what it may do", () => {
    const words = wordsOf(rendered("device-consent"));
    assert.match(words, /Are you trying to sign in to Contoso Player ?\?/);
    assert.match(words, /Code FSBF-ZMBK Only say yes if the device is in front of you and shows this code\./);
    assert.match(words, /Started 40 seconds ago From Same network as you/);
    assert.match(
      words,
      /It will be able to Know your name and email Read your to-do lists Stay signed in for up to 365 days, or until unused for 90 days/,
    );
  });

  test("earlier permissions are collapsed below new ones, which stand out; the duration is never collapsed", () => {
    assert.match(
      wordsOf(rendered("device-consent-more")),
      /New: it will also be able to Read and change your to-do lists Stay signed in for up to 365 days, or until unused for 90 days What else it can already do Know your name and email Read your to-do lists/,
    );
    const page = rendered("device-consent-more");
    assert.doesNotMatch(page, /<details[^>]* open/);
    const folded = /<details>.*<\/details>/s.exec(page)?.[0] ?? "";
    assert.match(folded, /Know your name and email/);
    assert.doesNotMatch(folded, /90 days|Read and change/);
    assert.match(
      wordsOf(rendered("device-consent-more-and-longer")),
      /New: it will also be able to Read and change your to-do lists Stay signed in for up to 365 days, or until unused for 90 days What it can/,
    );
    const nothing = rendered("device-consent-nothing-new");
    assert.doesNotMatch(nothing, /New:/);
    assert.match(nothing.replace(/<details>.*<\/details>/s, ""), /90 days/);
    assert.match(wordsOf(rendered("device-consent-for-an-hour")), /Stay signed in for one hour/);
  });

  test("lists what a renewal could add, openly, and as new if it is", () => {
    assert.match(
      wordsOf(rendered("device-consent-by-renewal")),
      /for up to 365 days, or until unused for 90 days It may also, without asking again See your account: .* Read and change your calendar Yes/,
    );
    const page = rendered("device-consent-more-by-renewal");
    const open = page.replace(/<details>.*<\/details>/s, "");
    assert.match(
      wordsOf(open),
      /New: it may also, without asking again See your account: .* Read and change your calendar/,
    );
    assert.match(wordsOf(rendered("program-consent-by-renewal")), /It may also, without asking again See your account/);
  });

  test("says once when to approve, with a warning and without", () => {
    for (const name of ["program-consent", "program-consent-administration"]) {
      assert.equal(wordsOf(rendered(name)).match(/Only say yes if/g)?.length, 1, name);
    }
  });

  test("says that what it asks for has changed before anything else", () => {
    const page = rendered("device-consent-changed");
    assert.match(
      page,
      /<p id="problem" class="note bad" role="alert">What it asks for has changed\. Check it again\.<\/p>/,
    );
    assert.ok(page.indexOf("Check it again") < page.indexOf("Started"));
  });

  test("warns first if the device is on another network, and only then", () => {
    const warning = "The device is not on your network.";
    const page = rendered("device-consent-other-network");
    assert.ok(page.indexOf(warning) > 0 && page.indexOf(warning) < page.indexOf("calls itself"));
    assert.ok(page.indexOf("FSBF-ZMBK") < page.indexOf(warning), "the code comes first");
    assert.ok(!rendered("device-consent").includes(warning));
    assert.ok(!rendered("device-consent-this-computer").includes(warning));
  });

  test("merges all warnings", () => {
    const page = rendered("device-consent-administration-all");
    assert.equal([...page.matchAll(/class="note warn"/g)].length, 1);
    assert.match(
      wordsOf(page),
      /It asks for administrator rights\. The device is not on your network\. .* If someone sent you the code, say no\./,
    );
  });

  test("shows times in natural language", () => {
    const base = sample("device-consent") as DeviceConsentView;
    const said = (startedSecondsAgo: number) =>
      wordsOf(renderPage({ ...base, startedSecondsAgo }, chrome)).match(/Started (.*?) From/)?.[1];
    assert.deepEqual([0, 4.9, 5, 59.9, 60, 119, 120, 840].map(said), [
      "Just now",
      "Just now",
      "5 seconds ago",
      "59 seconds ago",
      "1 minute ago",
      "1 minute ago",
      "2 minutes ago",
      "14 minutes ago",
    ]);
  });
});

describe("the code page", () => {
  test("with the complete link it shows the code and asks to compare, and only a POST goes on", () => {
    const page = rendered("enter-code-from-link");
    assert.match(wordsOf(page), /Is this the code on your device\?.*FSBF-ZMBK/);
    assert.match(page, /<input type="hidden" name="user_code" value="FSBFZMBK">/);
  });

  test("a link cannot put other words on it", () => {
    const page = rendered("enter-code-from-link-junk");
    assert.doesNotMatch(page, /CALL|0100/);
    assert.match(wordsOf(page), /Enter the code shown on your device/);
  });

  test("after a wrong code it keeps the input and shows the error at the field", () => {
    const page = rendered("enter-code-unknown");
    assert.match(
      page,
      /<input[^>]*value="FSBF-ZMBX"[^>]*aria-invalid="true"[^>]*aria-describedby="problem user_code-hint"/,
    );
    assert.match(page, /<p id="problem" class="note bad" role="alert">/);
    assert.match(titleOf(sample("enter-code-unknown"), chrome), /^Problem: /);
  });

  test("always warns of codes that someone sent", () => {
    for (const { name } of samples.filter((s) => s.view.page === "enter_code")) {
      assert.match(rendered(name), /Did someone send you this code\?/, name);
    }
  });
});

test("a password is never written back into a page, and password managers can tell the fields apart", () => {
  assert.doesNotMatch(rendered("sign-in-wrong"), /type="password"[^>]* value=/);
  assert.match(rendered("sign-in"), /type="email"[^>]* autocomplete="username"/);
  assert.match(rendered("sign-in"), /type="password"[^>]* autocomplete="current-password"/);
  assert.match(rendered("sign-up-password"), /autocomplete="username" value="ada@contoso\.example" readonly/);
  assert.match(rendered("sign-up-password"), /type="password"[^>]* autocomplete="new-password"/);
  assert.match(rendered("sign-up-code"), /autocomplete="one-time-code"[^>]* inputmode="numeric"/);
});

test("the browser offers passkeys in the email field if there are any, and the page shows the button once its script has run", () => {
  assert.match(rendered("sign-in-passkey"), /type="email"[^>]* autocomplete="username webauthn"/);
  assert.match(rendered("sign-in-passkey"), /<div class="passkey" hidden data-passkey="get" data-options="\{&quot;/);
  assert.doesNotMatch(rendered("sign-in"), /webauthn|data-passkey/);
  assert.doesNotMatch(wordsOf(rendered("sign-in-account")), /device/);
});

test("sign-in offers a new account only if one can be created", () => {
  assert.match(rendered("sign-in"), /href="\/sign-up\?flow=/);
  assert.doesNotMatch(rendered("sign-in-closed"), /\/sign-up/);
});

test("the done page sends the user back to the device", () => {
  assert.match(wordsOf(rendered("done")), /Contoso Player is signed in Go back to your device/);
});
