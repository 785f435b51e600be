import type { Findings } from "./findings.ts";
import { entriesOf } from "./places.ts";
import { isSecretName } from "./secrets.ts";
import type { Place } from "./yaml-tree.ts";

/** Marks what may be a secret, so that no problem shows it: values under names of secrets, and of users all but what is none. */
export function hideSecrets(tree: Place, findings: Findings): void {
  for (const [key, place] of tree.children) if (isSecretName(key)) hideAll(place, findings);
  for (const [section, entries] of entriesOf(tree)) {
    if (section === "users") hideUsers(entries, findings);
    else hideBelow(entries, findings, section === "tenant" ? 0 : 1);
  }
  findings.everythingHidden();
}

/** @param names  levels at which the keys are names of the file's own, such as an API called token-service */
function hideBelow(place: Place, findings: Findings, names: number): void {
  for (const [key, child] of entriesOf(place)) {
    if (names <= 0 && isSecretName(key) && !KNOWN.has(key)) hideAll(child, findings);
    else if (key === "scopes" || key === "roles")
      for (const [, scope] of entriesOf(child)) hideBelow(scope, findings, 0);
    else hideBelow(child, findings, names - 1);
  }
  if (Array.isArray(place.value)) for (const item of place.children.values()) hideBelow(item, findings, 0);
}

const KNOWN = new Set(["tokenProfile"]);

function hideUsers(users: Place, findings: Findings): void {
  for (const [, user] of entriesOf(users)) {
    for (const [key, member] of user.children) if (key !== "name" && key !== "administrator") hideAll(member, findings);
    if (user.children.size === 0 && user.value !== null) hideAll(user, findings);
  }
  if (users.children.size === 0) hideAll(users, findings);
}

function hideAll(place: Place, findings: Findings): void {
  if (place.end > place.at && place.written !== "") findings.hide(place.at, place.end);
}
