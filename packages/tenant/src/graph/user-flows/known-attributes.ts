import { BUILT_IN_ATTRIBUTES, type BuiltInAttribute } from "../../directory/check-user-flow.ts";
import type { TenantConfig } from "../../directory/tenant-config.ts";
import type { CustomAttribute, FlowAttribute, UserFlow } from "../../directory/user-flow.ts";
import type { StoreReader } from "../../storage/store.ts";
import { uuidV5 } from "../derived-id.ts";

/** Graph's names. A user flow shows them where it has no label of its own. */
export const BUILT_IN_NAMES: Readonly<Record<BuiltInAttribute | "email", string>> = {
  city: "City",
  country: "Country/Region",
  displayName: "Display Name",
  email: "Email Address",
  givenName: "Given Name",
  jobTitle: "Job Title",
  postalCode: "Postal Code",
  state: "State/Province",
  streetAddress: "Street Address",
  surname: "Surname",
};

export type KnownAttribute = Omit<CustomAttribute, "createdAt"> & { userFlowAttributeType: "builtIn" | "custom" };

const CUSTOM_ID = /^extension_[0-9a-f]{32}_(\w+)$/;
const TERMS_OF_USE = "TermsOfUse";

/**
 * The ID of a custom attribute. Entra's contain its extensions app's ID, ours contain one derived from the tenant's.
 */
export function customAttributeId({ tenantId }: Pick<TenantConfig, "tenantId">, name: string): string {
  return `extension_${uuidV5(tenantId, "extensions").replaceAll("-", "")}_${name}`;
}

/** Whether this attribute represents the acceptance of the terms of use. */
export const isTermsOfUse = (id: string) => CUSTOM_ID.exec(id)?.[1] === TERMS_OF_USE;

/**
 * All attributes that a user flow can ask for: built-in ones, custom ones, and those that flows of the TypeScript API
 * ask for without having been created. Sorted by ID.
 */
export async function knownAttributes(
  store: StoreReader,
  config: Pick<TenantConfig, "tenantId">,
): Promise<Map<string, KnownAttribute>> {
  const [customs, flows] = await Promise.all([
    store.administration.flows.listAttributes(),
    store.directory.listUserFlows(),
  ]);
  const known = new Map<string, KnownAttribute>();
  for (const id of [...Object.keys(BUILT_IN_ATTRIBUTES), "email"] as (keyof typeof BUILT_IN_NAMES)[]) {
    const displayName = BUILT_IN_NAMES[id];
    known.set(id, { id, displayName, description: displayName, dataType: "string", userFlowAttributeType: "builtIn" });
  }
  for (const { createdAt: _, ...custom } of customs)
    known.set(custom.id, { ...custom, userFlowAttributeType: "custom" });
  for (const flow of flows) for (const used of usedBy(flow, config)) if (!known.has(used.id)) known.set(used.id, used);
  return known;
}

/** The attribute for the terms of use: the one created for it, or the one that would be. */
export function termsAttributeId(known: Map<string, KnownAttribute>, config: Pick<TenantConfig, "tenantId">): string {
  return [...known.keys()].find(isTermsOfUse) ?? customAttributeId(config, TERMS_OF_USE);
}

function usedBy(flow: UserFlow, config: Pick<TenantConfig, "tenantId">): KnownAttribute[] {
  const custom = (id: string, dataType: CustomAttribute["dataType"]): KnownAttribute => {
    const displayName = CUSTOM_ID.exec(id)?.[1] ?? id;
    return { id, displayName, description: null, dataType, userFlowAttributeType: "custom" };
  };
  const terms = flow.termsOfUse === null ? [] : [custom(customAttributeId(config, TERMS_OF_USE), "boolean")];
  return [...flow.attributes.map(({ id, dataType }) => custom(id, graphDataType(dataType))), ...terms];
}

function graphDataType(dataType: FlowAttribute["dataType"]): CustomAttribute["dataType"] {
  const names = { String: "string", Boolean: "boolean", Int64: "int64", StringCollection: "stringCollection" } as const;
  return names[dataType];
}
