import { attrs, type Child, type Html, html } from "../html.ts";
import { formActions } from "./form-actions.ts";
import type { Chrome } from "./layout.ts";
import { button, form } from "./parts.ts";

/** Hidden until the page's script finds that the browser has passkeys; what the script says stands here beforehand. */
export function passkeyBox(kind: "get" | "create", options: string, { messages }: Chrome, body: Child): Html {
  const { cancelled, exists, broken } = messages.passkeys;
  const says = { "data-cancelled": cancelled, "data-exists": exists, "data-broken": broken };
  return html`<div${attrs({ class: "passkey", hidden: true, "data-passkey": kind, "data-options": options, ...says })}>
<p${attrs({ class: "note bad", role: "alert", hidden: true, "data-says": true })}></p>${body}</div>`;
}

/** Filled in by the script. */
export const passkeyAnswer = html`<input type="hidden" name="passkey">`;
const keep = html`<input type="hidden" name="keep">`;

/** The button on a page where a person may sign in with a passkey; `alt` where another method comes first. */
export function usePasskey(flowId: string, options: string, chrome: Chrome, alt: boolean): Html {
  const label = button(chrome.messages.passkeys.use, { alt });
  return passkeyBox(
    "get",
    options,
    chrome,
    form(formActions.sign_in_passkey, chrome, { flow: flowId }, [passkeyAnswer, keep, label]),
  );
}

/**
 * Asks the browser for a passkey, or to make one, and sends its answer with the page's form. What it needs and says
 * stands in data attributes of the page (`passkeyBox`), so this text is the same on every page. Browsers without
 * WebAuthn's JSON methods, and extensions that forget them, get them here. Not one `</` may stand in it.
 */
const source = `
(() => {
  const box = document.querySelector("[data-passkey]");
  if (!box || !window.PublicKeyCredential || !navigator.credentials) return;
  const form = box.querySelector("form");
  const says = box.querySelector("[data-says]");
  const makes = box.dataset.passkey === "create";

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/[+]/g, "-").replace(/[/]/g, "_").replace(/=/g, "");

  const options = () => {
    const json = JSON.parse(box.dataset.options);
    const native = makes ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
    if (PublicKeyCredential[native]) return PublicKeyCredential[native](json);
    json.challenge = bytes(json.challenge);
    if (json.user) json.user.id = bytes(json.user.id);
    for (const one of json.excludeCredentials || []) one.id = bytes(one.id);
    return json;
  };

  const asJson = (credential) => {
    if (typeof credential.toJSON === "function") return credential.toJSON();
    const from = credential.response;
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (from[name]) response[name] = text(from[name]);
    }
    if (from.getTransports) response.transports = from.getTransports();
    const { id, type } = credential;
    return { id, rawId: text(credential.rawId), type, response, clientExtensionResults: {} };
  };

  const say = (error) => {
    const why = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "exists" }[error.name];
    says.textContent = box.dataset[why || "broken"];
    says.hidden = false;
  };

  // A browser takes one request at a time: the button ends the one that waits behind the email field.
  let open;
  const ask = async (mediation) => {
    if (open) open.abort();
    const mine = (open = new AbortController());
    try {
      const request = { publicKey: options(), signal: mine.signal };
      if (mediation) request.mediation = mediation;
      const credential = await (makes ? navigator.credentials.create(request) : navigator.credentials.get(request));
      if (open !== mine) return;
      form.elements.passkey.value = JSON.stringify(asJson(credential));
      // "Keep me signed in" stands in the form of the other ways in.
      const keep = document.querySelector('input[name="keep"][type="checkbox"]');
      if (keep && keep.checked) form.elements.keep.value = keep.value;
      form.submit();
    } catch (error) {
      if (open !== mine || mediation) return;
      say(error);
      offer();
    }
  };

  const offer = async () => {
    if (makes || !PublicKeyCredential.isConditionalMediationAvailable) return;
    const before = open;
    if ((await PublicKeyCredential.isConditionalMediationAvailable()) && open === before) ask("conditional");
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    says.hidden = true;
    ask();
  });
  box.hidden = false;
  const without = document.querySelector("[data-without]");
  if (without) without.hidden = true;
  offer();
})();
`;

/** Without the line breaks and comments that only we need. */
export const passkeyScript: string = source
  .split("\n")
  .map((line) => line.trim())
  .filter((line) => line !== "" && !line.startsWith("//"))
  .join("\n");
