import { randomUUID } from "node:crypto";
import { isIdentifierUri, isPermissionName, isShownText } from "../../directory/check-api.ts";
import type { Api, ApiRole, ApiScope, SigningAlgorithm } from "../../directory/entities.ts";
import { cleanRegisteredName } from "../../directory/identity.ts";
import { canSign, SIGNING_ALGORITHMS } from "../../directory/signing-algorithms.ts";
import type { Fields } from "../../interaction/page-request.ts";
import type { ApiForm, PermissionForm } from "../../ui/console/api.ts";

/** What the form shows of an API. */
export const apiFormOf = ({ name, identifierUri, tokenProfile, accessTokenSigningAlg, groupClaims }: Api): ApiForm => ({
  ...{ name, identifierUri, tokenProfile, accessTokenSigningAlg, groupClaims },
});

export function apiFormIn(fields: Fields): ApiForm {
  const alg = fields.get("alg") ?? "";
  return {
    name: fields.get("name") ?? "",
    identifierUri: (fields.get("identifier_uri") ?? "").trim(),
    tokenProfile: fields.get("token_profile") === "rfc9068" ? "rfc9068" : "entra",
    accessTokenSigningAlg: (SIGNING_ALGORITHMS as readonly string[]).includes(alg)
      ? (alg as SigningAlgorithm)
      : "RS256",
    groupClaims: fields.get("group_claims") === "yes",
  };
}

/** Why the form cannot be saved. */
export function apiFormProblem(form: ApiForm): "name_invalid" | "uri_invalid" | "alg_refused" | undefined {
  if (!isShownText(cleanRegisteredName(form.name), 256)) return "name_invalid";
  if (!isIdentifierUri(form.identifierUri)) return "uri_invalid";
  return canSign(form) ? undefined : "alg_refused";
}

const listOf = (api: Api, kind: PermissionForm["kind"]): (ApiScope | ApiRole)[] =>
  kind === "scope" ? api.scopes : api.roles;

/** What the form shows of a scope or role; for a new one, its defaults. Undefined: the API has none with this value. */
export function permissionFormOf(api: Api, kind: PermissionForm["kind"], was: string): PermissionForm | undefined {
  if (was === "") {
    return {
      ...{ kind, was, value: "", displayName: "", description: "", consent: "Admin", enabled: true },
      ...{ forUsers: true, forApps: true },
    };
  }
  const found = listOf(api, kind).find(({ value }) => value === was);
  if (!found) return undefined;
  const types = ("allowedMemberTypes" in found ? found.allowedMemberTypes : undefined) ?? ["User", "Application"];
  return {
    ...{ kind, was, value: found.value, displayName: found.displayName, description: found.description ?? "" },
    consent: "consent" in found ? found.consent : "Admin",
    ...{ forUsers: types.includes("User"), forApps: types.includes("Application"), enabled: found.enabled !== false },
  };
}

export function permissionFormIn(fields: Fields): PermissionForm {
  const text = (name: string) => (fields.get(name) ?? "").trim();
  const isTicked = (name: string) => fields.get(name) === "yes";
  return {
    kind: fields.get("kind") === "role" ? "role" : "scope",
    ...{ was: fields.get("was") ?? "", value: text("value") },
    ...{ displayName: cleanRegisteredName(text("display_name")), description: text("description").slice(0, 1_024) },
    consent: fields.get("consent") === "User" ? "User" : "Admin",
    ...{ forUsers: isTicked("for_users"), forApps: isTicked("for_apps"), enabled: isTicked("enabled") },
  };
}

export type PermissionProblem =
  | "value_invalid"
  | "value_taken"
  | "display_name_invalid"
  | "members_empty"
  | "disable_first";

/** Why a scope or role cannot be saved, by the rules that Graph has for them. */
export function permissionProblem(api: Api, form: PermissionForm): PermissionProblem | undefined {
  const { kind, was, value } = form;
  if (!isPermissionName(value)) return "value_invalid";
  if (!isShownText(form.displayName, 100)) return "display_name_invalid";
  if (kind === "role" && !form.forUsers && !form.forApps) return "members_empty";
  const others = listOf(api, kind).filter((each) => each.value !== was);
  if (others.some((each) => each.value.toLowerCase() === value.toLowerCase())) return "value_taken";
  return value !== was && isInUse(api, form) ? "disable_first" : undefined;
}

/** It is enabled, so programs may use it. Only a disabled one gets another value, or is removed. */
export function isInUse(api: Api, { kind, was }: PermissionForm): boolean {
  const before = listOf(api, kind).find(({ value }) => value === was);
  return before !== undefined && before.enabled !== false;
}

/** The API with this scope or role, in its place or at the end. */
export function withPermission(api: Api, form: PermissionForm): Api {
  const { kind, was, value, displayName, consent, enabled } = form;
  const description = form.description === "" ? displayName : form.description;
  const put = <Each extends { value: string }>(list: Each[], entry: (before: Each | undefined) => Each): Each[] =>
    list.some((each) => each.value === was)
      ? list.map((each) => (each.value === was ? entry(each) : each))
      : [...list, entry(undefined)];
  if (kind === "scope") {
    const scopes = put<ApiScope>(api.scopes, (before) => ({
      ...(before ?? { id: randomUUID() }),
      ...{ value, displayName, description, consent, enabled },
    }));
    return { ...api, scopes };
  }
  const allowedMemberTypes: ApiRole["allowedMemberTypes"] = [
    ...(form.forUsers ? (["User"] as const) : []),
    ...(form.forApps ? (["Application"] as const) : []),
  ];
  const roles = put<ApiRole>(api.roles, (before) => ({
    id: before?.id ?? randomUUID(),
    ...{ value, displayName, description, enabled, allowedMemberTypes },
  }));
  return { ...api, roles };
}

export function withoutPermission(api: Api, { kind, was }: PermissionForm): Api {
  return kind === "scope"
    ? { ...api, scopes: api.scopes.filter(({ value }) => value !== was) }
    : { ...api, roles: api.roles.filter(({ value }) => value !== was) };
}
