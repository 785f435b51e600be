import type { AccessSettings, CustomAttribute, Policy, UserFlow } from "../directory/user-flow.ts";
import { type Actor, type AdminStore, auditRecord } from "./admin-context.ts";

/** User flows and the attributes they ask for: each operation changes and records it in one transaction. */
export function userFlows({ store, clock }: AdminStore, by: Actor) {
  const { flows } = store.administration;
  const record = (event: string, flow_id: string, detail: Record<string, string> = {}, clientId?: string) =>
    auditRecord(by, clock.now(), `user_flow.${event}`, { flow_id, ...detail }, { clientId: clientId ?? null });
  const attributeRecord = (event: string, attribute: string, detail: Record<string, string> = {}) =>
    auditRecord(by, clock.now(), `user_flow_attribute.${event}`, { attribute, ...detail });

  return {
    /** For these apps, or for none yet. */
    add: (flow: UserFlow, clientIds: string[] = []) =>
      flows.insert(flow, clientIds, record("created", flow.id, { name: flow.name, apps: clientIds.join(" ") })),

    /** `changed`: names of what changes, for the audit log. */
    change: (id: string, change: (before: UserFlow) => UserFlow, changed: string) =>
      flows.change(id, change, record("changed", id, { changed })),

    /**
     * The one with its id changed to this, or a new one, with the attributes of its own that it asks for: they are there
     * from then on, for any flow to ask for.
     *
     * @param changed names of what was given, for the audit log
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

    /** Refused while apps or the account page use it, with their names. */
    remove: ({ id, name }: Pick<UserFlow, "id" | "name">) => flows.delete(id, record("deleted", id, { name })),

    /** Whether people may sign up at all, and which user flow the account page has. What is left out stays. */
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

    /** False when the app does not use this flow. */
    removeApp: (id: string, clientId: string) =>
      flows.unlink(id, clientId, record("app_removed", id, { app_id: clientId }, clientId)),

    /** False when there is one of this name. */
    addAttribute: (attribute: Omit<CustomAttribute, "createdAt">) =>
      flows.insertAttribute(
        { ...attribute, createdAt: clock.now() },
        attributeRecord("created", attribute.id, { data_type: attribute.dataType }),
      ),

    /** False when there is no such attribute. */
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

/** "No token without a second factor": each operation checks, changes and records it in one transaction. */
export function policies({ store, clock }: AdminStore, by: Actor) {
  const { policies } = store.administration;
  const record = (event: string, policy_id: string, detail: Record<string, string | boolean>) =>
    auditRecord(by, clock.now(), `policy.${event}`, { policy_id, ...detail });

  return {
    /** Says what it names that there is not. */
    add: (policy: Policy) =>
      policies.insert(policy, record("created", policy.id, { name: policy.name, enabled: policy.enabled })),

    /** `change` returns what the policy is to be; `changed`: names of what changes, for the audit log. */
    change: (id: string, change: (before: Policy) => Policy, changed: string) =>
      policies.change(id, change, record("changed", id, { changed })),

    /** The one with its id changed to this, or a new one. `changed`: names of what was given, for the audit log. */
    put: (policy: Policy, changed: string) =>
      policies.put(policy, {
        created: record("created", policy.id, { name: policy.name, enabled: policy.enabled }),
        changed: record("changed", policy.id, { changed }),
      }),

    /** False when there is no such policy. */
    remove: ({ id, name }: Pick<Policy, "id" | "name">) => policies.delete(id, record("deleted", id, { name })),
  };
}
