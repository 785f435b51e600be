import type { Organization, OrganizationalBranding } from "@microsoft/microsoft-graph-types";
import { type GraphRequest, segment } from "./request.ts";

export function getOrganization(): GraphRequest<{ value: Organization[] }> {
  return { method: "GET", path: "/organization" };
}

/** The embedded tenant only; Entra's name is set in its admin center. */
export function renameOrganization(id: string, displayName: string): GraphRequest {
  return { method: "PATCH", path: `/organization/${segment(id)}`, body: { displayName } };
}

/** The branding for every language that has none of its own. */
const defaultLanguage = { "accept-language": "0" };

export function getBranding(id: string): GraphRequest<OrganizationalBranding> {
  return { method: "GET", path: `/organization/${segment(id)}/branding`, headers: defaultLanguage };
}

export function patchBranding(id: string, backgroundColor: string): GraphRequest {
  return {
    method: "PATCH",
    path: `/organization/${segment(id)}/branding`,
    headers: defaultLanguage,
    body: { backgroundColor },
  };
}
