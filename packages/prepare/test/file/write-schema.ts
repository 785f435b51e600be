// `npm run schema` writes tenant.schema.json anew; a test says when that was forgotten.
import { writeFileSync } from "node:fs";
import { tenantFileSchema } from "../../src/index.ts";

const file = new URL("../../tenant.schema.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(tenantFileSchema(), undefined, 2)}\n`);
