import assert from "node:assert/strict";
import { test } from "node:test";
import { problemsOf, refusal } from "./fixtures/reading.ts";

const file = `\
tenant:
  colour: green
apps:
  ciam-client-app:
    redirectUri: http://localhost
    permissions: [openid, ciam-ToDoList-api/ToDoList.Raed]
    publicClient: yes
  ciam-client-app: {}
apis:
  ciam-ToDoList-api:
    tokenProfile: rfc9086
    scopes:
      ToDoList.Read: { description: Reads your lists }
userFlows:
  SignInSignUpSample:
    signIn: [passwrd]
    attributes: [displayName, { attribute: size, label: Size, input: RadioSingleSelect }]
    apps: [ciam-client-ap]
groups:
  staff: { members: [ada@contoso.example], displayName: 2024 }
users:
  ada@contoso.example: { passwordFrom: hunter2 }
`;

test("a file with twelve different errors gives twelve precise messages in one read", () => {
  assert.deepEqual(problemsOf(file), [
    "2:11 colour is not a color: write #rgb or #rrggbb, in quotes.",
    '5:5 Unknown key "redirectUri" in an app: expected displayName, publicClient, redirectUris, postLogoutRedirectUris, permissions, adminConsent, assignmentRequired, assignedTo, groupClaims, idTokenSignedResponseAlg, grantTypes or administrativeScopes. Did you mean redirectUris?',
    '6:27 The API "ciam-ToDoList-api" has no scope "ToDoList.Raed": expected ToDoList.Read. Did you mean ToDoList.Read?',
    "7:19 publicClient must be true or false; this is text. Did you mean true?",
    '8:3 "ciam-client-app" is already defined on line 4.',
    '11:19 tokenProfile "rfc9086" is not valid: expected entra or rfc9068. Did you mean rfc9068?',
    '13:7 The scope "ToDoList.Read" has no displayName.',
    '16:14 "passwrd", in signIn, is not valid: expected password, email_code or passkey. Did you mean password?',
    "17:70 RadioSingleSelect needs options.",
    '18:12 Unknown app "ciam-client-ap": expected a key of apps. Did you mean ciam-client-app?',
    "20:57 displayName must be text; this is a number.",
    "22:40 passwordFrom must name an environment variable: upper-case letters, digits and _, such as ADA_PASSWORD.",
  ]);
});

test("the error says how many there are, and where the first one is", () => {
  const error = refusal(file);
  assert.equal(error.code, "tenant_file_invalid");
  assert.equal(error.fileName, "doorcode.tenant.yaml");
  assert.match(error.message, /^doorcode\.tenant\.yaml:2:11 colour is not a color.* \(and 11 more\)$/);
});
