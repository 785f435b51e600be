// `npm run schema` runs this; chart-files.test.ts fails if a file is out of date.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../packaging/pack.ts";
import { chartFiles } from "./chart-files.ts";

for (const [path, text] of chartFiles()) writeFileSync(join(root, path), text);
