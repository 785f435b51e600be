import type { ConsoleRefusal } from "../../directory/console-rules.ts";
import { formActions } from "../components/form-actions.ts";
import type { Chrome, Page, Pages } from "../components/layout.ts";
import { address, asTyped, button, buttonLink, field, form, problemNote } from "../components/parts.ts";
import { html } from "../html.ts";

/** The pages in front of the console. */
export type ConsoleAccessView =
  /** Of the embedded tenant: the browser has not brought the key of this start. `to`: where it leads then. */
  | { page: "console_key"; to: string; problem: "wrong_key" | null }
  /** Of a served tenant. */
  | { page: "console_sign_in"; why: "signed_out" | ConsoleRefusal; email: string | null };

type View<P extends ConsoleAccessView["page"]> = Extract<ConsoleAccessView, { page: P }>;

export const consoleAccessPages: Pages<ConsoleAccessView> = {
  console_key: keyPage,
  console_sign_in: signInPage,
};

function keyPage(view: View<"console_key">, chrome: Chrome): Page {
  const { messages } = chrome;
  const words = messages.consoleAccess;
  const key = field({
    ...{ name: "key", label: words.key, type: "text", autocomplete: "off", class: "mono" },
    wrong: view.problem !== null,
    hint: words.keyHint,
    autofocus: true,
    more: asTyped,
  });
  return {
    title: messages.titles.console_key,
    footer: html`${words.staysHere}`,
    main: html`<h1>${messages.titles.console_key}</h1>
<p class="lede">${words.lede}</p>
${problemNote(view.problem && words.problems[view.problem])}
${form(formActions.console_enter, chrome, { to: view.to }, html`${key}${button(words.open)}`, "console-key")}`,
  };
}

function signInPage(view: View<"console_sign_in">, chrome: Chrome): Page {
  const { messages } = chrome;
  const words = messages.consoleAccess;
  const isOther = view.why === "not_administrator";
  const again = form(formActions.console_enter, chrome, {}, button(words.ways[view.why]));
  return {
    title: messages.titles.console_sign_in,
    main: html`<h1>${messages.titles.console_sign_in}</h1>
<p class="lede">${words.whys[view.why]}</p>
${view.email !== null && html`<p class="account">${words.signedInAs(address(view.email))}</p>`}
${isOther ? buttonLink(formActions.sign_out, words.ways[view.why]) : again}
${view.why === "second_factor" && html`<p class="hint"><a class="link" href="${formActions.account}">${words.setUp}</a></p>`}`,
  };
}

/**
 * The address that the terminal shows has the key in its fragment, which browsers send to no server. The script takes it
 * from the address at once, also from one that is opened in the same tab, and sends the form. Without a key it leads a browser
 * that is signed in to the folder where its cookie is valid. It must not contain `</`.
 */
export const consoleKeyScript = `
(() => {
const take = () => {
const [, key] = /^#([\\w-]{43})$/.exec(location.hash) || [];
if (!key) return;
history.replaceState(null, "", location.pathname + location.search);
const form = document.getElementById("console-key");
form.elements.key.value = key;
form.submit();
};
const lead = () => {
if (location.pathname === "/console/enter") return;
try {
const root = localStorage.getItem("doorcode_console");
if (!/^\\/console\\/s-[\\w-]{22}$/.test(root || "")) return;
if (location.pathname.startsWith(root)) return localStorage.removeItem("doorcode_console");
const rest = location.pathname.replace(/^\\/console(?:\\/s-[\\w-]{22}(?=\\/|$))?/, "");
location.replace(root + rest + location.search);
} catch {
}
};
addEventListener("hashchange", take);
if (location.hash.length === 44) take();
else lead();
})();
`.trim();
