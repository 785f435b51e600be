import { Document, isMap, isPair, isScalar, isSeq, type Node, Scalar, visit, type YAMLMap, type YAMLSeq } from "yaml";
import type { ApiEntry, AttributeEntry, RoleEntry, ScopeEntry, TenantModel, UserFlowEntry } from "./model.ts";
import { localPart, modelOf } from "./to-model.ts";

const HEADER = `\
# yaml-language-server: $schema=./node_modules/doorcode/schema/tenant.schema.json

# A tenant in one file: doorcode prepare --file doorcode.tenant.yaml --to URL|entra
# Omitted values have the defaults that the schema lists. Never put a secret in here.
`;

/** Columns. A list or map of scalars that fits is written on one line. */
const WIDTH = 100;

type Plain = Record<string, unknown>;

/** Empty entries: the writer omits their defaults. Defaults that depend on the key are added below. */
const least = { displayName: "key" };
const empty = modelOf({
  apps: { key: null },
  apis: { key: { scopes: { key: least }, roles: { key: least } } },
  userFlows: { key: { attributes: ["city"] } },
  groups: { key: null },
  policies: { key: { require: "mfa" } },
  users: { "key@key.example": null },
});

/**
 * Returns the file for a model, in the order of the model, without defaults. Reading it gives an equal model, and
 * writing that one gives the same text. An invalid model is written unchanged: reading it reports the errors.
 * @example
 * ```ts
 * import { readTenantFile, writeTenantFile } from "@doorcode/prepare";
 *
 * const model = readTenantFile("apps:\n  my-app:\n", "doorcode.tenant.yaml");
 * model.apps["my-app"]!.displayName = "My app";
 * console.log(writeTenantFile(model));
 * ```
 */
export function writeTenantFile(model: TenantModel): string {
  const { name, domain, colour, signUp, accountUserFlow, lifetimes } = model.tenant;
  const sections = {
    tenant: present({
      ...{ name, domain, colour, signUp, accountUserFlow },
      lifetimes: lifetimes && present({ ...lifetimes }),
    }),
    apps: mapped(model.apps, (key, app) => without(app, { ...empty.apps.key, displayName: key })),
    apis: mapped(model.apis, plainApi),
    userFlows: mapped(model.userFlows, (_, flow) => plainUserFlow(flow)),
    groups: mapped(model.groups, (key, group) => without(group, { ...empty.groups.key, displayName: key })),
    policies: mapped(model.policies, (_, policy) => ({
      require: policy.require,
      ...without(policy, { ...empty.policies.key, require: policy.require }),
    })),
    users: mapped(model.users, (key, user) =>
      without(user, { ...empty.users["key@key.example"], name: localPart(key) }),
    ),
  };
  return `${HEADER}\n${toYaml(filled(sections))}`;
}

function plainApi(key: string, api: ApiEntry): Plain {
  const { scopes, roles, ...defaults } = empty.apis.key!;
  const permission = (entry: ScopeEntry | RoleEntry, start: object | undefined) => {
    const { displayName } = entry;
    return { displayName, ...without(entry, { ...start, displayName, description: displayName }) };
  };
  return {
    ...without(api, { ...defaults, displayName: key }),
    ...filled({
      scopes: mapped(api.scopes, (_, scope) => permission(scope, scopes.key)),
      roles: mapped(api.roles, (_, role) => permission(role, roles.key)),
    }),
  };
}

function plainUserFlow(flow: UserFlowEntry): Plain {
  const { attributes, ...defaults } = empty.userFlows.key!;
  const { apps, termsOfUse, ...start } = defaults;
  return {
    ...without(flow, start),
    ...(flow.attributes.length === 0
      ? {}
      : { attributes: flow.attributes.map((each) => plainAttribute(each, attributes[0])) }),
    ...(flow.termsOfUse && { termsOfUse: present({ label: flow.termsOfUse.label, url: flow.termsOfUse.url }) }),
    ...without(flow, { apps }),
  };
}

