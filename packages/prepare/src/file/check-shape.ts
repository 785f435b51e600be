import { z } from "zod";
import { type Diagnostics, didYouMean, either, nearest, quoted } from "./diagnostics.ts";
import { isSecretName } from "./secrets.ts";
import { childAt, nameOffset, type SourceNode } from "./source-node.ts";
import { tenantSchema } from "./tenant-schema.ts";

type Issue = z.core.$ZodIssue;
type Path = PropertyKey[];

const KIND: Record<string, string> = {
  string: "text",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};

/** Reports what does not match tenant-schema.ts. */
export function checkShape(tree: SourceNode, issues: readonly Issue[], diagnostics: Diagnostics): void {
  for (const issue of issues) explain(tree, issue, issue.path, diagnostics);
}

function explain(tree: SourceNode, issue: Issue, path: Path, diagnostics: Diagnostics): void {
  const node = childAt(tree, ...path);
  const parent = childAt(tree, ...path.slice(0, -1)) ?? tree;
  if (node && node.value === undefined) return;
  switch (issue.code) {
    case "unrecognized_keys":
      for (const key of issue.keys) unknownMember(node ?? tree, key, path, diagnostics);
      return;
    case "invalid_key": {
      const message = issue.issues[0]?.message ?? "cannot be a key here";
      const key = String(path.at(-1));
      diagnostics.add(
        node ? nameOffset(node) : parent.offset,
        `${path[0] === "users" ? "The key" : quoted(key)} ${message}.`,
      );
      // What has a wrong name was not looked into.
      const inside = node && valueSchemaAt(path)?.safeParse(node.value).error;
      for (const mistake of inside?.issues ?? []) explain(tree, mistake, [...path, ...mistake.path], diagnostics);
      return;
    }
    case "invalid_union":
      explainUnion(tree, issue, path, diagnostics);
      return;
    case "invalid_value":
      if (node === undefined) missing(parent, path, diagnostics);
      else wrongValue(node, issue.values.filter((value) => value !== false).map(String), path, diagnostics);
      return;
    case "invalid_type":
      if (node === undefined) missing(parent, path, diagnostics);
      else wrongType(node, issue.expected, path, diagnostics);
      return;
    default:
      diagnostics.add(node?.offset ?? parent.offset, `${nameOf(path)} ${issue.message}.`, hintFor(path));
  }
}

/** Reports the errors of the union member that the value most likely is meant to be. */
function explainUnion(
  tree: SourceNode,
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  diagnostics: Diagnostics,
): void {
  const node = childAt(tree, ...path);
  // An enum's complaint says nothing of the type of what it was given.
  const another = typeof node?.value === "string" ? ["invalid_type"] : ["invalid_type", "invalid_value"];
  const tried = issue.errors.find(
    (errors) => !errors.some((error) => error.path.length === 0 && another.includes(error.code)),
  );
  if (tried) {
    for (const error of tried) explain(tree, error, [...path, ...error.path], diagnostics);
    return;
  }
  if (!node) return;
  const isItem = isIndex(path.at(-1));
  const expected = isItem ? "text or a map" : "all or a list of keys";
  const quotable = isItem && (typeof node.value === "number" || typeof node.value === "boolean");
  const hint = quotable && node.source !== undefined ? `Write it in quotes: ${quoted(node.source)}.` : undefined;
  diagnostics.add(node.offset, `${nameOf(path)} has to be ${expected}; ${kindOf(node)}.`, hint);
}

function unknownMember(node: SourceNode, key: string, path: Path, diagnostics: Diagnostics): void {
  const known = membersAt(path);
  const title = schemaAt(path)?.meta()?.title ?? "entry";
  const where = path.length === 0 ? "the file" : `${/^[AEIO]/.test(title) ? "an" : "a"} ${lowered(title)}`;
  const member = node.children.get(key);
  const offset = member ? nameOffset(member) : node.offset;
  const near = isSecretName(key) ? nearest(key, known) : undefined;
  if (isSecretName(key) && !(near && isSecretName(near))) {
    diagnostics.add(
      offset,
      `${quoted(key)} looks like a secret, and no secret belongs in this file.`,
      "Keep it in the environment of the program that uses it: a user's passwordFrom names the variable. If the file was shared, replace the secret.",
    );
    return;
  }
  diagnostics.add(
    offset,
    () => `${quoted(key)} is unknown in ${where}: expected ${either(known)}.${didYouMean(key, known)}`,
  );
}

function missing(parent: SourceNode, path: Path, diagnostics: Diagnostics): void {
  const member = String(path.at(-1));
  const description = valueSchemaAt(path)?.description;
  const hint = description === undefined ? undefined : `${member}: ${description}`;
  diagnostics.add(nameOffset(parent), `${nameOf(path.slice(0, -1))} has no ${member}.`, hint);
}

