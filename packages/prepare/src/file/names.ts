import type { Findings } from "./findings.ts";
import { entriesOf, nameAt, type PlacedText, textsOf } from "./places.ts";
import { didYouMean, quoted } from "./words.ts";
import type { Place } from "./yaml-tree.ts";

/** What one file names, and where. */
export interface Names {
  apps: Map<string, Place>;
  apis: Map<string, Place>;
  userFlows: Map<string, Place>;
  groups: Map<string, Place>;
  users: Map<string, Place>;
}

export function namesOf(tree: Place): Names {
  const section = (name: string) => new Map(entriesOf(tree.children.get(name)));
  return {
    apps: section("apps"),
    apis: section("apis"),
    userFlows: section("userFlows"),
    groups: section("groups"),
    users: section("users"),
  };
}

/** Each of a list has to name one of these; a name that is there twice is told as well. */
export function checkReferences(
  list: Place | undefined,
  what: string,
  known: ReadonlyMap<string, Place>,
  findings: Findings,
): void {
  for (const { text, at } of checkedForTwice(textsOf(list), findings)) {
    if (known.has(text)) continue;
    findings.add(at, () => unknownReference(text, what, known));
  }
}

/** Groups by their keys, people by their addresses. */
export function checkAssigned(list: Place | undefined, names: Names, findings: Findings): void {
  for (const { text, at } of checkedForTwice(textsOf(list), findings)) {
    if (names.groups.has(text) || names.users.has(text)) continue;
    findings.add(at, () =>
      text.includes("@")
        ? unknownReference(text, "user", names.users)
        : unknownReference(text, "group", names.groups, names.users),
    );
  }
}

function unknownReference(text: string, what: string, known: ReadonlyMap<string, Place>, others?: Map<string, Place>) {
  const some = known.size > 0 ? `expected a key of ${what}s` : `${what}s has none`;
  const guess = didYouMean(text, [...known.keys(), ...(others?.keys() ?? [])]);
  return `The file has no ${what} ${quoted(text)}: ${some}.${guess}`;
}

/** Tells what is in the list a second time, and gives each but once. */
export function checkedForTwice(texts: PlacedText[], findings: Findings): PlacedText[] {
  const seen = new Set<string>();
  return texts.filter(({ text, at }) => {
    if (seen.has(text)) findings.add(at, `${quoted(text)} is in this list already.`);
    return seen.size < seen.add(text).size;
  });
}

/** Graph finds names whatever their case, so two that differ in nothing else are one. */
export function checkCase(entries: Iterable<[string, Place]>, what: string, findings: Findings): void {
  const seen = new Map<string, string>();
  for (const [key, place] of entries) {
    const first = seen.get(key.toLowerCase());
    if (first === undefined) seen.set(key.toLowerCase(), key);
    else
      findings.add(
        nameAt(place),
        `The ${what}s ${quoted(first)} and ${quoted(key)} differ only in case: they would be one.`,
      );
  }
}
