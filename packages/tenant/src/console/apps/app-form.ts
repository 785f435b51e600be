import { redirectFault } from "../../admin/apps.ts";
import type { App, GrantType } from "../../directory/entities.ts";
import { grantTypesOf } from "../../directory/grant-types.ts";
import { cleanRegisteredName } from "../../directory/identity.ts";
import type { Fields } from "../../interaction/page-request.ts";
import { type AppForm, type AppFormProblem, URI_FIELDS } from "../../ui/console/app-form.ts";

/** As Graph allows it. */
export const MAX_NAME = 256;
const MAX_URIS = 100;

/** What the form shows of an app. */
export function appFormOf(app: App): AppForm {
  const grants = grantTypesOf(app);
  return {
    name: app.name,
    redirectUris: app.redirectUris.join("\n"),
    postLogoutRedirectUris: app.postLogoutRedirectUris.join("\n"),
    publicClient: app.publicClient,
    ownGrants: app.grantTypes !== null,
    device_code: grants.includes("device_code"),
    authorization_code: grants.includes("authorization_code"),
    refresh_token: grants.includes("refresh_token"),
    client_credentials: grants.includes("client_credentials"),
    userFlowId: app.userFlowId ?? "",
    requireMfa: app.requireMfa,
    assignmentRequired: app.assignmentRequired,
    groupClaims: app.groupClaims,
  };
}

/** What was typed. */
export function appFormIn(fields: Fields): AppForm {
  const text = (name: string) => (fields.get(name) ?? "").replaceAll("\r\n", "\n");
  const isTicked = (name: string) => fields.get(name) === "yes";
  return {
    name: text("name"),
    redirectUris: text("redirect_uris"),
    postLogoutRedirectUris: text("post_logout_redirect_uris"),
    publicClient: isTicked("public_client"),
    ownGrants: fields.get("grants") === "own",
    device_code: isTicked("device_code"),
    authorization_code: isTicked("authorization_code"),
    refresh_token: isTicked("refresh_token"),
    client_credentials: isTicked("client_credentials"),
    userFlowId: text("user_flow"),
    requireMfa: isTicked("require_mfa"),
    assignmentRequired: isTicked("assignment_required"),
    groupClaims: isTicked("group_claims"),
  };
}

/** The members of the app that the form sets, or why it cannot. */
export function appOf(form: AppForm): Partial<App> | AppFormProblem {
  const name = cleanRegisteredName(form.name);
  if (name === "" || name.length > MAX_NAME) return { kind: "name_invalid" };
  const [redirectUris, postLogoutRedirectUris] = [linesOf(form.redirectUris), linesOf(form.postLogoutRedirectUris)];
  const uris = { redirect_uris: redirectUris, post_logout_redirect_uris: postLogoutRedirectUris };
  if (redirectUris.length + postLogoutRedirectUris.length > MAX_URIS) {
    // Together they are too many: each field that has some can be shortened.
    return { kind: "uris_many", most: MAX_URIS, fields: URI_FIELDS.filter((field) => uris[field].length > 0) };
  }
  for (const field of URI_FIELDS) {
    for (const uri of uris[field]) {
      const why = redirectFault(uri);
      if (why !== null) return { kind: "uri_invalid", uri: uri.slice(0, 200), why, fields: [field] };
    }
  }
  const grants = (["device_code", "authorization_code", "refresh_token", "client_credentials"] as const).filter(
    (each) => form[each],
  );
  if (form.ownGrants && grants.length === 0) return { kind: "grants_empty" };
  return {
    ...{ name, redirectUris, postLogoutRedirectUris, publicClient: form.publicClient },
    grantTypes: form.ownGrants ? (grants as GrantType[]) : null,
    userFlowId: form.userFlowId === "" ? null : form.userFlowId,
    ...{ requireMfa: form.requireMfa, assignmentRequired: form.assignmentRequired, groupClaims: form.groupClaims },
  };
}

/** One on each line. Empty lines and repeated ones are left out. */
const linesOf = (text: string): string[] => [
  ...new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];

/** Names of the members that differ, for the audit log. */
export function changedMembers(before: App, changes: Partial<App>): string {
  const names = Object.keys(changes) as (keyof App)[];
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(changes[name]))
    .sort()
    .join(" ");
}
