import type { PagesUnderTest } from "./pages-under-test.ts";

const READS = /\.(?:find|list|count|peek|poll|stateOf|facts$|setting$|totpOf$|consentsFor$|rolesFor$|groupsOf$)/;

/** Whether a verb of the store only reads. One that is not known here counts as a change. */
export const isRead = (verb: string) => READS.test(verb);

/** The names of the store's verbs that were called, in their order; what the work of a request is made of. */
export function recordVerbs({ ctx }: PagesUnderTest): string[] {
  const called: string[] = [];
  const recorded = Object.entries(ctx.store).map(([part, verbs]) => {
    if (typeof verbs !== "object") return [part, verbs];
    const names = Object.entries(verbs as Record<string, (...args: unknown[]) => unknown>).map(([name, verb]) => [
      name,
      (...args: unknown[]) => {
        called.push(`${part}.${name}`);
        return verb(...args);
      },
    ]);
    return [part, Object.fromEntries(names)];
  });
  ctx.store = Object.fromEntries(recorded);
  return called;
}
