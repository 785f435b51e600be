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
      ['2:1 Unknown key "flows" in the file: expected tenant, apps, apis, userFlows, groups, policies or users.'],
    ],
    [
      "a key with a space",
      "apps: { my app: {} }",
      ['1:9 "my app" is not a valid key: use letters, digits and . _ -, at most 120.'],
    ],
    [
      "a key that is too long",
      `groups: { ${"a".repeat(121)}: }`,
      [`1:11 "${"a".repeat(59)}…" is not a valid key: use letters, digits and . _ -, at most 120.`],
    ],
    [
      "an error below a wrong key",
      "apps:\n  my app:\n    dispalyName: x",
      [
        '2:3 "my app" is not a valid key: use letters, digits and . _ -, at most 120.',
        '3:5 Unknown key "dispalyName" in an app: expected displayName, publicClient, redirectUris, postLogoutRedirectUris, permissions, adminConsent, assignmentRequired, assignedTo, groupClaims, idTokenSignedResponseAlg, grantTypes or administrativeScopes. Did you mean displayName?',
      ],
    ],
    [
      "apps that differ only in case",
      "apps: { A: , a: }",
      ['1:14 The apps "A" and "a" differ only in case, which Graph ignores.'],
    ],
    [
      "one key for an app and an API",
      "apps: { todo: }\napis: { Todo: }",
      ['2:9 "Todo" is already the key of an app, on line 1. An app and an API cannot share a key.'],
    ],
    [
      "another algorithm than RS256 for access tokens of Entra's form",
      "apis:\n  a: { accessTokenSigningAlg: ES256 }\n  b: { tokenProfile: entra, accessTokenSigningAlg: EdDSA }\n  c: { tokenProfile: rfc9068, accessTokenSigningAlg: ES256 }",
      [
        '2:8 Access tokens of Entra\'s form are signed with RS256 in the API "a".',
        '3:29 Access tokens of Entra\'s form are signed with RS256 in the API "b".',
      ],
    ],
    [
      "an algorithm with a shared secret",
      "apps: { a: { idTokenSignedResponseAlg: HS256 } }",
      ['1:40 idTokenSignedResponseAlg "HS256" is not valid: expected RS256, ES256 or EdDSA. Did you mean RS256?'],
    ],
    ["an empty display name", 'apps: { a: { displayName: " " } }', ["1:27 displayName is empty."]],
    [
      "a display name that is too long",
      `apps: { a: { displayName: ${"x".repeat(257)} } }`,
      ["1:27 displayName is longer than 256 characters."],
    ],
    ["a display name on two lines", 'apps: { a: { displayName: "a\\nb" } }', ["1:27 displayName must be on one line."]],
    [
      "a description that is too long",
      `groups: { a: { description: ${"x".repeat(1025)} } }`,
      ["1:29 description is longer than 1024 characters."],
    ],
    [
      "an invalid domain",
      "tenant: { domain: contoso..example }",
      ["1:19 domain is not a domain, such as contoso.example."],
    ],
    ["a color by name", "tenant: { colour: green }", ["1:19 colour is not a color: write #rgb or #rrggbb, in quotes."]],

    [
      "a relative redirect URI",
      redirect("/callback"),
      ["1:29 An item of redirectUris is not an absolute URI, such as http://localhost."],
    ],
    [
      "a redirect URI without slashes",
      redirect("localhost:3000"),
      ["1:29 An item of redirectUris is not an absolute URI, such as http://localhost."],
    ],
    [
      "a redirect URI with a fragment",
      redirect("https://a.example/#x"),
      ["1:29 An item of redirectUris has a fragment (#…), which is not allowed in a redirect URI."],
    ],
    [
      "a redirect URI with a wildcard",
      redirect("https://*.example/"),
      ["1:29 An item of redirectUris has a wildcard: list every address."],
    ],
    [
      "http off loopback",
      redirect("http://a.example/"),
      ["1:29 An item of redirectUris uses http, which is allowed only for localhost, 127.0.0.1 and [::1]: use https."],
    ],
    [
      "http on a host that only looks like loopback",
      redirect("http://localhost.a.example/"),
      ["1:29 An item of redirectUris uses http, which is allowed only for localhost, 127.0.0.1 and [::1]: use https."],
    ],
    [
      "a scheme that runs code",
      redirect("javascript://localhost/%0aalert(1)"),
      ["1:29 An item of redirectUris must use https, http on loopback, or the app's own scheme (com.example.app)."],
    ],
    [
      "a space in a redirect URI",
      redirect("https://a.example/ b"),
      ["1:29 An item of redirectUris is not an absolute URI, such as http://localhost."],
    ],
    [
      "an app's own scheme after signing out",
      "apps: { a: { postLogoutRedirectUris: [com.a.b://c] } }",
      ["1:39 An item of postLogoutRedirectUris is neither https nor http on loopback."],
    ],
    [
      "a duplicate redirect URI",
      "apps: { a: { redirectUris: [http://localhost, http://localhost] } }",
      ['1:47 "http://localhost" is already in this list.'],
    ],

    [
      "an unknown permission",
      "apps: { a: { permissions: [opnid] } }",
      [
        '1:28 "opnid" is not a permission that an app can have here: expected openid, offline_access, profile, email, User.Read or <API>/<scope>. Did you mean openid?',
      ],
    ],
    [
      "another permission of Graph",
      "apps: { a: { permissions: [Directory.ReadWrite.All] } }",
      [
        '1:28 "Directory.ReadWrite.All" is not a permission that an app can have here: expected openid, offline_access, profile, email, User.Read or <API>/<scope>.',
      ],
    ],
    [
      "a duplicate permission",
      "apps: { a: { permissions: [openid, openid] } }",
      ['1:36 "openid" is already in this list.'],
    ],
    [
      "a scope of an unknown API",
      "apps: { a: { permissions: [tood/read] } }\napis: { todo: { scopes: { read: { displayName: R } } } }",
      ['1:28 Unknown API "tood": expected a key of apis before the slash. Did you mean todo?'],
    ],
    [
      "a scope without any API",
      "apps: { a: { permissions: [todo/read] } }",
      ['1:28 Unknown API "todo": apis has none.'],
    ],
    [
      "an unknown scope",
      "apps: { a: { permissions: [todo/raed] } }\napis: { todo: { scopes: { read: { displayName: R } } } }",
      ['1:28 The API "todo" has no scope "raed": expected read. Did you mean read?'],
    ],
    [
      "a scope by URI",
      "apps: { a: { permissions: [api://todo/read] } }\napis: { todo: { scopes: { read: { displayName: R } } } }",
      ["1:28 Write the permission with the key of the API, not with its URI: <API>/<scope>. Did you mean todo/read?"],
    ],
    [
      "an app role as a permission",
      "apps: { a: { permissions: [todo/all] } }\napis: { todo: { roles: { all: { displayName: R } } } }",
      ['1:28 "all" is an app role of the API "todo", not a scope.'],
    ],
    [
      "assignedTo without effect",
      "apps: { a: { assignedTo: [g] } }\ngroups: { g: }",
      ['1:14 assignedTo has no effect unless assignmentRequired is true in the app "a".'],
    ],
    [
      "an unknown group",
      "apps: { a: { assignmentRequired: true, assignedTo: [stff] } }\ngroups: { staff: }",
      ['1:53 Unknown group "stff": expected a key of groups. Did you mean staff?'],
    ],
    [
      "an unknown user",
      "apps: { a: { assignmentRequired: true, assignedTo: [ad@a.example] } }\nusers: { ada@a.example: }",
      ['1:53 Unknown user "ad@a.example": expected a key of users. Did you mean ada@a.example?'],
    ],

    [
      "an identifier URI of another kind",
      identifier("urn:todo"),
      ["1:29 identifierUri must be an api:// or https URI, such as api://todolist."],
    ],
    [
      "an empty identifier URI",
      identifier("api://"),
      ["1:29 identifierUri must be an api:// or https URI, such as api://todolist."],
    ],
    [
      "an identifier URI with a query",
      identifier("https://a.example/?b"),
      ["1:29 identifierUri has a query, fragment, wildcard or user name, which is not allowed in an identifier URI."],
    ],
    [
      "a duplicate identifier URI",
      "apis:\n  a: { identifierUri: api://x }\n  b: { identifierUri: api://X }",
      ["3:23 Another API already has this identifierUri, on line 2."],
    ],
    [
      "scopes that differ only in case",
      "apis: { a: { scopes: { Read: { displayName: R }, read: { displayName: R } } } }",
      ['1:50 The scopes "Read" and "read" differ only in case, which Graph ignores.'],
    ],
    [
      "a scope with a slash",
      "apis: { a: { scopes: { a/b: { displayName: R } } } }",
      ['1:24 "a/b" is not a valid name: use letters, digits and . _ : -, at most 120, not beginning with a dot.'],
    ],
    [
      ".default as a scope",
      "apis: { a: { scopes: { .default: { displayName: R } } } }",
      ['1:24 ".default" is not a valid name: use letters, digits and . _ : -, at most 120, not beginning with a dot.'],
    ],
    [
      "a scope without a display name",
      "apis: { a: { scopes: { read: } } }",
      ['1:24 The scope "read" has no value: expected a map.'],
    ],
  ];
  for (const [what, text, problems] of refused) {
    test(`refuses ${what}`, () => assert.deepEqual(problemsOf(text), problems));
  }
});
