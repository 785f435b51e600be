import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readTenantFile } from "../../src/index.ts";
import { everything, packageFile, problemsOf, refusal } from "./fixtures/reading.ts";

const read = (text: string) => readTenantFile(text, "doorcode.tenant.yaml");
const flow = (members: string) => `userFlows: { f: { ${members} } }`;
const attribute = (members: string) => `userFlows: { f: { attributes: [{ ${members} }] } }`;
const redirect = (uri: string) => `apps: { a: { redirectUris: ["${uri}"] } }`;
const identifier = (uri: string) => `apis: { a: { identifierUri: "${uri}" } }`;

describe("a tenant file", () => {
  test("with everything in it is read whole", () => {
    const model = read(everything());
    assert.deepEqual(Object.keys(model.apps), ["ciam-client-app", "kiosk", "back-office"]);
    assert.deepEqual(model.apps.kiosk, {
      displayName: "kiosk",
      publicClient: true,
      redirectUris: [],
      postLogoutRedirectUris: [],
      permissions: ["openid", "offline_access"],
      adminConsent: true,
      assignmentRequired: false,
      assignedTo: [],
      groupClaims: false,
    });
    assert.deepEqual(model.apis["ciam-ToDoList-api"]?.scopes["ToDoList.ReadWrite"], {
      consent: "user",
      displayName: "Read and change your to-do lists",
      description: "Read and change your to-do lists",
      enabled: true,
    });
    assert.deepEqual(model.userFlows["Staff only"], {
      signIn: ["passkey"],
      signUp: false,
      mfa: "off",
      attributes: [],
      termsOfUse: undefined,
      apps: ["kiosk"],
    });
    assert.deepEqual(model.userFlows.SignInSignUpSample?.attributes[4]?.options, [
      { value: "Austria", label: "Austria" },
      { value: "CH", label: "Switzerland" },
    ]);
    assert.deepEqual(model.policies["everyone-mfa"], {
      enabled: false,
      require: "mfa",
      apps: "all",
      groups: "all",
      except: [],
    });
    assert.deepEqual(model.users["nobody@contoso.example"], {
      name: "nobody",
      administrator: false,
      passwordFrom: undefined,
    });
  });

  test("of the guide has one app, one API with two scopes, and one user flow", () => {
    const model = read(packageFile("../../docs/guide/doorcode.tenant.yaml"));
    assert.deepEqual(Object.keys(model.apps), ["ciam-client-app"]);
    assert.deepEqual(Object.keys(model.apis["ciam-ToDoList-api"]?.scopes ?? {}), [
      "ToDoList.Read",
      "ToDoList.ReadWrite",
    ]);
    assert.deepEqual(model.userFlows.SignInSignUpSample?.apps, ["ciam-client-app"]);
  });
});

