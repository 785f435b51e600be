import { Document, isMap, isPair, isScalar, isSeq, type Node, Scalar, visit, type YAMLMap, type YAMLSeq } from "yaml";
import type { AttributeEntry, TenantModel, UserFlowEntry } from "./model.ts";
import { modelOf } from "./to-model.ts";

const HEADER = `\
# yaml-language-server: $schema=./node_modules/@doorcode/prepare/tenant.schema.json

# A tenant in one file: doorcode prepare --file doorcode.tenant.yaml --to URL|entra
# What is left out is as the schema says by default. No secret belongs in here.
`;

/** Columns; a list or map of scalars that fits is written on one line. */
const WIDTH = 100;

type Plain = Record<string, unknown>;

/**
 * The file for a model, in the order of the model, without what is as it is by default. Reading it gives an equal model,
 * and writing that gives the same text.
 */
export function writeTenantFile(model: TenantModel): string {
  const sections = {
    tenant: present(model.tenant),
    apps: mapped(model.apps, (key, app) => without(app, modelOf({ apps: { [key]: null } }).apps[key])),
    apis: mapped(model.apis, (key, { scopes, roles, ...api }) => ({
      ...without(api, modelOf({ apis: { [key]: null } }).apis[key]),
      ...filled({
        scopes: mapped(scopes, (name, scope) => {
          const least = { displayName: scope.displayName };
          const start = modelOf({ apis: { [key]: { scopes: { [name]: least } } } }).apis[key]?.scopes[name];
          return { ...least, ...without(scope, start) };
        }),
        roles: mapped(roles, (name, role) => {
          const least = { displayName: role.displayName };
          const start = modelOf({ apis: { [key]: { roles: { [name]: least } } } }).apis[key]?.roles[name];
          return { ...least, ...without(role, start) };
        }),
      }),
    })),
    userFlows: mapped(model.userFlows, plainUserFlow),
    groups: mapped(model.groups, (key, group) => without(group, modelOf({ groups: { [key]: null } }).groups[key])),
    policies: mapped(model.policies, (key, policy) => {
      const least = { require: policy.require };
      return { ...least, ...without(policy, modelOf({ policies: { [key]: least } }).policies[key]) };
    }),
    users: mapped(model.users, (key, user) => without(user, modelOf({ users: { [key]: null } }).users[key])),
  };
  return `${HEADER}\n${toYaml(filled(sections))}`;
}

function plainUserFlow(key: string, flow: UserFlowEntry): Plain {
  const start = modelOf({ userFlows: { [key]: null } }).userFlows[key];
  const written = without(flow, start);
  if (written.attributes !== undefined) written.attributes = flow.attributes.map(plainAttribute);
  if (flow.termsOfUse) written.termsOfUse = present(flow.termsOfUse);
  return written;
}

function plainAttribute(entry: AttributeEntry): string | Plain {
  const { builtIn, attribute, options, label, ...rest } = entry;
  const [start] = modelOf({ userFlows: { any: { attributes: ["city"] } } }).userFlows.any?.attributes ?? [];
  const members = {
    ...(label === "" ? {} : { label }),
    ...without(rest, start),
    ...(options.length === 0 ? {} : { options: options.map(plainOption) }),
  };
  return builtIn && Object.keys(members).length === 0 ? attribute : { attribute, ...members };
}

function plainOption(option: { value: string; label: string }): string | Plain {
  return option.value === option.label ? option.value : { value: option.value, label: option.label };
}

/** The members that differ from what is there by default. */
function without(entry: object, defaults: object | undefined): Plain {
  const start = (defaults ?? {}) as Plain;
  const differs = ([name, value]: [string, unknown]) => JSON.stringify(value) !== JSON.stringify(start[name]);
  return Object.fromEntries(Object.entries(entry).filter(differs));
}

/** The members that have a value. */
function present(entry: object): Plain {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

/** The members that have something in them. */
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
      // The sections, and the entries of each, are read one below the other.
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
      if (typeof node.value !== "string") return;
      if (node.value.includes("\n")) node.type = Scalar.BLOCK_LITERAL;
      // A pattern reads better without every backslash doubled.
      else if (node.value.includes("\\")) node.type = Scalar.QUOTE_SINGLE;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** `[a, b]` beside `{ a: b }`; the library pads both or neither. */
function padOnlyMaps(node: YAMLMap | YAMLSeq): void {
  const inherited = node.toString;
  const flowCollectionPadding = isMap(node) ? " " : "";
  node.toString = (context, ...rest) => inherited.call(node, context && { ...context, flowCollectionPadding }, ...rest);
}

/** Characters that it takes on one line, about. */
function lengthOf(node: Node | null | unknown): number {
  if (isScalar(node)) return String(node.value).length + 2;
  if (isPair(node)) return lengthOf(node.key) + lengthOf(node.value) + 2;
  if (isMap(node) || isSeq(node)) return node.items.reduce((sum: number, item) => sum + lengthOf(item) + 2, 4);
  return 0;
}

/** What may stand within brackets: a word, in a map a list of words, in a list a map of words. */
function isSmall(item: unknown): boolean {
  if (isPair(item)) return isWord(item.value) || (isSeq(item.value) && item.value.items.every(isWord));
  return isWord(item) || (isMap(item) && item.items.every(({ value }) => isWord(value)));
}

function isWord(node: unknown): boolean {
  return isScalar(node) && !String(node.value).includes("\n");
}
