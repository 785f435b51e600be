// `npm run docs:reference` writes the generated pages of docs/reference; reference.test.ts fails while one is out of date.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { referencePages } from "./pages.ts";

const folder = new URL("../../docs/reference/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(referencePages())) {
  writeFileSync(new URL(name, folder), text);
  process.stderr.write(`${join("docs/reference", name)}\n`);
}
