import { checkAssigned, checkCase, type Names, withoutDuplicates } from "./check-references.ts";
import { didYouMean, either, type ProblemList, quoted } from "./diagnostics.ts";
import { GRAPH_PERMISSIONS } from "./known-values.ts";
import {
  childAt,
  entriesOf,
  itemsOf,
  nameOffset,
  type SourceNode,
  type SourceText,
  textOf,
  textsOf,
} from "./source-node.ts";

/** Checks what apps refer to: permissions of APIs, groups and users. */
export function checkApps(names: Names, diagnostics: ProblemList): void {
  checkCase(names.apps, "app", diagnostics);
  for (const [key, app] of names.apps) {
    const lists = ["redirectUris", "postLogoutRedirectUris", "grantTypes", "administrativeScopes"];
    for (const list of lists) withoutDuplicates(textsOf(childAt(app, list)), diagnostics);
    for (const permission of withoutDuplicates(textsOf(childAt(app, "permissions")), diagnostics)) {
      checkPermission(permission, names, diagnostics);
    }
    checkAssigned(childAt(app, "assignedTo"), names, diagnostics);
    const assignedTo = childAt(app, "assignedTo");
    const required = childAt(app, "assignmentRequired");
    if (assignedTo && itemsOf(assignedTo).length > 0 && (required === undefined || required.value === false)) {
      diagnostics.add(
        nameOffset(assignedTo),
        `assignedTo has no effect unless assignmentRequired is true in the app ${quoted(key)}.`,
        "Add assignmentRequired: true, or remove assignedTo.",
      );
    }
  }
}

export function checkApis(names: Names, diagnostics: ProblemList): void {
  checkCase(names.apis, "API", diagnostics);
  const apps = new Map([...names.apps].map(([key, node]) => [key.toLowerCase(), node]));
  const identifierUris = new Map<string, SourceNode>();
  for (const [key, api] of names.apis) {
    const app = apps.get(key.toLowerCase());
    if (app) {
      const line = diagnostics.lineOf(nameOffset(app));
      const message = `${quoted(key)} is already the key of an app, on line ${line}. An app and an API cannot share a key.`;
      diagnostics.add(nameOffset(api), message, "Give one of them another key.");
    }
    const alg = childAt(api, "accessTokenSigningAlg");
    const isOther = alg !== undefined && alg.value !== "RS256";
    if (isOther && childAt(api, "tokenProfile")?.value !== "rfc9068") {
      const message = `Access tokens of Entra's form are signed with RS256 in the API ${quoted(key)}.`;
      diagnostics.add(nameOffset(alg), message, "Add tokenProfile: rfc9068, or remove accessTokenSigningAlg.");
    }
    const uri = childAt(api, "identifierUri");
    const text = textOf(uri)?.text.toLowerCase();
    if (uri && text !== undefined) {
      const first = identifierUris.get(text);
      if (first === undefined) identifierUris.set(text, uri);
      else
        diagnostics.add(
          uri.offset,
          `Another API already has this identifierUri, on line ${diagnostics.lineOf(first.offset)}.`,
        );
    }
    checkCase(entriesOf(childAt(api, "scopes")), "scope", diagnostics);
    checkCase(entriesOf(childAt(api, "roles")), "role", diagnostics);
    for (const [, role] of entriesOf(childAt(api, "roles")))
      checkAssigned(childAt(role, "assignedTo"), names, diagnostics);
  }
}

function checkPermission({ text, offset }: SourceText, names: Names, diagnostics: ProblemList): void {
  const slash = text.indexOf("/");
  if (slash === -1) {
    if ((GRAPH_PERMISSIONS as readonly string[]).includes(text)) return;
    diagnostics.add(offset, () => {
      const expected = `expected ${either([...GRAPH_PERMISSIONS, "<API>/<scope>"])}`;
      return `${quoted(text)} is not a permission that an app can have here: ${expected}.${didYouMean(text, [...GRAPH_PERMISSIONS, ...permissionsOf(names)])}`;
    });
    return;
  }
  const [key, scope] = [text.slice(0, slash), text.slice(slash + 1)];
  const api = names.apis.get(key);
  if (text.includes("://")) {
    const message = "Write the permission with the key of the API, not with its URI: <API>/<scope>.";
    diagnostics.add(offset, () => message + didYouMean(text.slice(text.indexOf("://") + 3), permissionsOf(names)));
  } else if (api === undefined) {
    const some = names.apis.size > 0 ? "expected a key of apis before the slash" : "apis has none";
    diagnostics.add(offset, () => `Unknown API ${quoted(key)}: ${some}.${didYouMean(key, names.apis.keys())}`);
  } else if (!childAt(api, "scopes")?.children.has(scope)) {
    if (childAt(api, "roles")?.children.has(scope)) {
      const hint = "Assign the role to groups and users with its assignedTo. Name a scope here.";
      diagnostics.add(offset, `${quoted(scope)} is an app role of the API ${quoted(key)}, not a scope.`, hint);
      return;
    }
    const scopes = [...(childAt(api, "scopes")?.children.keys() ?? [])];
    const some = scopes.length === 0 ? "it has none" : `expected ${either(scopes.slice(0, 8))}`;
    diagnostics.add(
      offset,
      () => `The API ${quoted(key)} has no scope ${quoted(scope)}: ${some}.${didYouMean(scope, scopes)}`,
    );
  }
}

function permissionsOf(names: Names): string[] {
  return [...names.apis].flatMap(([key, api]) => entriesOf(childAt(api, "scopes")).map(([scope]) => `${key}/${scope}`));
}
