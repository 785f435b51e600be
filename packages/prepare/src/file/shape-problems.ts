import type { z } from "zod";
import type { Findings } from "./findings.ts";
import { at, nameAt } from "./places.ts";
import { membersAt, schemaAt, valueSchemaAt } from "./schema-at.ts";
import { isSecretName } from "./secrets.ts";
import { didYouMean, either, nearest, quoted } from "./words.ts";
import type { Place } from "./yaml-tree.ts";

type Issue = z.core.$ZodIssue;
type Path = PropertyKey[];

const KIND: Record<string, string> = {
  string: "text",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};

/** What does not have the form that tenant-schema.ts describes, in words. */
export function findShapeProblems(tree: Place, issues: readonly Issue[], findings: Findings): void {
  for (const issue of issues) explain(tree, issue, issue.path, findings);
}

function explain(tree: Place, issue: Issue, path: Path, findings: Findings): void {
  const place = at(tree, ...path);
  const parent = at(tree, ...path.slice(0, -1)) ?? tree;
  if (place && place.value === undefined) return;
  switch (issue.code) {
    case "unrecognized_keys":
      for (const key of issue.keys) unknownMember(place ?? tree, key, path, findings);
      return;
    case "invalid_key": {
      const message = issue.issues[0]?.message ?? "cannot be a key here";
      const key = String(path.at(-1));
      findings.add(place ? nameAt(place) : parent.at, `${path[0] === "users" ? "The key" : quoted(key)} ${message}.`);
      // What has a wrong name was not looked into.
      const inside = place && valueSchemaAt(path)?.safeParse(place.value).error;
      for (const mistake of inside?.issues ?? []) explain(tree, mistake, [...path, ...mistake.path], findings);
      return;
    }
    case "invalid_union":
      explainUnion(tree, issue, path, findings);
      return;
    case "invalid_value":
      if (place === undefined) missing(parent, path, findings);
      else wrongWord(place, issue.values.filter((value) => value !== false).map(String), path, findings);
      return;
    case "invalid_type":
      if (place === undefined) missing(parent, path, findings);
      else wrongType(place, issue.expected, path, findings);
      return;
    default:
      findings.add(place?.at ?? parent.at, `${nameOf(path)} ${issue.message}.`, hintFor(path));
  }
}

/** Of the forms that a value can have, the one that this value tries to be. */
function explainUnion(tree: Place, issue: z.core.$ZodIssueInvalidUnion, path: Path, findings: Findings): void {
  const place = at(tree, ...path);
  // An enum's complaint says nothing of the type of what it was given.
  const another = typeof place?.value === "string" ? ["invalid_type"] : ["invalid_type", "invalid_value"];
  const tried = issue.errors.find(
    (errors) => !errors.some((error) => error.path.length === 0 && another.includes(error.code)),
  );
  if (tried) {
    for (const error of tried) explain(tree, error, [...path, ...error.path], findings);
    return;
  }
  if (!place) return;
  const isItem = isIndex(path.at(-1));
  const expected = isItem ? "text or a map" : "all or a list of keys";
  const quotable = isItem && (typeof place.value === "number" || typeof place.value === "boolean");
  const hint = quotable && place.written !== undefined ? `Write it in quotes: ${quoted(place.written)}.` : undefined;
  findings.add(place.at, `${nameOf(path)} has to be ${expected}; ${kindOf(place)}.`, hint);
}

function unknownMember(place: Place, key: string, path: Path, findings: Findings): void {
  const known = membersAt(path);
  const title = schemaAt(path)?.meta()?.title ?? "entry";
  const where = path.length === 0 ? "the file" : `${/^[AEIO]/.test(title) ? "an" : "a"} ${lowered(title)}`;
  const member = place.children.get(key);
  const offset = member ? nameAt(member) : place.at;
  const near = isSecretName(key) ? nearest(key, known) : undefined;
  if (isSecretName(key) && !(near && isSecretName(near))) {
    findings.add(
      offset,
      `${quoted(key)} looks like a secret, and no secret belongs in this file.`,
      "Keep it in the environment of the program that uses it: a user's passwordFrom names the variable. If the file was shared, replace the secret.",
    );
    return;
  }
  findings.add(
    offset,
    () => `${quoted(key)} is unknown in ${where}: expected ${either(known)}.${didYouMean(key, known)}`,
  );
}

function missing(parent: Place, path: Path, findings: Findings): void {
  const member = String(path.at(-1));
  const description = valueSchemaAt(path)?.description;
  const hint = description === undefined ? undefined : `${member}: ${description}`;
  findings.add(nameAt(parent), `${nameOf(path.slice(0, -1))} has no ${member}.`, hint);
}

function wrongWord(place: Place, words: string[], path: Path, findings: Findings): void {
  const expected = words.includes("all") ? "all or a list of keys" : either(words);
  if (typeof place.value !== "string" && typeof place.value !== "boolean") {
    findings.add(place.at, `${nameOf(path)} has to be ${expected}; ${kindOf(place)}.`);
    return;
  }
  const written = String(place.value);
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
  findings.add(
    place.at,
    () => `${subject} is unknown: expected ${expected}.${meant ?? didYouMean(written, words)}`,
    hint,
  );
}

function wrongType(place: Place, expected: string, path: Path, findings: Findings): void {
  const kind = KIND[expected] ?? expected;
  const { value, written } = place;
  const name = nameOf(path);
  if (value === null) {
    const comment = path.at(-1) === "colour" ? " Put it in quotes: # begins a comment." : "";
    findings.add(place.at, `${name} has no value: expected ${kind}.${comment}`);
    return;
  }
  const sentence = `${name} has to be ${kind}; ${kindOf(place)}.`;
  if (expected === "boolean" && typeof value === "string") {
    const meant = /^(?:yes|on|y|true|1)$/i.test(value)
      ? "true"
      : /^(?:no|off|n|false|0)$/i.test(value)
        ? "false"
        : undefined;
    findings.add(place.at, meant === undefined ? sentence : `${sentence} Did you mean ${meant}?`);
  } else if (expected === "string" && written !== undefined && path.at(-1) !== "passwordFrom") {
    findings.add(place.at, sentence, `Write it in quotes: ${quoted(written)}.`);
  } else if (expected === "array") {
    findings.add(place.at, sentence, `Write [ ] around what belongs to it, or each on a line that begins with "- ".`);
  } else {
    const members = membersAt(path);
    findings.add(place.at, sentence, members.length > 0 ? `Expected ${either(members)} below it.` : undefined);
  }
}

function kindOf({ value }: Place): string {
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

/** What stands at the path, as a sentence begins: `redirectUris`, `The app ciam-client-app`, `An item of signIn`. */
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
