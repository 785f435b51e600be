import { attrs, type Child, type Html, html } from "../html.ts";
import { formActions } from "./form-actions.ts";
import type { Chrome } from "./layout.ts";
import { button, form } from "./parts.ts";

/** Hidden until the script finds that the browser supports passkeys. It contains the texts that the script shows. */
export function passkeyBox(kind: "get" | "create", options: string, { messages }: Chrome, body: Child): Html {
  const { cancelled, exists, broken } = messages.passkeys;
  const says = { "data-cancelled": cancelled, "data-exists": exists, "data-broken": broken };
  return html`<div${attrs({ class: "passkey", hidden: true, "data-passkey": kind, "data-options": options, ...says })}>
<p${attrs({ class: "note bad", role: "alert", hidden: true, "data-says": true })}></p>${body}</div>`;
}

/** The script fills these in. */
export const passkeyAnswer = html`<input type="hidden" name="passkey">`;
const keep = html`<input type="hidden" name="keep">`;

/** The passkey button on a sign-in page. `alt`: another method is the primary one. */
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
 * Asks the browser for a passkey, or to create one, and sends the answer with the form of the page. Options and texts
 * are in data attributes (`passkeyBox`), so the script is the same on every page. It replaces WebAuthn's JSON methods
 * in browsers that lack them, and for extensions that omit them. It must not contain `</`.
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
      // "Keep me signed in" is in the form of the other sign-in methods.
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

/** Without line breaks and comments. */
export const passkeyScript: string = source
  .split("\n")
  .map((line) => line.trim())
  .filter((line) => line !== "" && !line.startsWith("//"))
  .join("\n");