function plainAttribute(entry: AttributeEntry, start: AttributeEntry | undefined): string | Plain {
  const { builtIn, attribute, options, ...rest } = entry;
  const members = {
    ...without(rest, start),
    ...(options.length === 0 ? {} : { options: options.map(plainOption) }),
  };
  return builtIn && Object.keys(members).length === 0 ? attribute : { attribute, ...members };
}

function plainOption(option: { value: string; label: string }): string | Plain {
  return option.value === option.label ? option.value : { value: option.value, label: option.label };
}

/** The members that differ from the defaults, in the order of the model. */
function without(entry: object, defaults: object | undefined): Plain {
  const start = (defaults ?? {}) as Plain;
  const written = entry as Plain;
  const differing = Object.keys(start).filter(
    (name) => Object.hasOwn(written, name) && JSON.stringify(written[name]) !== JSON.stringify(start[name]),
  );
  return Object.fromEntries(differing.map((name) => [name, written[name]]));
}

/** The members that have a value. */
function present(entry: object): Plain {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

/** The members that are not empty. */
function filled(sections: Record<string, Plain>): Plain {
  return Object.fromEntries(Object.entries(sections).filter(([, entries]) => Object.keys(entries).length > 0));
}

function mapped<T>(entries: Record<string, T>, convert: (key: string, entry: T) => Plain): Plain {
  return Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, convert(key, entry)]));
}

function toYaml(content: Plain): string {
  const document = new Document(content, { version: "1.2", schema: "core", aliasDuplicateObjects: false });
  visit(document, {
    Collection(_, node, path) {
      padOnlyMaps(node);
      const short = lengthOf(node) + 2 * path.length <= WIDTH && node.items.every(isSmall);
      // The sections, and the entries of each, are written one below the other.
      const isSection = path.length < 4;
      node.flow = node.items.length === 0 || (short && !isSection);
    },
    Pair(_, pair, path) {
      // A blank line before each section.
      if (path.length === 2 && isScalar(pair.key) && document.contents && isMap(document.contents)) {
        pair.key.spaceBefore = document.contents.items[0] !== pair;
      }
    },
    Scalar(_, node) {
      if (typeof node.value === "string") node.type = styleOf(node.value);
    },
  });
  const text = document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.POSITIVE_INFINITY });
  return text.replace(INVISIBLE, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Control and direction characters, which any text of a tenant may contain. */
const INVISIBLE = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Undefined if the library decides whether quotes are needed. */
function styleOf(text: string): Scalar.Type | undefined {
  // The only style that can escape them.
  if (text.search(INVISIBLE) !== -1) return Scalar.QUOTE_DOUBLE;
  if (text.includes("\n")) {
    // Trailing spaces and empty last lines do not survive every editor.
    return /(?:^|\n)\s|\s(?:\n|$)/.test(text) ? Scalar.QUOTE_DOUBLE : Scalar.BLOCK_LITERAL;
  }
  // A pattern reads better without every backslash doubled.
  return text.includes("\\") ? Scalar.QUOTE_SINGLE : undefined;
}

/** `[a, b]` next to `{ a: b }`; the library pads both or neither. */
function padOnlyMaps(node: YAMLMap | YAMLSeq): void {
  const inherited = node.toString;
  const flowCollectionPadding = isMap(node) ? " " : "";
  node.toString = (context, ...rest) => inherited.call(node, context && { ...context, flowCollectionPadding }, ...rest);
}

/** Approximate number of characters on one line. */
function lengthOf(node: Node | null | unknown): number {
  if (isScalar(node)) return String(node.value).length + 2;
  if (isPair(node)) return lengthOf(node.key) + lengthOf(node.value) + 2;
  if (isMap(node) || isSeq(node)) return node.items.reduce((sum: number, item) => sum + lengthOf(item) + 2, 4);
  return 0;
}

/** Whether an item may be written inside brackets: a scalar, a list of scalars in a map, a map of scalars in a list. */
function isSmall(item: unknown): boolean {
  if (isPair(item)) return isShortScalar(item.value) || (isSeq(item.value) && item.value.items.every(isShortScalar));
  return isShortScalar(item) || (isMap(item) && item.items.every(({ value }) => isShortScalar(value)));
}

function isShortScalar(node: unknown): boolean {
  return isScalar(node) && !String(node.value).includes("\n");
}
