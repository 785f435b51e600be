import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { tenantFileSchema } from "@doorcode/prepare";
import { jsonSchemaOf } from "@doorcode/prepare/source-file";
import { serverSchema } from "../../packages/cli/src/tenant/server-schema.ts";
import { referencePages } from "./pages.ts";
import { symptoms } from "./symptoms.ts";
import { troubles } from "./troubleshooting.ts";

const folder = new URL("../../docs/reference/", import.meta.url);

/** Every name that is a member of some object in the schema. */
function membersOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const own = "properties" in schema ? Object.keys(schema.properties as object) : [];
  return [...own, ...Object.values(schema).flatMap(membersOf)];
}

describe("the generated reference pages", () => {
  for (const [name, text] of Object.entries(referencePages())) {
    test(`docs/reference/${name} is up to date: npm run docs:reference writes it`, () => {
      assert.equal(readFileSync(new URL(name, folder), "utf8"), text);
    });
  }

  for (const [name, schema] of [
    ["tenant-file.md", tenantFileSchema()],
    ["server-file.md", jsonSchemaOf(serverSchema)],
  ] as const) {
    test(`${name} has every member of the schema`, () => {
      const page = referencePages()[name];
      const members = new Set(membersOf(schema));
      assert.ok(members.size > 10);
      for (const member of members) assert.ok(page!.includes(`| \`${member}\` |`), member);
    });
  }

  test("docs/troubleshooting.md has every error of the reference, with what to do", () => {
    const { "errors.md": errors = "", "../troubleshooting.md": page = "" } = referencePages();
    const listed = [...errors.matchAll(/^\| (?:`(\w+)`|(\d+) \| \d+ \| `\w+`) \|/gm)].map(
      ([, code, number]) => code ?? number,
    );
    assert.ok(listed.length > 150, String(listed.length));
    const missing = listed.filter((code) => !new RegExp(`^\\| (?:\`${code}\`|AADSTS${code},)`, "m").test(page));
    assert.deepEqual(missing, []);
    for (const { code, remedy } of troubles) assert.match(remedy, /^.{8,}\.$/s, code);
  });

  test("every symptom of docs/troubleshooting.md has errors", () => {
    for (const symptom of Object.keys(symptoms)) {
      assert.ok(
        troubles.some((each) => each.symptom === symptom),
        symptom,
      );
    }
  });

  test("the page of errors has each code once in its table", () => {
    const { "errors.md": page } = referencePages();
    for (const section of page!.split("\n## ").slice(1, 5)) {
      const codes = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
      assert.ok(codes.length > 10, section.slice(0, 40));
      assert.equal(new Set(codes).size, codes.length);
    }
  });
});
