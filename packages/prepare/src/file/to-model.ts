import { BUILT_IN_ATTRIBUTES } from "./known-values.ts";
import type {
  ApiEntry,
  AppEntry,
  AttributeEntry,
  GroupEntry,
  PolicyEntry,
  RoleEntry,
  ScopeEntry,
  TenantModel,
  UserEntry,
  UserFlowEntry,
} from "./model.ts";
import { type ParsedTenant, tenantSchema } from "./tenant-schema.ts";

type Parsed<Section extends Exclude<keyof ParsedTenant, "tenant">> = NonNullable<ParsedTenant[Section]>[string];

/** The model of a file without errors: the defaults that depend on a key, and one form for values with several. */
export function toModel(file: ParsedTenant): TenantModel {
  const { name, domain, colour, signUp, accountUserFlow, lifetimes } = file.tenant ?? {};
  return {
    tenant: { name, domain, colour, signUp, accountUserFlow, lifetimes },
    apps: mapped(file.apps, toApp),
    apis: mapped(file.apis, toApi),
    userFlows: mapped(file.userFlows, (_, entry) => toUserFlow(entry)),
    groups: mapped(file.groups, toGroup),
    policies: mapped(file.policies, (_, entry) => toPolicy(entry)),
    users: mapped(file.users, toUser),
  };
}

/** The model of these sections with every default; the writer omits what equals a default. */
export function modelOf(sections: object): TenantModel {
  return toModel(tenantSchema.parse(sections));
}

/** `ada` in `ada@contoso.example`: a user's default name. */
export function localPart(address: string): string {
  return address.split("@", 1)[0] ?? "";
}

export function isBuiltIn(attribute: string): boolean {
  return (BUILT_IN_ATTRIBUTES as readonly string[]).includes(attribute);
}

function mapped<In, Out>(entries: Record<string, In> | null, convert: (key: string, entry: In) => Out) {
  const all = Object.entries(entries ?? {}).map(([key, entry]) => [key, convert(key, entry)] as const);
  return Object.fromEntries(all) as Record<string, Out>;
}

function toApp(key: string, entry: Parsed<"apps">): AppEntry {
  const app = entry ?? filled("apps", "App");
  return {
    displayName: app.displayName ?? key,
    publicClient: app.publicClient,
    redirectUris: app.redirectUris ?? [],
    postLogoutRedirectUris: app.postLogoutRedirectUris ?? [],
    permissions: app.permissions ?? [],
    adminConsent: app.adminConsent,
    assignmentRequired: app.assignmentRequired,
    assignedTo: app.assignedTo ?? [],
    groupClaims: app.groupClaims,
    idTokenSignedResponseAlg: app.idTokenSignedResponseAlg,
    grantTypes: app.grantTypes,
    administrativeScopes: app.administrativeScopes,
  };
}

function toApi(key: string, entry: Parsed<"apis">): ApiEntry {
  const api = entry ?? filled("apis", "Api");
  return {
    displayName: api.displayName ?? key,
    identifierUri: api.identifierUri,
    tokenProfile: api.tokenProfile,
    accessTokenSigningAlg: api.accessTokenSigningAlg,
    groupClaims: api.groupClaims,
    scopes: mapped(
      api.scopes,
      (_, { displayName, displayNames, description, consent, enabled }): ScopeEntry => ({
        consent,
        displayName,
        displayNames: displayNames ?? {},
        description: description ?? displayName,
        enabled,
      }),
    ),
    roles: mapped(
      api.roles,
      (_, { displayName, description, assignedTo }): RoleEntry => ({
        displayName,
        description: description ?? displayName,
        assignedTo: assignedTo ?? [],
      }),
    ),
  };
}

function toUserFlow(entry: Parsed<"userFlows">): UserFlowEntry {
  const flow = entry ?? filled("userFlows", "Flow");
  return {
    signIn: flow.signIn ?? [],
    signUp: flow.signUp,
    mfa: flow.mfa === false ? "off" : flow.mfa,
    attributes: (flow.attributes ?? []).map(toAttribute),
    termsOfUse: flow.termsOfUse && { label: flow.termsOfUse.label, url: flow.termsOfUse.url },
    apps: flow.apps ?? [],
  };
}

type ParsedAttribute = NonNullable<NonNullable<Parsed<"userFlows">>["attributes"]>[number];

function toAttribute(entry: ParsedAttribute): AttributeEntry {
  if (typeof entry === "string") {
    return {
      attribute: entry,
      builtIn: true,
      label: "",
      input: "TextBox",
      required: false,
      options: [],
      pattern: undefined,
    };
  }
  const { attribute, label, input, required, options, pattern } = entry;
  return {
    attribute,
    builtIn: isBuiltIn(attribute),
    label: label ?? "",
    input,
    required,
    options: (options ?? []).map((option) =>
      typeof option === "string"
        ? { value: option, label: option }
        : { value: option.value, label: option.label ?? option.value },
    ),
    pattern,
  };
}

function toGroup(key: string, entry: Parsed<"groups">): GroupEntry {
  return {
    displayName: entry?.displayName ?? key,
    description: entry?.description ?? "",
    members: entry?.members ?? [],
  };
}

function toPolicy({ enabled, require, apps, groups, except }: Parsed<"policies">): PolicyEntry {
  return { enabled, require, apps, groups, except: except ?? [] };
}

function toUser(key: string, entry: Parsed<"users">): UserEntry {
  return {
    name: entry?.name ?? localPart(key),
    administrator: entry?.administrator ?? false,
    passwordFrom: entry?.passwordFrom,
  };
}

/** An empty entry (`key:`) with its defaults. */
function filled<Section extends "apps" | "apis" | "userFlows">(section: Section, key: string) {
  return tenantSchema.parse({ [section]: { [key]: {} } })[section]![key] as NonNullable<Parsed<Section>>;
}
