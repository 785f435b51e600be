import type { View } from "../ui/view.ts";

/** Fields of a form or a query; every name at most once. */
export type Fields = ReadonlyMap<string, string>;

/** Ends a request with a page; thrown where no handler can go on. */
export class PageProblem extends Error {
  readonly view: View;
  /** Instead of the view's own status. */
  readonly status: number | undefined;
  constructor(view: View, status?: number) {
    super(view.page);
    this.name = "PageProblem";
    this.view = view;
    this.status = status;
  }
}

/** No page of ours sends a form like this: a field twice, a button that is none, far too many fields. */
export function malformed(): PageProblem {
  return new PageProblem({ page: "stale_form" }, 400);
}

/** Sign-up asks for 80 at most (`MAX_QUESTION_FIELDS`), beside its own. */
const MAX_FIELDS = 100;

/** @throws PageProblem when a name comes twice: which of the two counts is not ours to guess */
export function readFields(encoded: string): Fields {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(encoded)) {
    if (fields.has(name) || fields.size === MAX_FIELDS) throw malformed();
    fields.set(name, value);
  }
  return fields;
}

/** One of the values that the page's buttons send. */
export function choice<const T extends string>(fields: Fields, name: string, allowed: readonly T[]): T {
  const value = allowed.find((one) => one === fields.get(name));
  if (value === undefined) throw malformed();
  return value;
}