function wrongValue(node: SourceNode, words: string[], path: Path, diagnostics: Diagnostics): void {
  const expected = words.includes("all") ? "all or a list of keys" : either(words);
  if (typeof node.value !== "string" && typeof node.value !== "boolean") {
    diagnostics.add(node.offset, `${nameOf(path)} has to be ${expected}; ${kindOf(node)}.`);
    return;
  }
  const written = String(node.value);
  const isItem = isIndex(path.at(-1));
  // What `on`, `yes` and `true` mean where the words are off and required.
  const meant = words.includes("off") && /^(?:on|yes|true)$/i.test(written) ? " Did you mean required?" : undefined;
  const subject = isItem
    ? `${quoted(written)}, in ${nameOf(path.slice(0, -1))},`
    : `${nameOf(path)} ${quoted(written)}`;
  const hint =
    path.at(-2) === "attributes"
      ? "An attribute of its own is written as a map: { attribute: loyaltyNumber, label: Loyalty number }."
      : undefined;
  diagnostics.add(
    node.offset,
    () => `${subject} is unknown: expected ${expected}.${meant ?? didYouMean(written, words)}`,
    hint,
  );
}

function wrongType(node: SourceNode, expected: string, path: Path, diagnostics: Diagnostics): void {
  const kind = KIND[expected] ?? expected;
  const { value, source } = node;
  const name = nameOf(path);
  if (value === null) {
    const comment = path.at(-1) === "colour" ? " Put it in quotes: # begins a comment." : "";
    diagnostics.add(node.offset, `${name} has no value: expected ${kind}.${comment}`);
    return;
  }
  const sentence = `${name} has to be ${kind}; ${kindOf(node)}.`;
  if (expected === "boolean" && typeof value === "string") {
    const meant = /^(?:yes|on|y|true|1)$/i.test(value)
      ? "true"
      : /^(?:no|off|n|false|0)$/i.test(value)
        ? "false"
        : undefined;
    diagnostics.add(node.offset, meant === undefined ? sentence : `${sentence} Did you mean ${meant}?`);
  } else if (expected === "string" && source !== undefined && path.at(-1) !== "passwordFrom") {
    diagnostics.add(node.offset, sentence, `Write it in quotes: ${quoted(source)}.`);
  } else if (expected === "array") {
    diagnostics.add(
      node.offset,
      sentence,
      `Write [ ] around what belongs to it, or each on a line that begins with "- ".`,
    );
  } else {
    const members = membersAt(path);
    diagnostics.add(node.offset, sentence, members.length > 0 ? `Expected ${either(members)} below it.` : undefined);
  }
}

function kindOf({ value }: SourceNode): string {
  if (value === null) return "this is empty";
  if (Array.isArray(value)) return "this is a list";
  if (typeof value === "object") return "this is a map";
  return typeof value === "string"
    ? "this is text"
    : `this is ${typeof value === "number" || typeof value === "bigint" ? "a number" : "true or false"}`;
}

const SINGULAR: Record<string, string> = {
  apps: "The app",
  apis: "The API",
  userFlows: "The user flow",
  groups: "The group",
  policies: "The policy",
  users: "The user",
  scopes: "The scope",
  roles: "The role",
};

/** The value at the path as the start of a sentence: `redirectUris`, `The app ciam-client-app`, `An item of signIn`. */
function nameOf(path: Path): string {
  const last = path.at(-1);
  const above = path.at(-2);
  if (last === undefined) return "The file";
  if (isIndex(last)) return `An item of ${String(above)}`;
  const isEntry =
    (path.length === 2 || path.length === 4) && typeof above === "string" && Object.hasOwn(SINGULAR, above);
  return isEntry ? `${SINGULAR[above]} ${quoted(String(last))}` : String(last);
}

function hintFor(path: Path): string | undefined {
  if (path.at(-1) !== "passwordFrom") return undefined;
  return "If this is the password itself, take it out, put it into a variable of your environment, and write that variable's name; replace it if the file was shared.";
}

const isIndex = (step: PropertyKey | undefined) => typeof step === "number";
const lowered = (title: string) => (/^[A-Z]{2}/.test(title) ? title : title.charAt(0).toLowerCase() + title.slice(1));

type Schema = z.ZodType | undefined;

/** The part of the schema that describes the path; of a union, the member that is an object. */
function schemaAt(path: readonly PropertyKey[]): Schema {
  return unwrapped(valueSchemaAt(path));
}

/** The same, including what it says about an empty or missing value. */
function valueSchemaAt(path: readonly PropertyKey[]): Schema {
  let schema: Schema = tenantSchema;
  for (const step of path) {
    const inner = unwrapped(schema);
    if (inner instanceof z.ZodObject) schema = inner.shape[String(step)] as Schema;
    else if (inner instanceof z.ZodRecord) schema = inner.valueType as Schema;
    else if (inner instanceof z.ZodArray) schema = inner.element as Schema;
    else return undefined;
  }
  return schema;
}

/** Names of the members that the value at the path can have; none where it is not an object. */
function membersAt(path: readonly PropertyKey[]): string[] {
  const schema = schemaAt(path);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function unwrapped(schema: Schema): Schema {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return unwrapped(schema.unwrap() as Schema);
  }
  if (!(schema instanceof z.ZodUnion)) return schema;
  return schema.options.map((option) => unwrapped(option as Schema)).find((option) => option instanceof z.ZodObject);
}
