import type { Findings } from "./findings.ts";
import { checkAssigned, checkCase, checkedForTwice, type Names } from "./names.ts";
import { at, entriesOf, itemsOf, nameAt, type PlacedText, textOf, textsOf } from "./places.ts";
import { GRAPH_PERMISSIONS } from "./tenant-schema.ts";
import { didYouMean, either, quoted } from "./words.ts";
import type { Place } from "./yaml-tree.ts";

/** What apps and APIs say of each other and of people. */
export function checkApps(names: Names, findings: Findings): void {
  checkCase(names.apps, "app", findings);
  for (const [key, app] of names.apps) {
    const lists = ["redirectUris", "postLogoutRedirectUris"];
    for (const list of lists) checkedForTwice(textsOf(at(app, list)), findings);
    for (const permission of checkedForTwice(textsOf(at(app, "permissions")), findings)) {
      checkPermission(permission, names, findings);
    }
    checkAssigned(at(app, "assignedTo"), names, findings);
    const assignedTo = at(app, "assignedTo");
    const required = at(app, "assignmentRequired");
    if (assignedTo && itemsOf(assignedTo).length > 0 && (required === undefined || required.value === false)) {
      findings.add(
        nameAt(assignedTo),
        `assignedTo limits nobody while assignmentRequired is not true in the app ${quoted(key)}.`,
        "Add assignmentRequired: true, or leave assignedTo out.",
      );
    }
  }
}

export function checkApis(names: Names, findings: Findings): void {
  checkCase(names.apis, "API", findings);
  const apps = new Map([...names.apps].map(([key, place]) => [key.toLowerCase(), place]));
  const identifierUris = new Map<string, Place>();
  for (const [key, api] of names.apis) {
    const app = apps.get(key.toLowerCase());
    if (app) {
      const line = findings.lineOf(nameAt(app));
      const message = `${quoted(key)} is the key of an app already, on line ${line}: an app and an API are never one.`;
      findings.add(nameAt(api), message, "Give one of them another key.");
    }
    const uri = at(api, "identifierUri");
    const text = textOf(uri)?.text.toLowerCase();
    if (uri && text !== undefined) {
      const first = identifierUris.get(text);
      if (first === undefined) identifierUris.set(text, uri);
      else findings.add(uri.at, `Another API has this identifierUri already, on line ${findings.lineOf(first.at)}.`);
    }
    checkCase(entriesOf(at(api, "scopes")), "scope", findings);
    checkCase(entriesOf(at(api, "roles")), "role", findings);
    for (const [, role] of entriesOf(at(api, "roles"))) checkAssigned(at(role, "assignedTo"), names, findings);
  }
}

function checkPermission({ text, at: offset }: PlacedText, names: Names, findings: Findings): void {
  const slash = text.indexOf("/");
  if (slash === -1) {
    if ((GRAPH_PERMISSIONS as readonly string[]).includes(text)) return;
    findings.add(offset, () => {
      const expected = `expected ${either([...GRAPH_PERMISSIONS, "<API>/<scope>"])}`;
      return `${quoted(text)} is no permission that an app can have here: ${expected}.${didYouMean(text, [...GRAPH_PERMISSIONS, ...permissionsOf(names)])}`;
    });
    return;
  }
  const [key, scope] = [text.slice(0, slash), text.slice(slash + 1)];
  const api = names.apis.get(key);
  if (text.includes("://")) {
    const message = "A permission is written with the key of the API, not with its URI: <API>/<scope>.";
    findings.add(offset, () => message + didYouMean(text.slice(text.indexOf("://") + 3), permissionsOf(names)));
  } else if (api === undefined) {
    const some = names.apis.size > 0 ? "expected a key of apis before the slash" : "apis has none";
    findings.add(offset, () => `The file has no API ${quoted(key)}: ${some}.${didYouMean(key, names.apis.keys())}`);
  } else if (!at(api, "scopes")?.children.has(scope)) {
    if (at(api, "roles")?.children.has(scope)) {
      const hint = "Give it to groups and users by assignedTo of the role; name a scope here.";
      findings.add(offset, `${quoted(scope)} is an app role of the API ${quoted(key)}, not a scope.`, hint);
      return;
    }
    const scopes = [...(at(api, "scopes")?.children.keys() ?? [])];
    const some = scopes.length === 0 ? "it has none" : `expected ${either(scopes.slice(0, 8))}`;
    findings.add(
      offset,
      () => `The API ${quoted(key)} has no scope ${quoted(scope)}: ${some}.${didYouMean(scope, scopes)}`,
    );
  }
}

function permissionsOf(names: Names): string[] {
  return [...names.apis].flatMap(([key, api]) => entriesOf(at(api, "scopes")).map(([scope]) => `${key}/${scope}`));
}
