import type { Fields } from "../interaction/page-request.ts";

/** Rows of a page. A page asks its store for one more, and so knows whether another page follows. */
export const PAGE_ROWS = 50;

type Key = readonly (string | number)[];

/** The query parameter that continues a list after the row with this key (keyset, never an offset). */
export function afterKey(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/**
 * The key after which the list continues. Undefined on the first page, and for what our pages never send.
 *
 * @param shape an example of each part: only its type counts
 */
export function keyIn<const K extends Key>(
  fields: Fields,
  shape: K,
  name = "after",
): { -readonly [I in keyof K]: K[I] extends string ? string : number } | undefined {
  const text = fields.get(name);
  if (text === undefined || text.length > 1_000) return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    const fits =
      Array.isArray(key) && key.length === shape.length && key.every((part, i) => isPart(part, typeof shape[i]));
    return fits ? (key as never) : undefined;
  } catch {
    return undefined;
  }
}

/** PostgreSQL takes no fraction for an integer, and no NUL in a text. */
function isPart(part: unknown, type: string): boolean {
  if (typeof part === "string") return type === "string" && !part.includes("\0");
  return type === "number" && Number.isSafeInteger(part);
}

/** The rows to show, and the key of the last one if another page follows. */
export function pageOf<Row>(rows: readonly Row[], keyOf: (row: Row) => Key): { rows: Row[]; next: string | null } {
  const shown = rows.slice(0, PAGE_ROWS);
  const last = shown.at(-1);
  return { rows: shown, next: rows.length > PAGE_ROWS && last !== undefined ? afterKey(keyOf(last)) : null };
}
