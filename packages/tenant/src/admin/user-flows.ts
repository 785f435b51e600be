import type { AccessSettings, CustomAttribute, Policy, UserFlow } from "../directory/user-flow.ts";
import type { EventOf } from "../storage/audit-events.ts";
import { type Actor, type AdminStore, auditRecord } from "./admin-context.ts";

/** User flows and their attributes. Each operation changes and records in one transaction. */
export function userFlows({ store, clock }: AdminStore, by: Actor) {
  const { flows } = store.administration;
  const record = (
    event: EventOf<"user_flow">,
    flow_id: string,
    detail: Record<string, string> = {},
    clientId?: string,
  ) => auditRecord(by, clock.now(), `user_flow.${event}`, { flow_id, ...detail }, { clientId: clientId ?? null });
  const attributeRecord = (
    event: EventOf<"user_flow_attribute">,
    attribute: string,
    detail: Record<string, string> = {},
  ) => auditRecord(by, clock.now(), `user_flow_attribute.${event}`, { attribute, ...detail });

  return {
    /** For these apps, or for none yet. */
    add: (flow: UserFlow, clientIds: string[] = []) =>
      flows.insert(flow, clientIds, record("created", flow.id, { name: flow.name, apps: clientIds.join(" ") })),

    /** `changed`: names of the changed properties, for the audit log. */
    change: (id: string, change: (before: UserFlow) => UserFlow, changed: string) =>
      flows.change(id, change, record("changed", id, { changed })),

    /**
     * Replaces the user flow with this ID or creates it. Also creates the custom attributes that it asks for, which any
     * flow can then use.
     *
     * @param changed names of the given properties, for the audit log
     */
    put(flow: UserFlow, changed: string) {
      const attributes = flow.attributes.filter(({ id }) => id.startsWith("extension_"));
      return flows.put(
        flow,
        attributes.map(({ id, label, dataType }) => ({
          id,
          displayName: label.trim() === "" ? id.slice(id.lastIndexOf("_") + 1) : label,
          description: null,
          dataType: GRAPH_TYPE[dataType],
          createdAt: clock.now(),
        })),
        {
          created: record("created", flow.id, { name: flow.name, apps: "" }),
          changed: record("changed", flow.id, { changed }),
          attribute: ({ id, dataType }) => attributeRecord("created", id, { data_type: dataType }),
        },
      );
    },

    /** Refused with their names while apps or the account page use it. */
    remove: ({ id, name }: Pick<UserFlow, "id" | "name">) => flows.delete(id, record("deleted", id, { name })),

    /** Sets whether users can sign up at all, and the user flow of the account page. Omitted members stay unchanged. */
    changeSettings: ({ signUpAllowed, accountUserFlowId }: Partial<AccessSettings>) =>
      flows.changeSettings(
        {
          ...(signUpAllowed !== undefined && { signUpAllowed }),
          ...(accountUserFlowId !== undefined && { accountUserFlowId }),
        },
        auditRecord(by, clock.now(), "sign_up_settings.changed", {
          ...(signUpAllowed !== undefined && { sign_up: signUpAllowed }),
          ...(accountUserFlowId !== undefined && { account_user_flow: accountUserFlowId ?? "default" }),
        }),
      ),

    addApp: (id: string, clientId: string) =>
      flows.link(id, clientId, record("app_added", id, { app_id: clientId }, clientId)),

    /** False if the app does not use this flow. */
    removeApp: (id: string, clientId: string) =>
      flows.unlink(id, clientId, record("app_removed", id, { app_id: clientId }, clientId)),

    /** False if an attribute with this name exists. */
    addAttribute: (attribute: Omit<CustomAttribute, "createdAt">) =>
      flows.insertAttribute(
        { ...attribute, createdAt: clock.now() },
        attributeRecord("created", attribute.id, { data_type: attribute.dataType }),
      ),

    /** False if the attribute does not exist. */
    changeAttribute: (id: string, description: string | null) =>
      flows.changeAttribute(id, description, attributeRecord("changed", id)),

    removeAttribute: (id: string) => flows.deleteAttribute(id, attributeRecord("deleted", id)),
  };
}

const GRAPH_TYPE = {
  String: "string",
  Boolean: "boolean",
  Int64: "int64",
  StringCollection: "stringCollection",
} as const;

/** Policies that require a second factor. Each operation checks, changes and records in one transaction. */
export function policies({ store, clock }: AdminStore, by: Actor) {
  const { policies } = store.administration;
  const record = (event: EventOf<"policy">, policy_id: string, detail: Record<string, string | boolean>) =>
    auditRecord(by, clock.now(), `policy.${event}`, { policy_id, ...detail });

  return {
    /** Returns what the policy names that does not exist. */
    add: (policy: Policy) =>
      policies.insert(policy, record("created", policy.id, { name: policy.name, enabled: policy.enabled })),

    /** `change` returns the new policy. `changed`: names of the changed properties, for the audit log. */
    change: (id: string, change: (before: Policy) => Policy, changed: string) =>
      policies.change(id, change, record("changed", id, { changed })),

    /** Replaces the policy with this ID or creates it. `changed`: names of the given properties, for the audit log. */
    put: (policy: Policy, changed: string) =>
      policies.put(policy, {
        created: record("created", policy.id, { name: policy.name, enabled: policy.enabled }),
        changed: record("changed", policy.id, { changed }),
      }),

    /** False if the policy does not exist. */
    remove: ({ id, name }: Pick<Policy, "id" | "name">) => policies.delete(id, record("deleted", id, { name })),
  };
}