describe("a rule of the tenant file", () => {
  const accepted: [what: string, text: string][] = [
    [
      "redirect URIs of every kind",
      `apps: { a: { redirectUris: [http://localhost, "http://[::1]/a", "http://127.0.0.1:1", https://a.b/c?d=e, com.a.b://c, "msal00000000-0000-0000-0000-000000000000://auth"] } }`,
    ],
    [
      "identifier URIs of both kinds",
      "apis: { a: { identifierUri: api://a }, b: { identifierUri: https://b.example/c } }",
    ],
    ["a short colour", "tenant: { color: '#AbC' }"],
    ["a passkey alone without sign-up", flow("signIn: [passkey], signUp: false")],
    [
      "exactly 80 fields",
      flow(
        `attributes: [{ attribute: a, label: A, input: RadioSingleSelect, options: [${Array.from({ length: 80 }, (_, at) => `o${at}`).join(", ")}] }]`,
      ),
    ],
    ["a group called like an app", "apps: { a: }\ngroups: { a: }"],
    ["a key of 120 characters", `apps: { ${"a".repeat(120)}: }`],
    ["250 characters beyond the basic plane", attribute(`attribute: a, label: ${"👍".repeat(250)}`)],
  ];
  for (const [what, text] of accepted) test(`allows ${what}`, () => void read(text));

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
        '3:5 "dispalyName" is unknown in an app: expected displayName, publicClient, redirectUris, postLogoutRedirectUris, permissions, adminConsent, assignmentRequired, assignedTo or groupClaims. Did you mean displayName?',
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
    ["a colour by name", "tenant: { color: green }", ["1:18 color is no colour: write #rgb or #rrggbb, in quotes."]],

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

    [
      "an app in two user flows",
      "apps: { a: }\nuserFlows:\n  f: { apps: [a] }\n  g: { apps: [a] }",
      ['4:15 The app "a" is in the user flow "f" already: an app has one.'],
    ],
    [
      "an app twice in a user flow",
      "apps: { a: }\nuserFlows: { f: { apps: [a, a] } }",
      ['2:29 "a" is in this list already.'],
    ],
    [
      "a user flow nobody can sign in by",
      flow("signIn: []"),
      ["1:19 signIn is empty: nobody could sign in. Expected password, email_code or passkey."],
    ],
    ["sign-up with a passkey alone", flow("signIn: [passkey]"), ["1:27 Nobody can sign up with a passkey alone."]],
    ["a method twice", flow("signIn: [password, password]"), ['1:38 "password" is in this list already.']],
    [
      "terms at no https address",
      flow("termsOfUse: { label: T, url: http://a.example }"),
      ["1:48 url is no https address."],
    ],
    ["terms without words", flow("termsOfUse: { url: https://a.example }"), ["1:19 termsOfUse has no label."]],

    [
      "an attribute's name in short that is not built in",
      flow("attributes: [jobtitel]"),
      [
        '1:32 "jobtitel", in attributes, is unknown: expected city, country, displayName, givenName, jobTitle, postalCode, state, streetAddress or surname. Did you mean jobTitle?',
      ],
    ],
    [
      "an attribute of its own without a label",
      attribute("attribute: loyaltyNumber"),
      ['1:45 "loyaltyNumber" is not built in, and an attribute of its own needs a label.'],
    ],
    [
      "a built-in attribute in another case",
      attribute("attribute: givenname, label: G"),
      ['1:45 "givenname" is no attribute of its own beside the built-in one. Did you mean givenName?'],
    ],
    [
      "the email address as a question",
      attribute("attribute: email, label: E"),
      ["1:45 The email address is no question: it is always asked for and proven first."],
    ],
    [
      "terms of use as an attribute",
      attribute("attribute: My_TermsOfUse, label: T"),
      ["1:45 Terms of use are no attribute."],
    ],
    [
      "an attribute twice",
      flow("attributes: [city, { attribute: city, label: C }]"),
      ['1:51 The attribute "city" is asked for already.'],
    ],
    ["an attribute without a name", attribute("label: A"), ["1:32 An item of attributes has no attribute."]],
    [
      "an attribute's name with a blank",
      attribute('attribute: "a b", label: A'),
      ["1:45 attribute cannot be the name of an attribute: a letter, then letters, digits and _ make one, 64 at most."],
    ],
    [
      "a choice without options",
      attribute("attribute: a, label: A, input: CheckboxMultiSelect"),
      ["1:65 CheckboxMultiSelect needs options, and there are none."],
    ],
    [
      "options of a text box",
      attribute("attribute: a, label: A, options: [x]"),
      ["1:58 TextBox has no options: expected input RadioSingleSelect or CheckboxMultiSelect."],
    ],
    [
      "an option twice",
      attribute("attribute: a, label: A, input: RadioSingleSelect, options: [x, { value: x }]"),
      ['1:106 "x" is in this list already.'],
    ],
    [
      "an option that is a number",
      attribute("attribute: a, label: A, input: RadioSingleSelect, options: [36]"),
      ["1:94 An item of options has to be text or a map; this is a number."],
    ],
    [
      "a pattern of a number box",
      attribute('attribute: a, label: A, input: NumericTextBox, pattern: "1"'),
      ["1:81 NumericTextBox has no pattern: only a TextBox has one."],
    ],
    [
      "a pattern for a name",
      attribute('attribute: displayName, pattern: "[a-z]+"'),
      ["1:58 displayName has no pattern: any name is a name."],
    ],
    [
      "a name in a list of choices",
      attribute("attribute: displayName, input: RadioSingleSelect, options: [x]"),
      ["1:65 displayName is asked for in a TextBox: any name is a name."],
    ],
    [
      "a pattern that is none",
      attribute('attribute: a, label: A, pattern: "("'),
      ["1:67 pattern is not a regular expression."],
    ],
    [
      "a pattern that closes what it did not open",
      attribute('attribute: a, label: A, pattern: "a)(b"'),
      ["1:67 pattern is not a regular expression."],
    ],
    [
      "a pattern that takes for ever",
      attribute('attribute: a, label: A, pattern: "(a+)+"'),
      ["1:67 pattern takes too long for some texts."],
    ],
    [
      "an unknown input",
      attribute("attribute: a, label: A, input: Textbox"),
      [
        '1:65 input "Textbox" is unknown: expected TextBox, RadioSingleSelect, CheckboxMultiSelect, CheckboxSingleSelect or NumericTextBox. Did you mean TextBox?',
      ],
    ],
    [
      "more than 80 fields",
      flow(
        `attributes: [city, { attribute: a, label: A, input: RadioSingleSelect, options: [${Array.from({ length: 80 }, (_, at) => `o${at}`).join(", ")}] }]`,
      ),
      ["1:38 Sign-up asks for more than 80 fields from here on."],
    ],

    [
      "a member that is no user of the file",
      "groups: { g: { members: [ada@a.example] } }",
      ['1:26 The file has no user "ada@a.example": users has none.'],
    ],
    ["a policy that requires nothing", "policies: { p: {} }", ['1:13 The policy "p" has no require.']],
    [
      "a policy for no app",
      "policies: { p: { require: mfa, apps: [] } }",
      ["1:32 apps is empty: the policy would count for nothing. Expected all or a list of keys."],
    ],
    [
      "a policy for one app without a list",
      "policies: { p: { require: mfa, apps: al } }",
      ['1:38 apps "al" is unknown: expected all or a list of keys. Did you mean all?'],
    ],
    [
      "a policy called like a user flow's own",
      'userFlows: { f: { mfa: required } }\npolicies: { "f: second factor": { require: mfa } }',
      ['2:13 The user flow "f" has this policy already by mfa: required.'],
    ],
    [
      "a user who is no email address",
      "users: { ada: }",
      ["1:10 The key is no email address, such as ada@contoso.example."],
    ],
    [
      "users who differ in case",
      "users: { ada@a.example: , Ada@a.example: }",
      ['1:27 The users "ada@a.example" and "Ada@a.example" differ only in case: they would be one.'],
    ],
  ];
  for (const [what, text, problems] of refused) {
    test(`refuses ${what}`, () => assert.deepEqual(problemsOf(text), problems));
  }

  test("is told together with all others, also where a whole section is wrong", () => {
    const { problems } = refusal(
      "tenant: [x]\napps: { a: { permissions: [nothing] } }\nusers: x\npolicies: { p: { except: [a@b.c] } }",
    );
    assert.deepEqual(
      problems.map(({ line }) => line),
      [1, 2, 3, 4, 4],
    );
  });

  test("says what to do, where that does not follow from the sentence", () => {
    const [problem] = refusal(flow("attributes: [loyaltyNumber]")).problems;
    assert.equal(
      problem?.hint,
      "An attribute of its own is written as a map: { attribute: loyaltyNumber, label: Loyalty number }.",
    );
    const [number] = refusal("tenant: { name: 007 }").problems;
    assert.equal(number?.hint, 'Write it in quotes: "007".');
  });
});
