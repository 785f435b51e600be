// `npm run schema` writes server.schema.json; a test fails if the file is out of date.
import { mkdirSync, writeFileSync } from "node:fs";
import { jsonSchemaOf } from "@doorcode/prepare/source-file";
import { serverSchema } from "../../src/tenant/server-schema.ts";

const file = new URL("../../schema/server.schema.json", import.meta.url);
mkdirSync(new URL("./", file), { recursive: true });
writeFileSync(file, `${JSON.stringify(jsonSchemaOf(serverSchema), undefined, 2)}\n`);
