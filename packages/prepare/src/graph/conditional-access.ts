import type { ConditionalAccessPolicy } from "@microsoft/microsoft-graph-types";
import { type GraphRequest, segment } from "./request.ts";

const path = "/identity/conditionalAccess/policies";

export interface PolicySettings {
  displayName: string;
  enabled: boolean;
  /** appIds, or `All`, or `None`. */
  applications: string[];
  /** Group ids; undefined: everybody. */
  groups: string[] | undefined;
  excludeUsers: string[];
}

/** The body that makes a policy: no token without a second factor. */
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
