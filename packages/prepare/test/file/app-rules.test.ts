import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { problemsOf } from "./fixtures/reading.ts";

const redirect = (uri: string) => `apps: { a: { redirectUris: ["${uri}"] } }`;
const identifier = (uri: string) => `apis: { a: { identifierUri: "${uri}" } }`;

describe("a rule for keys, apps and APIs", () => {
  const refused: [what: string, text: string, problems: string[]][] = [
    [
      "an unknown section",
      "users: {}\nflows: {}",
      ['2:1 "flows" is unknown in the file: expected tenant, apps, apis, userFlows, groups, policies or users.'],
    ],
    [
      "a key with a blank",
      "apps: { my app: {} }",
      ['1:9 "my app" cannot be a key here: letters, digits and . _ - make one, 120 at most.'],
    ],
    [
      "a key that is too long",
      `groups: { ${"a".repeat(121)}: }`,
      [`1:11 "${"a".repeat(59)}…" cannot be a key here: letters, digits and . _ - make one, 120 at most.`],
    ],
    [
      "a mistake below a wrong key",
      "apps:\n  my app:\n    dispalyName: x",
      [
        '2:3 "my app" cannot be a key here: letters, digits and . _ - make one, 120 at most.',
        '3:5 "dispalyName" is unknown in an app: expected displayName, publicClient, redirectUris, postLogoutRedirectUris, permissions, adminConsent, assignmentRequired, assignedTo, groupClaims, grantTypes or administrativeScopes. Did you mean displayName?',
      ],
    ],
    [
      "apps that differ in case",
      "apps: { A: , a: }",
      ['1:14 The apps "A" and "a" differ only in case: they would be one.'],
    ],
    [
      "one key for an app and an API",
      "apps: { todo: }\napis: { Todo: }",
      ['2:9 "Todo" is the key of an app already, on line 1: an app and an API are never one.'],
    ],
    ["an empty display name", 'apps: { a: { displayName: " " } }', ["1:27 displayName is empty."]],
    [
      "a display name that is too long",
      `apps: { a: { displayName: ${"x".repeat(121)} } }`,
      ["1:27 displayName is longer than 120 characters."],
    ],
    [
      "a display name on two lines",
      'apps: { a: { displayName: "a\\nb" } }',
      ["1:27 displayName has to be on one line."],
    ],
    [
      "a description that is too long",
      `groups: { a: { description: ${"x".repeat(1025)} } }`,
      ["1:29 description is longer than 1024 characters."],
    ],
    [
      "a domain that is none",
      "tenant: { domain: contoso..example }",
      ["1:19 domain is no domain, such as contoso.example."],
    ],
    ["a colour by name", "tenant: { colour: green }", ["1:19 colour is no colour: write #rgb or #rrggbb, in quotes."]],

    [
      "a relative redirect URI",
      redirect("/callback"),
      ["1:29 An item of redirectUris is no absolute URI, such as http://localhost."],
    ],
    [
      "a redirect URI without slashes",
      redirect("localhost:3000"),
      ["1:29 An item of redirectUris is no absolute URI, such as http://localhost."],
    ],
    [
      "a redirect URI with a fragment",
      redirect("https://a.example/#x"),
      ["1:29 An item of redirectUris has a fragment (#…), which a redirect URI cannot have."],
    ],
    [
      "a redirect URI with a wildcard",
      redirect("https://*.example/"),
      ["1:29 An item of redirectUris has a wildcard: write every address out."],
    ],
    [
      "http off loopback",
      redirect("http://a.example/"),
      ["1:29 An item of redirectUris is http: only localhost, 127.0.0.1 and [::1] may be; write https."],
    ],
    [
      "http on what only looks like loopback",
      redirect("http://localhost.a.example/"),
      ["1:29 An item of redirectUris is http: only localhost, 127.0.0.1 and [::1] may be; write https."],
    ],
    [
      "a scheme that runs code",
      redirect("javascript://localhost/%0aalert(1)"),
      [
        "1:29 An item of redirectUris has a scheme that is neither https, http on loopback, nor an app's own (com.example.app).",
      ],
    ],
    [
      "a blank in a redirect URI",
      redirect("https://a.example/ b"),
      ["1:29 An item of redirectUris is no absolute URI, such as http://localhost."],
    ],
    [
      "an app's own scheme after signing out",
      "apps: { a: { postLogoutRedirectUris: [com.a.b://c] } }",
      ["1:39 An item of postLogoutRedirectUris is neither https nor http on loopback."],
    ],
    [
      "a redirect URI twice",
      "apps: { a: { redirectUris: [http://localhost, http://localhost] } }",
      ['1:47 "http://localhost" is in this list already.'],
    ],

    [
      "an unknown permission",
      "apps: { a: { permissions: [opnid] } }",
      [
        '1:28 "opnid" is no permission that an app can have here: expected openid, offline_access, profile, email, User.Read or <API>/<scope>. Did you mean openid?',
      ],
    ],
    [
      "another permission of Graph",
      "apps: { a: { permissions: [Directory.ReadWrite.All] } }",
      [
        '1:28 "Directory.ReadWrite.All" is no permission that an app can have here: expected openid, offline_access, profile, email, User.Read or <API>/<scope>.',
      ],
    ],
    [
      "a permission twice",
      "apps: { a: { permissions: [openid, openid] } }",
      ['1:36 "openid" is in this list already.'],
    ],
    [
      "a scope of an unknown API",
      "apps: { a: { permissions: [tood/read] } }\napis: { todo: { scopes: { read: { displayName: R } } } }",
      ['1:28 The file has no API "tood": expected a key of apis before the slash. Did you mean todo?'],
    ],
    [
      "a scope where there is no API",
      "apps: { a: { permissions: [todo/read] } }",
      ['1:28 The file has no API "todo": apis has none.'],
    ],
    [
      "an unknown scope",
      "apps: { a: { permissions: [todo/raed] } }\napis: { todo: { scopes: { read: { displayName: R } } } }",
      ['1:28 The API "todo" has no scope "raed": expected read. Did you mean read?'],
    ],
    [
      "a scope by URI",
      "apps: { a: { permissions: [api://todo/read] } }\napis: { todo: { scopes: { read: { displayName: R } } } }",
      [
        "1:28 A permission is written with the key of the API, not with its URI: <API>/<scope>. Did you mean todo/read?",
      ],
    ],
    [
      "an app role as a permission",
      "apps: { a: { permissions: [todo/all] } }\napis: { todo: { roles: { all: { displayName: R } } } }",
      ['1:28 "all" is an app role of the API "todo", not a scope.'],
    ],
    [
      "assignedTo that limits nobody",
      "apps: { a: { assignedTo: [g] } }\ngroups: { g: }",
      ['1:14 assignedTo limits nobody while assignmentRequired is not true in the app "a".'],
    ],
    [
      "an unknown group",
      "apps: { a: { assignmentRequired: true, assignedTo: [stff] } }\ngroups: { staff: }",
      ['1:53 The file has no group "stff": expected a key of groups. Did you mean staff?'],
    ],
    [
      "an unknown user",
      "apps: { a: { assignmentRequired: true, assignedTo: [ad@a.example] } }\nusers: { ada@a.example: }",
      ['1:53 The file has no user "ad@a.example": expected a key of users. Did you mean ada@a.example?'],
    ],

    [
      "an identifier URI of another kind",
      identifier("urn:todo"),
      ["1:29 identifierUri is neither an api:// nor an https URI, such as api://todolist."],
    ],
    [
      "an identifier URI of nothing",
      identifier("api://"),
      ["1:29 identifierUri is neither an api:// nor an https URI, such as api://todolist."],
    ],
    [
      "an identifier URI with a query",
      identifier("https://a.example/?b"),
      ["1:29 identifierUri has a query, a fragment, a wildcard or a user name, which no identifier URI has."],
    ],
    [
      "an identifier URI twice",
      "apis:\n  a: { identifierUri: api://x }\n  b: { identifierUri: api://X }",
      ["3:23 Another API has this identifierUri already, on line 2."],
    ],
    [
      "scopes that differ in case",
      "apis: { a: { scopes: { Read: { displayName: R }, read: { displayName: R } } } }",
      ['1:50 The scopes "Read" and "read" differ only in case: they would be one.'],
    ],
    [
      "a scope with a slash",
      "apis: { a: { scopes: { a/b: { displayName: R } } } }",
      ['1:24 "a/b" cannot be a name here: letters, digits and . _ : - make one, 120 at most, without a dot first.'],
    ],
    [
      ".default as a scope",
      "apis: { a: { scopes: { .default: { displayName: R } } } }",
      [
        '1:24 ".default" cannot be a name here: letters, digits and . _ : - make one, 120 at most, without a dot first.',
      ],
    ],
    [
      "a scope that nobody can read",
      "apis: { a: { scopes: { read: } } }",
      ['1:24 The scope "read" has no value: expected a map.'],
    ],
  ];
  for (const [what, text, problems] of refused) {
    test(`refuses ${what}`, () => assert.deepEqual(problemsOf(text), problems));
  }
});
