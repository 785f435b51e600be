import { PageProblem } from "../interaction/page-request.ts";
import type { ConsoleRequest } from "./console-request.ts";

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The ID in the path: a GUID of ours. For anything else undefined, without a query. */
export function idIn({ params }: Pick<ConsoleRequest, "params">, name = "id"): string | undefined {
  const id = params[name]?.toLowerCase() ?? "";
  return GUID.test(id) ? id : undefined;
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
