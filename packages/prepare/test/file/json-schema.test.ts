import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Ajv } from "ajv";
import formatsOf from "ajv-formats";
import fc from "fast-check";
import { parse } from "yaml";
import { tenantFileSchema, writeTenantFile } from "../../src/index.ts";
import { everything, packageFile } from "./fixtures/reading.ts";
import { tenantModel } from "./fixtures/tenant-model.ts";

const schema = tenantFileSchema();
const addFormats = formatsOf as unknown as (ajv: Ajv) => Ajv;
const valid = addFormats(new Ajv({ allErrors: true, allowUnionTypes: true, strict: true, strictTypes: false })).compile(
  schema,
);

type Node = { [member: string]: unknown };

/** Every subschema, by its path. */
function* nodes(node: Node, path = ""): Generator<[string, Node]> {
  yield [path, node];
  for (const [name, inner] of Object.entries((node.properties ?? {}) as Record<string, Node>)) {
    yield* nodes(inner, `${path}/${name}`);
  }
  for (const inner of [node.items, node.additionalProperties, ...((node.anyOf ?? []) as Node[])]) {
    if (typeof inner === "object" && inner !== null) yield* nodes(inner as Node, `${path}/*`);
  }
}

describe("the JSON Schema of the tenant file", () => {
  test("matches the committed file, which `npm run schema` writes", () => {
    assert.deepEqual(JSON.parse(packageFile("tenant.schema.json")), JSON.parse(JSON.stringify(schema)));
  });

  test("describes every member, and allows no other", () => {
    for (const [path, node] of nodes(schema as Node)) {
      for (const [name, member] of Object.entries((node.properties ?? {}) as Record<string, Node>)) {
        assert.ok(member.description, `${path}/${name} has no description`);
      }
      if (node.properties) assert.equal(node.additionalProperties, false, path);
    }
  });

  test("accepts every file that is written", () => {
    fc.assert(
      fc.property(tenantModel, (model) => {
        assert.ok(valid(parse(writeTenantFile(model))), JSON.stringify(valid.errors));
      }),
      { numRuns: 100 },
    );
    for (const text of [everything(), packageFile("../../docs/guide/doorcode.tenant.yaml")]) {
      assert.ok(valid(parse(text)), JSON.stringify(valid.errors));
    }
  });

  for (const text of [
    "colour: red",
    "tenant: { colour: green }",
    "apps: { my app: {} }",
    "apps: { a: { publicClient: yes } }",
    "apps: { a: { permissions: [opnid] } }",
    "apis: { a: { scopes: { read: {} } } }",
    "userFlows: { f: { signIn: [passwrd] } }",
    "userFlows: { f: { mfa: true } }",
    "users: { ada@a.example: { passwordFrom: hunter2 } }",
    "users: { ada: {} }",
  ]) {
    test(`an editor marks the errors that reading reports: ${text}`, () => assert.equal(valid(parse(text)), false));
  }
});
