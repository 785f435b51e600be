import type { ConditionalAccessPolicy, Organization, OrganizationalBranding } from "@microsoft/microsoft-graph-types";
import type { LifetimesEntry } from "../file/model.ts";
import { type GraphRequest, segment } from "./request.ts";

/** With the additional member of the embedded tenant (docs/differences.md). */
export type GraphOrganization = Organization & { doorcodeLifetimes?: LifetimesEntry | null };

export function getOrganization(): GraphRequest<{ value: GraphOrganization[] }> {
  return { method: "GET", path: "/organization" };
}

/** The embedded tenant only: Entra's name is set in its admin center, and its lifetimes are Microsoft's. */
export function patchOrganization(
  id: string,
  body: Pick<GraphOrganization, "displayName" | "doorcodeLifetimes">,
): GraphRequest {
  return { method: "PATCH", path: `/organization/${segment(id)}`, body };
}

/** The branding for all languages without their own. */
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

const signUpPath = "/policies/authenticationFlowsPolicy";

/** Graph's sign-up policy, with the embedded tenant's additional member. */
export interface SignUpPolicy {
  selfServiceSignUp?: { isEnabled?: boolean };
  doorcodeAccountUserFlow?: { id: string } | null;
}

/** The embedded tenant only: on Entra each user flow decides whether users may sign up. */
export function getSignUpPolicy(): GraphRequest<SignUpPolicy> {
  return { method: "GET", path: signUpPath };
}

export function patchSignUpPolicy(body: SignUpPolicy): GraphRequest {
  return { method: "PATCH", path: signUpPath, body };
}

const path = "/identity/conditionalAccess/policies";

export interface PolicySettings {
  displayName: string;
  enabled: boolean;
  /** appIds, `All` or `None`. */
  applications: string[];
  /** Group IDs; undefined: all users. */
  groups: string[] | undefined;
  excludeUsers: string[];
}

/** The body that creates a policy: no token without a second factor. */
export function policyBody(settings: PolicySettings): ConditionalAccessPolicy {
  return {
    displayName: settings.displayName,
    state: settings.enabled ? "enabled" : "disabled",
    conditions: {
      clientAppTypes: ["all"],
      applications: { includeApplications: settings.applications },
      users: {
        includeUsers: settings.groups ? [] : ["All"],
        includeGroups: settings.groups ?? [],
        excludeUsers: settings.excludeUsers,
      },
    },
    grantControls: { operator: "OR", builtInControls: ["mfa"] },
  };
}

export function listPolicies(): GraphRequest<{ value: ConditionalAccessPolicy[] }> {
  return { method: "GET", path };
}

export function createPolicy(body: ConditionalAccessPolicy): GraphRequest<ConditionalAccessPolicy> {
  return { method: "POST", path, body };
}

export function patchPolicy(id: string, body: ConditionalAccessPolicy): GraphRequest {
  return { method: "PATCH", path: `${path}/${segment(id)}`, body };
}

export function deletePolicy(id: string): GraphRequest {
  return { method: "DELETE", path: `${path}/${segment(id)}` };
}
