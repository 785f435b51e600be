// `npm run schema` writes the schemas that editors complete files with; a test fails if one is out of date.
import { writeFileSync } from "node:fs";
import { tenantFileSchema } from "@doorcode/prepare";
import { jsonSchemaOf } from "@doorcode/prepare/source-file";
import { serverSchema } from "../../src/tenant/server-schema.ts";

const schemas = { "server.schema.json": jsonSchemaOf(serverSchema), "tenant.schema.json": tenantFileSchema() };
for (const [name, schema] of Object.entries(schemas)) {
  writeFileSync(new URL(`../../schema/${name}`, import.meta.url), `${JSON.stringify(schema, undefined, 2)}\n`);
}
