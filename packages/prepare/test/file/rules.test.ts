import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readTenantFile } from "../../src/index.ts";
import { everything, packageFile, problemsOf, refusal } from "./fixtures/reading.ts";

const read = (text: string) => readTenantFile(text, "doorcode.tenant.yaml");
const flow = (members: string) => `userFlows: { f: { ${members} } }`;
const attribute = (members: string) => `userFlows: { f: { attributes: [{ ${members} }] } }`;

describe("a tenant file", () => {
  test("with every feature is read completely", () => {
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
      idTokenSignedResponseAlg: "RS256",
      grantTypes: undefined,
      administrativeScopes: undefined,
    });
    assert.deepEqual(model.apps["back-office"]?.grantTypes, ["authorization_code", "refresh_token"]);
    assert.deepEqual(model.apps["back-office"]?.administrativeScopes, ["Group.Read.All", "User.Read.All"]);
    assert.equal(model.apps["back-office"]?.idTokenSignedResponseAlg, "EdDSA");
    const { tokenProfile, accessTokenSigningAlg } = model.apis["printer-api"]!;
    assert.deepEqual([tokenProfile, accessTokenSigningAlg], ["rfc9068", "ES256"]);
    assert.deepEqual(model.apis["ciam-ToDoList-api"]?.scopes["ToDoList.ReadWrite"], {
      consent: "user",
      displayName: "Read and change your to-do lists",
      displayNames: { de: "Ihre Aufgabenlisten lesen und ändern" },
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

  test("from the guide has one app, one API with two scopes, and one user flow", () => {
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
    ["a short color", "tenant: { colour: '#AbC' }"],
    ["only a passkey without sign-up", flow("signIn: [passkey], signUp: false")],
    [
      "exactly 80 fields",
      flow(
        `attributes: [{ attribute: a, label: A, input: RadioSingleSelect, options: [${Array.from({ length: 80 }, (_, at) => `o${at}`).join(", ")}] }]`,
      ),
    ],
    ["a group with the name of an app", "apps: { a: }\ngroups: { a: }"],
    ["a key of 120 characters", `apps: { ${"a".repeat(120)}: }`],
    ["250 characters beyond the basic plane", attribute(`attribute: a, label: ${"👍".repeat(250)}`)],
  ];
  for (const [what, text] of accepted) test(`allows ${what}`, () => void read(text));

  const refused: [what: string, text: string, problems: string[]][] = [
    [
      "a member that is not a user of the file",
      "groups: { g: { members: [ada@a.example] } }",
      ['1:26 Unknown user "ada@a.example": users has none.'],
    ],
    ["a policy that requires nothing", "policies: { p: {} }", ['1:13 The policy "p" has no require.']],
    [
      "a policy for no app",
      "policies: { p: { require: mfa, apps: [] } }",
      ["1:32 apps is empty, so the policy would have no effect. Expected all or a list of keys."],
    ],
    [
      "a policy for one app without a list",
      "policies: { p: { require: mfa, apps: al } }",
      ['1:38 apps "al" is not valid: expected all or a list of keys. Did you mean all?'],
    ],
    [
      "a policy with the name of a user flow's own",
      'userFlows: { f: { mfa: required } }\npolicies: { "f: second factor": { require: mfa } }',
      ['2:13 The user flow "f" already has this policy through mfa: required.'],
    ],
    [
      "a user who is not an email address",
      "users: { ada: }",
      ["1:10 The key is not an email address, such as ada@contoso.example."],
    ],
    [
      "users who differ only in case",
      "users: { ada@a.example: , Ada@a.example: }",
      ['1:27 The users "ada@a.example" and "Ada@a.example" differ only in case, which Graph ignores.'],
    ],
  ];
  for (const [what, text, problems] of refused) {
    test(`refuses ${what}`, () => assert.deepEqual(problemsOf(text), problems));
  }

  test("is reported with all others, even if a whole section is invalid", () => {
    const { problems } = refusal(
      "tenant: [x]\napps: { a: { permissions: [nothing] } }\nusers: x\npolicies: { p: { except: [a@b.c] } }",
    );
    assert.deepEqual(
      problems.map(({ line }) => line),
      [1, 2, 3, 4, 4],
    );
  });

  test("says what to do, if that does not follow from the message", () => {
    const [problem] = refusal(flow("attributes: [loyaltyNumber]")).problems;
    assert.equal(
      problem?.hint,
      "Write a custom attribute as a map: { attribute: loyaltyNumber, label: Loyalty number }.",
    );
    const [number] = refusal("tenant: { name: 007 }").problems;
    assert.equal(number?.hint, 'Write it in quotes: "007".');
  });
});
