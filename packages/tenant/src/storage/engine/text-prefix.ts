import { type RawBuilder, sql } from "kysely";
import type { Database } from "./database.ts";

/** The last character of Unicode: no text that begins with the prefix comes after it. */
const LAST = "\u{10ffff}";

/**
 * Whether a text begins with the prefix, byte by byte, so that an index finds it: on PostgreSQL one of `text_pattern_ops`,
 * because others follow the rules of a language.
 *
 * @param text an expression over columns, exactly as in the index
 */
export function startsWith(
  { kind }: Pick<Database, "kind">,
  text: RawBuilder<unknown>,
  prefix: string,
): RawBuilder<boolean> {
  const end = prefix + LAST;
  return kind === "postgres"
    ? sql<boolean>`(${text} ~>=~ ${prefix} and ${text} ~<~ ${end})`
    : sql<boolean>`(${text} >= ${prefix} and ${text} < ${end})`;
}

/**
 * How a name may be stored whose lower case begins with this: SQLite changes ASCII letters alone, PostgreSQL those that its
 * language knows.
 */
export function prefixesOf(typed: string): string[] {
  const ascii = typed.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const [first = ""] = ascii;
  return [
    ...new Set([ascii, typed.toLowerCase(), first.toUpperCase().replace(/[A-Z]/g, first) + ascii.slice(first.length)]),
  ];
}
