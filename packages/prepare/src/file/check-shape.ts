import { z } from "zod";
import { type Diagnostics, didYouMean, either, nearest, quoted } from "./diagnostics.ts";
import type { FileForm } from "./form.ts";
import { isSecretName } from "./secrets.ts";
import { childAt, nameOffset, type SourceNode } from "./source-node.ts";

type Issue = z.core.$ZodIssue;
type Path = PropertyKey[];

const KIND: Record<string, string> = {
  string: "text",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};

/** A file that is being checked. */
interface Checked {
  form: FileForm;
  tree: SourceNode;
  diagnostics: Diagnostics;
}

/** Reports what does not match the form's schema. */
export function checkShape(file: Checked, issues: readonly Issue[]): void {
  for (const issue of issues) explain(file, issue, issue.path);
}

function explain(file: Checked, issue: Issue, path: Path): void {
  const { form, tree, diagnostics } = file;
  const node = childAt(tree, ...path);
  const parent = childAt(tree, ...path.slice(0, -1)) ?? tree;
  if (node && node.value === undefined) return;
  switch (issue.code) {
    case "unrecognized_keys":
      for (const key of issue.keys) unknownMember(file, node ?? tree, key, path);
      return;
    case "invalid_key": {
      const message = issue.issues[0]?.message ?? "cannot be a key here";
      const key = String(path.at(-1));
      diagnostics.add(
        node ? nameOffset(node) : parent.offset,
        `${path[0] === "users" ? "The key" : quoted(key)} ${message}.`,
      );
      // The content of an entry with a wrong name was not checked.
      const inside = node && valueSchemaAt(form.schema, path)?.safeParse(node.value).error;
      for (const mistake of inside?.issues ?? []) explain(file, mistake, [...path, ...mistake.path]);
      return;
    }
    case "invalid_union":
      explainUnion(file, issue, path);
      return;
    case "invalid_value":
      if (node === undefined) missing(file, parent, path);
      else wrongValue(file, node, issue.values.filter((value) => value !== false).map(String), path);
      return;
    case "invalid_type":
      if (node === undefined) missing(file, parent, path);
      else wrongType(file, node, issue.expected, path);
      return;
    default:
      diagnostics.add(node?.offset ?? parent.offset, `${nameOf(form, path)} ${issue.message}.`, form.hintFor(path));
  }
}

/** Reports the errors of the union member that the value is most likely meant to be. */
function explainUnion(file: Checked, issue: z.core.$ZodIssueInvalidUnion, path: Path): void {
  const { form, tree, diagnostics } = file;
  const node = childAt(tree, ...path);
  // An enum's error says nothing about the expected type.
  const another = typeof node?.value === "string" ? ["invalid_type"] : ["invalid_type", "invalid_value"];
  const tried = issue.errors.find(
    (errors) => !errors.some((error) => error.path.length === 0 && another.includes(error.code)),
  );
  if (tried) {
    for (const error of tried) explain(file, error, [...path, ...error.path]);
    return;
  }
  if (!node) return;
  const isItem = isIndex(path.at(-1));
  const expected = isItem ? "text or a map" : "all or a list of keys";
  const quotable = isItem && (typeof node.value === "number" || typeof node.value === "boolean");
  const hint = quotable && node.source !== undefined ? `Write it in quotes: ${quoted(node.source)}.` : undefined;
  diagnostics.add(node.offset, `${nameOf(form, path)} must be ${expected}; ${kindOf(node)}.`, hint);
}

function unknownMember({ form, diagnostics }: Checked, node: SourceNode, key: string, path: Path): void {
  const known = membersAt(form.schema, path);
  const title = schemaAt(form.schema, path)?.meta()?.title ?? "entry";
  const where = path.length === 0 ? "the file" : `${/^[AEIO]/.test(title) ? "an" : "a"} ${lowered(title)}`;
  const member = node.children.get(key);
  const offset = member ? nameOffset(member) : node.offset;
  const near = isSecretName(key) ? nearest(key, known) : undefined;
  if (isSecretName(key) && !(near && isSecretName(near))) {
    diagnostics.add(
      offset,
      `${quoted(key)} looks like a secret. This file must not contain secrets.`,
      `${form.secretHint} If the file was shared, replace the secret.`,
    );
    return;
  }
  diagnostics.add(
    offset,
    () => `Unknown key ${quoted(key)} in ${where}: expected ${either(known)}.${didYouMean(key, known)}`,
  );
}

function missing({ form, diagnostics }: Checked, parent: SourceNode, path: Path): void {
  const member = String(path.at(-1));
  const description = valueSchemaAt(form.schema, path)?.description;
  const hint = description === undefined ? undefined : `${member}: ${description}`;
  diagnostics.add(nameOffset(parent), `${nameOf(form, path.slice(0, -1))} has no ${member}.`, hint);
}

