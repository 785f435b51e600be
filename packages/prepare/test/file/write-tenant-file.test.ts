import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { readTenantFile, type TenantModel, writeTenantFile } from "../../src/index.ts";
import { everything, packageFile, refusal } from "./fixtures/reading.ts";
import { tenantModel } from "./fixtures/tenant-model.ts";

const nothing: TenantModel = {
  tenant: {
    ...{ name: undefined, domain: undefined, colour: undefined },
    ...{ signUp: undefined, accountUserFlow: undefined, lifetimes: undefined },
  },
  apps: {},
  apis: {},
  userFlows: {},
  groups: {},
  policies: {},
  users: {},
};

const read = (text: string) => readTenantFile(text, "doorcode.tenant.yaml");

describe("the file written for a model", () => {
  test("reads as an equal model, for every possible model, and writing that gives the same text", () => {
    fc.assert(
      fc.property(tenantModel, (model) => {
        const text = writeTenantFile(model);
        const again = read(text);
        assert.deepEqual(again, model);
        assert.equal(writeTenantFile(again), text);
      }),
      { numRuns: 150 },
    );
  });

  test("keeps everything of a file with every feature", () => {
    const model = read(everything());
    const text = writeTenantFile(model);
    assert.deepEqual(read(text), model);
    assert.equal(writeTenantFile(read(text)), text);
  });

  test("names the schema in its first line, so that editors complete it", () => {
    const [first] = writeTenantFile(nothing).split("\n");
    assert.equal(first, "# yaml-language-server: $schema=./node_modules/doorcode/schema/tenant.schema.json");
    const other = everything().replace(
      /^.*\n/,
      "# yaml-language-server: $schema=https://elsewhere.example/tenant.json\n",
    );
    assert.deepEqual(read(other), read(everything()));
  });

  test("leaves out defaults, and quotes only values that need it", () => {
    const text = writeTenantFile(read(packageFile("../../docs/guide/doorcode.tenant.yaml")));
    assert.equal(
      text.slice(text.indexOf("\napps:") + 1),
      `\
apps:
  ciam-client-app:
    permissions:
      - openid
      - offline_access
      - ciam-ToDoList-api/ToDoList.Read
      - ciam-ToDoList-api/ToDoList.ReadWrite

apis:
  ciam-ToDoList-api:
    scopes:
      ToDoList.Read:
        displayName: Read your to-do lists
        displayNames: { de: Ihre Aufgabenlisten lesen }
      ToDoList.ReadWrite:
        displayName: Read and change your to-do lists
        displayNames: { de: Ihre Aufgabenlisten lesen und ändern }

userFlows:
  SignInSignUpSample: { attributes: [displayName], apps: [ciam-client-app] }
`,
    );
  });

  test("shows what cannot be seen: control characters and characters that reverse the text direction are escaped", () => {
    const description = "a\u001b[2J\u007f\u009b31m\u0085 \\ \u202eb\u2066";
    const model = read("groups: { staff: { description: said } }");
    model.groups.staff!.description = description;
    const text = writeTenantFile(model);
    assert.doesNotMatch(text, /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    assert.equal(parse(text).groups.staff.description, description);
  });

  test("of an empty model has only the header, and reads as an empty model", () => {
    const text = writeTenantFile(nothing);
    assert.deepEqual(parse(text), {});
    assert.deepEqual(read(text), nothing);
  });

  test("does not depend on the order of an entry's members", () => {
    const app = read("apps: { a: { displayName: A, groupClaims: true } }");
    const turned = Object.fromEntries(Object.entries(app.apps.a!).reverse()) as unknown as TenantModel["apps"][string];
    assert.equal(writeTenantFile({ ...app, apps: { a: turned } }), writeTenantFile(app));
  });

  test("is also written for a model that breaks rules, which reading it reports", () => {
    const scope = { consent: "admin", displayName: " ", displayNames: {}, description: " ", enabled: true } as const;
    const api = {
      displayName: "A",
      identifierUri: "urn:a",
      tokenProfile: "entra",
      accessTokenSigningAlg: "RS256",
      groupClaims: false,
      roles: {},
    } as const;
    const text = writeTenantFile({ ...nothing, apis: { "my api": { ...api, scopes: { "a/b": scope } } } });
    const { problems } = refusal(text);
    assert.equal(problems.length, 4, text);
  });
});
