import type { Findings } from "./findings.ts";
import { checkCase, checkReferences, type Names } from "./names.ts";
import { at, entriesOf, nameAt } from "./places.ts";
import type { Place } from "./yaml-tree.ts";

/** What groups, users and policies say of each other. */
export function checkPeople(tree: Place, names: Names, findings: Findings): void {
  checkCase(names.groups, "group", findings);
  checkCase(names.users, "user", findings);
  for (const [, group] of names.groups) checkReferences(at(group, "members"), "user", names.users, findings);
  const policies = at(tree, "policies");
  checkCase(entriesOf(policies), "policy", findings);
  for (const [, policy] of entriesOf(policies)) {
    checkReferences(at(policy, "apps"), "app", names.apps, findings);
    checkReferences(at(policy, "groups"), "group", names.groups, findings);
    checkReferences(at(policy, "except"), "user", names.users, findings);
    for (const member of ["apps", "groups"]) {
      const list = at(policy, member);
      if (list && Array.isArray(list.value) && list.value.length === 0) {
        const message = `${member} is empty: the policy would count for nothing. Expected all or a list of keys.`;
        findings.add(nameAt(list), message, "Leave it out for all, or switch the policy off by enabled: false.");
      }
    }
  }
}