function wrongValue({ form, diagnostics }: Checked, node: SourceNode, words: string[], path: Path): void {
  const expected = words.includes("all") ? "all or a list of keys" : either(words);
  if (typeof node.value !== "string" && typeof node.value !== "boolean") {
    diagnostics.add(node.offset, `${nameOf(form, path)} must be ${expected}; ${kindOf(node)}.`);
    return;
  }
  const written = String(node.value);
  const isItem = isIndex(path.at(-1));
  // The meaning of `on`, `yes` and `true` where the words are off and required.
  const meant = words.includes("off") && /^(?:on|yes|true)$/i.test(written) ? " Did you mean required?" : undefined;
  const subject = isItem
    ? `${quoted(written)}, in ${nameOf(form, path.slice(0, -1))},`
    : `${nameOf(form, path)} ${quoted(written)}`;
  diagnostics.add(
    node.offset,
    () => `${subject} is not valid: expected ${expected}.${meant ?? didYouMean(written, words)}`,
    form.hintFor(path),
  );
}

function wrongType({ form, diagnostics }: Checked, node: SourceNode, expected: string, path: Path): void {
  const kind = KIND[expected] ?? expected;
  const { value, source } = node;
  const name = nameOf(form, path);
  if (value === null) {
    const comment = path.at(-1) === "colour" ? " Put it in quotes: # begins a comment." : "";
    diagnostics.add(node.offset, `${name} has no value: expected ${kind}.${comment}`);
    return;
  }
  const sentence = `${name} must be ${kind}; ${kindOf(node)}.`;
  if (expected === "boolean" && typeof value === "string") {
    const meant = /^(?:yes|on|y|true|1)$/i.test(value)
      ? "true"
      : /^(?:no|off|n|false|0)$/i.test(value)
        ? "false"
        : undefined;
    diagnostics.add(node.offset, meant === undefined ? sentence : `${sentence} Did you mean ${meant}?`);
  } else if (expected === "string" && source !== undefined && !isSecretName(String(path.at(-1)))) {
    diagnostics.add(node.offset, sentence, form.hintFor(path) ?? `Write it in quotes: ${quoted(source)}.`);
  } else if (expected === "array") {
    diagnostics.add(node.offset, sentence, `Put the items in [ ], or each on its own line that begins with "- ".`);
  } else {
    const members = membersAt(form.schema, path);
    const below = members.length > 0 ? `Expected ${either(members)} below it.` : undefined;
    diagnostics.add(node.offset, sentence, form.hintFor(path) ?? below);
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

/** The value at the path as the start of a sentence: `redirectUris`, `The app ciam-client-app`, `An item of signIn`. */
function nameOf({ entries }: FileForm, path: Path): string {
  const last = path.at(-1);
  const above = path.at(-2);
  if (last === undefined) return "The file";
  if (isIndex(last)) return `An item of ${String(above)}`;
  const isEntry =
    (path.length === 2 || path.length === 4) && typeof above === "string" && Object.hasOwn(entries, above);
  return isEntry ? `${entries[above]} ${quoted(String(last))}` : String(last);
}

const isIndex = (step: PropertyKey | undefined) => typeof step === "number";
const lowered = (title: string) => (/^[A-Z]{2}/.test(title) ? title : title.charAt(0).toLowerCase() + title.slice(1));

type Schema = z.ZodType | undefined;

/** The part of the schema for the path; of a union, the member that is an object. */
function schemaAt(root: z.ZodType, path: readonly PropertyKey[]): Schema {
  return unwrapped(valueSchemaAt(root, path));
}

/** The same, with its rules for an empty or missing value. */
function valueSchemaAt(root: z.ZodType, path: readonly PropertyKey[]): Schema {
  let schema: Schema = root;
  for (const step of path) {
    const inner = unwrapped(schema);
    if (inner instanceof z.ZodObject) schema = inner.shape[String(step)] as Schema;
    else if (inner instanceof z.ZodRecord) schema = inner.valueType as Schema;
    else if (inner instanceof z.ZodArray) schema = inner.element as Schema;
    else return undefined;
  }
  return schema;
}

/** The member names that the value at the path can have; an empty list if it is not an object. */
function membersAt(root: z.ZodType, path: readonly PropertyKey[]): string[] {
  const schema = schemaAt(root, path);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function unwrapped(schema: Schema): Schema {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return unwrapped(schema.unwrap() as Schema);
  }
  if (!(schema instanceof z.ZodUnion)) return schema;
  return schema.options.map((option) => unwrapped(option as Schema)).find((option) => option instanceof z.ZodObject);
}
