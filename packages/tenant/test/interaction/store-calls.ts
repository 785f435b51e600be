import type { PagesUnderTest } from "./pages-under-test.ts";

const READS =
  /\.(?:find|list|count|peek|poll|stateOf|facts$|consentFacts$|setting$|totpOf$|consentsFor$|rolesFor$|groupsOf$)/;

/** Whether a store operation only reads. An unknown one counts as a write. */
export const isRead = (verb: string) => READS.test(verb);

/** The names of the store operations that were called, in order: the work of a request. */
export function recordVerbs(of: PagesUnderTest | Pick<PagesUnderTest["ctx"], "store">): string[] {
  const ctx = "ctx" in of ? of.ctx : of;
  const called: string[] = [];
  const recorded = (name: string, part: unknown): unknown => {
    if (typeof part === "object" && part !== null) return everyVerb(`${name}.`, part);
    if (typeof part !== "function") return part;
    return (...args: unknown[]) => {
      called.push(name);
      return part(...args);
    };
  };
  const everyVerb = <T extends object>(prefix: string, parts: T): T =>
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, recorded(`${prefix}${name}`, part)])) as T;
  ctx.store = everyVerb("", ctx.store);
  return called;
}
