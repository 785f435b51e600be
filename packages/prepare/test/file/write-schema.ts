// `npm run schema` writes tenant.schema.json; a test fails if the file is out of date.
import { writeFileSync } from "node:fs";
import { tenantFileSchema } from "../../src/index.ts";

const file = new URL("../../tenant.schema.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(tenantFileSchema(), undefined, 2)}\n`);
