import { type Html, html } from "../html.ts";
import type { ConsoleChrome } from "./layout.ts";

/** A page of the console on which the administrator changes what led to a refusal. */
type Place = "app" | "person" | "apps" | "apis" | "people" | "user-flows" | "testing" | null;

/**
 * What mends a refusal, by its stable name: of an error of the protocol, or of the access rule. Only what an administrator
 * can change: a wrong request is mended by the developer of its program, whom the sentence of the refusal informs. The
 * command line has the same, as commands and lines for the tenant file.
 */
export const MENDS = {
  fault: "testing",
  app_unknown: "apps",
  secret_missing: "app",
  secret_wrong: "app",
  secret_expired: "app",
  grant_not_allowed: "app",
  admin_consent: "app",
  consent_required: "app",
  scope_invalid: "apis",
  scope_unavailable: "apis",
  resource_unknown: "apis",
  not_assigned: "app",
  user_disabled: "person",
  administrator_needed: "people",
  administrator_required: "people",
  administration_not_allowed: "app",
  administration_by_device_code: "app",
  redirect_unregistered: "app",
  sign_in_method: "user-flows",
  sign_in_method_required: "user-flows",
  mfa_required: null,
  second_factor_required: null,
  details_required: null,
  code_expired: null,
  password_limit: "person",
  user_code_unknown: null,
} as const satisfies Record<string, Place>;

export type MendName = keyof typeof MENDS;

/** A refusal, whether the audit log has it or not. */
export interface Refused {
  why: string;
  /** Client ID of an app that exists. */
  clientId: string | null;
  /** Object ID of a user who exists. */
  userId: string | null;
}

/** The sentence of a refusal. Where the language of the page has none, it is the English one, and says so. */
export function refusalSentence(
  { why, message, detail }: { why: string; message: string; detail: string | null },
  { messages }: ConsoleChrome,
): Html {
  const sentence = messages.consoleRefusal(why);
  if (sentence === undefined) return html`<bdi lang="en">${message}</bdi>`;
  return detail ? html`${sentence.replace(/\.$/, "")}: <bdi lang="en">${detail}</bdi>` : html`${sentence}`;
}

/** One line below a refusal, with a link to where it is done. Null: an administrator cannot mend it. */
export function mendOf(refused: Refused, { messages, rail }: ConsoleChrome): Html | null {
  if (!Object.hasOwn(MENDS, refused.why)) return null;
  const name = refused.why as MendName;
  const path = pathOf(MENDS[name], refused);
  const text = messages.consoleMends[name];
  const isThere =
    path !== null && rail.some((each) => each !== "/console" && path.replace("/apis/", "/apps/").startsWith(each));
  return html`<span class="mend">${isThere ? html`<a href="${path}">${text}</a>` : text}</span>`;
}

function pathOf(place: Place, { clientId, userId }: Refused): string | null {
  switch (place) {
    case "app":
      return clientId === null ? "/console/apps" : `/console/apps/${encodeURIComponent(clientId)}`;
    case "person":
      return userId === null ? "/console/people" : `/console/people/${encodeURIComponent(userId)}`;
    case "apis":
      return "/console/apps?kind=api";
    case null:
      return null;
    default:
      return `/console/${place}`;
  }
}
