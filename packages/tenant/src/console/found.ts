import { type Fields, PageProblem, readFields } from "../interaction/page-request.ts";
import type { ConsoleRequest } from "./console-request.ts";

/** Longer than an email address, and than the names of the tenant's objects. */
const LONGEST_TEXT = 320;

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Every object of the tenant has such an ID. For anything else, no store is asked. */
export const isGuid = (text: string): boolean => GUID.test(text);

/**
 * The fields of a console's query or form, without NUL: PostgreSQL stores none, and no page has a use for one.
 *
 * @throws PageProblem if a name occurs twice
 */
export function consoleFields(encoded: string): Fields {
  const fields = readFields(encoded);
  return encoded.includes("%00")
    ? new Map([...fields].map(([name, text]) => [name, text.replaceAll("\0", "")]))
    : fields;
}

/** What was typed in one line: a search, a filter, a name. */
export const textIn = ({ fields }: Pick<ConsoleRequest, "fields">, name: string): string =>
  (fields.get(name) ?? "").trim().slice(0, LONGEST_TEXT);

/** The ID in the path: a GUID of ours. For anything else undefined, without a query. */
export function idIn({ params }: Pick<ConsoleRequest, "params">, name = "id"): string | undefined {
  const id = params[name]?.toLowerCase() ?? "";
  return isGuid(id) ? id : undefined;
}

/** The object does not exist, or no longer does. Thrown. */
export const notFound = (): PageProblem => new PageProblem({ page: "not_found" });

/** What a page says was done, after its form led here. */
export function doneOf<const Name extends string>(
  { fields }: Pick<ConsoleRequest, "fields">,
  known: readonly Name[],
): Name | null {
  return known.find((name) => name === fields.get("done")) ?? null;
}
