import { graphOf } from "../../directory/tenant-config.ts";
import { type Condition, meets, noProperty, parseFilter } from "./filter.ts";
import { badRequest } from "./graph-error.ts";
import type { GraphAnswer, GraphCall } from "./route.ts";

/** How Graph responds with entities of one kind. */
export interface Resource {
  /** The type in Graph's metadata: `application`. */
  type: string;
  /** The part after `$metadata#` in `@odata.context`. */
  set: string;
  /** The properties that can be selected and filtered. */
  properties: readonly string[];
  /** `$expand` is accepted without effect: everything is already in the response. */
  expands?: boolean;
}

export type Item = { id: string } & Record<string, unknown>;

const PAGE = 100;
const MAX_PAGE = 999;
const OPTIONS = ["$filter", "$select", "$top", "$count", "$skiptoken", "$expand"];

/** The validated query options of a list. */
export interface ListQuery {
  conditions: Condition[];
  top: number;
  /** IDs up to this one were on earlier pages. */
  after: string;
  count: boolean;
}

/** @throws GraphError 400 for an unknown option or an invalid value */
export function listQuery({ query }: Pick<GraphCall, "query">, resource: Resource): ListQuery {
  checkOptions(query, resource);
  const filter = query.get("$filter");
  const top = query.get("$top") ?? String(PAGE);
  if (!/^\d{1,6}$/.test(top) || Number(top) < 1 || Number(top) > MAX_PAGE) {
    throw badRequest(`Invalid page size specified: '${top}'. Must be between 1 and ${MAX_PAGE} inclusive.`);
  }
  const count = query.get("$count") ?? "false";
  if (count !== "true" && count !== "false") throw badRequest("Invalid value for $count: it must be true or false.");
  return {
    conditions: filter === null ? [] : parseFilter(filter, resource.properties, resource.type),
    top: Number(top),
    after: afterOf(query.get("$skiptoken")),
    count: count === "true",
  };
}

/** One page of all items. `items` can be in any order. */
export function collection(call: GraphCall, resource: Resource, items: Item[]): GraphAnswer {
  const asked = listQuery(call, resource);
  const found = items
    .filter((item) => meets(item, asked.conditions))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const rest = found.filter(({ id }) => id > asked.after);
  const page = rest.slice(0, asked.top);
  return pageAnswer(call, resource, {
    page,
    more: rest.length > page.length,
    count: asked.count ? found.length : null,
  });
}

/** A page that was read from the store as a page. */
export function pageAnswer(
  call: GraphCall,
  resource: Resource,
  { page, more, count }: { page: Item[]; more: boolean; count: number | null },
): GraphAnswer {
  const body: Record<string, unknown> = { "@odata.context": contextOf(call, resource) };
  if (count !== null) body["@odata.count"] = count;
  const last = page.at(-1);
  if (more && last) {
    const query = new URLSearchParams(call.query);
    query.set("$skiptoken", Buffer.from(last.id).toString("base64url"));
    body["@odata.nextLink"] = `${graphOf(call.ctx.config)}/${call.path}?${query}`;
  }
  return { status: 200, body: { ...body, value: page.map((item) => selected(call, resource, item)) } };
}

export function entity(call: GraphCall, resource: Resource, item: Item, status: 200 | 201 = 200): GraphAnswer {
  checkOptions(call.query, resource);
  const context = { "@odata.context": `${contextOf(call, resource)}/$entity` };
  return { status, body: { ...context, ...selected(call, resource, item) } };
}

function contextOf({ ctx }: GraphCall, { set }: Resource): string {
  return `${graphOf(ctx.config)}/$metadata#${set}`;
}

function selected({ query }: GraphCall, { properties, type }: Resource, item: Item): Record<string, unknown> {
  const select = query.get("$select");
  if (select === null || select === "*") return item;
  const names = select.split(",").map((name) => name.trim());
  // Custom attributes are properties of the users who have them.
  const unknown = names.find(
    (name) => !properties.includes(name) && !(type === "user" && /^extension_\w+$/.test(name)),
  );
  if (unknown !== undefined) throw noProperty(unknown, type);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name) || name.startsWith("@")));
}

function checkOptions(query: URLSearchParams, resource: Resource): void {
  for (const name of query.keys()) {
    if (!name.startsWith("$")) continue;
    const known = OPTIONS.includes(name) && (name !== "$expand" || resource.expands === true);
    if (!known) throw badRequest(`The query option '${name}' is not supported.`);
    if (query.getAll(name).length > 1) throw badRequest(`The query option '${name}' is repeated.`);
  }
}

function afterOf(skipToken: string | null): string {
  if (skipToken === null) return "";
  const after = Buffer.from(skipToken, "base64url").toString();
  if (/^[\w-]{1,400}$/.test(skipToken) && /^[^\p{Cc}\ufffd]+$/u.test(after)) return after;
  throw badRequest("Invalid $skiptoken: use the @odata.nextLink of the previous page.");
}
