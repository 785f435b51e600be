import { readFileSync } from "node:fs";

export interface DocumentedDifference {
  name: string;
  text: string;
}

/** The rows of the table under one heading of docs/differences.md: each begins with its name in backticks. */
export function documented(heading: string): DocumentedDifference[] {
  const document = readFileSync(new URL("../../docs/differences.md", import.meta.url), "utf8");
  const section = document.split(/^## /m).find((each) => each.startsWith(heading));
  if (section === undefined) throw new Error(`docs/differences.md has no heading "${heading}".`);
  return [...section.matchAll(/^\| `([a-z0-9-]+)` \|(.*)\|$/gm)].map(([, name, text]) => ({
    name: name!,
    text: text!,
  }));
}
