import { didYouMean, type ProblemList, quoted } from "./diagnostics.ts";
import { childAt, entriesOf, nameOffset, type SourceNode, type SourceText, textsOf } from "./source-node.ts";

/** The keys of each section, with their entries. */
export interface Names {
  apps: Map<string, SourceNode>;
  apis: Map<string, SourceNode>;
  userFlows: Map<string, SourceNode>;
  groups: Map<string, SourceNode>;
  users: Map<string, SourceNode>;
}

export function namesOf(tree: SourceNode): Names {
  const section = (name: string) => new Map(entriesOf(tree.children.get(name)));
  return {
    apps: section("apps"),
    apis: section("apis"),
    userFlows: section("userFlows"),
    groups: section("groups"),
    users: section("users"),
  };
}

/** Reports list items that are not among the `known` keys, and duplicates. */
export function checkReferences(
  list: SourceNode | undefined,
  what: string,
  known: ReadonlyMap<string, SourceNode>,
  diagnostics: ProblemList,
): void {
  for (const { text, offset } of withoutDuplicates(textsOf(list), diagnostics)) {
    if (known.has(text)) continue;
    diagnostics.add(offset, () => unknownReference(text, what, known));
  }
}

/** The same for a list of group keys and user addresses. */
export function checkAssigned(list: SourceNode | undefined, names: Names, diagnostics: ProblemList): void {
  for (const { text, offset } of withoutDuplicates(textsOf(list), diagnostics)) {
    if (names.groups.has(text) || names.users.has(text)) continue;
    diagnostics.add(offset, () =>
      text.includes("@")
        ? unknownReference(text, "user", names.users)
        : unknownReference(text, "group", names.groups, names.users),
    );
  }
}

export function unknownReference(
  text: string,
  what: string,
  known: ReadonlyMap<string, SourceNode>,
  others?: Map<string, SourceNode>,
) {
  const some = known.size > 0 ? `expected a key of ${what}s` : `${what}s has none`;
  const guess = didYouMean(text, [...known.keys(), ...(others?.keys() ?? [])]);
  return `Unknown ${what} ${quoted(text)}: ${some}.${guess}`;
}

/** Reports duplicates in a list, and returns each item once. */
export function withoutDuplicates(texts: SourceText[], diagnostics: ProblemList): SourceText[] {
  const seen = new Set<string>();
  return texts.filter(({ text, offset }) => {
    if (seen.has(text)) diagnostics.add(offset, `${quoted(text)} is already in this list.`);
    return seen.size < seen.add(text).size;
  });
}

/** Reports keys that differ only in case: Graph ignores the case of names. */
export function checkCase(entries: Iterable<[string, SourceNode]>, what: string, diagnostics: ProblemList): void {
  const seen = new Map<string, string>();
  for (const [key, node] of entries) {
    const first = seen.get(key.toLowerCase());
    if (first === undefined) seen.set(key.toLowerCase(), key);
    else
      diagnostics.add(
        nameOffset(node),
        `The ${what}s ${quoted(first)} and ${quoted(key)} differ only in case, which Graph ignores.`,
      );
  }
}

/** Checks what groups, users and policies refer to. */
export function checkPeople(tree: SourceNode, names: Names, diagnostics: ProblemList): void {
  checkCase(names.groups, "group", diagnostics);
  checkCase(names.users, "user", diagnostics);
  for (const [, group] of names.groups) checkReferences(childAt(group, "members"), "user", names.users, diagnostics);
  const policies = childAt(tree, "policies");
  checkCase(entriesOf(policies), "policy", diagnostics);
  for (const [, policy] of entriesOf(policies)) {
    checkReferences(childAt(policy, "apps"), "app", names.apps, diagnostics);
    checkReferences(childAt(policy, "groups"), "group", names.groups, diagnostics);
    checkReferences(childAt(policy, "except"), "user", names.users, diagnostics);
    for (const member of ["apps", "groups"]) {
      const list = childAt(policy, member);
      if (list && Array.isArray(list.value) && list.value.length === 0) {
        const message = `${member} is empty, so the policy would have no effect. Expected all or a list of keys.`;
        diagnostics.add(nameOffset(list), message, "Remove it for all, or disable the policy with enabled: false.");
      }
    }
  }
}

/** Suffix of the policy that implements a user flow's `mfa: required`. */
const SECOND_FACTOR = ": second factor";

/** Reports policies whose name is reserved for a user flow's `mfa: required`. */
export function checkPolicyNames(policies: SourceNode | undefined, names: Names, diagnostics: ProblemList): void {
  for (const [name, policy] of entriesOf(policies)) {
    if (!name.endsWith(SECOND_FACTOR)) continue;
    const flow = name.slice(0, -SECOND_FACTOR.length);
    if (childAt(names.userFlows.get(flow), "mfa")?.value !== "required") continue;
    const message = `The user flow ${quoted(flow)} already has this policy through mfa: required.`;
    diagnostics.add(nameOffset(policy), message, "Rename the policy, or remove one of the two.");
  }
}
