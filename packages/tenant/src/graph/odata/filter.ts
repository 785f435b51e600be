import { badRequest } from "./graph-error.ts";

/**
 * The supported part of `$filter` (OData URL Conventions §5.1.1): comparisons for equality, also for members of a
 * collection (`tags/any(t:t eq '…')`), joined by `and`.
 */
export type Condition =
  | { is: "eq"; path: string[]; value: Literal }
  /** Some member of the collection matches all of these, whose paths start at the member. */
  | { is: "any"; path: string[]; all: Condition[] };

type Literal = string | number | boolean | null;

const TOKEN = /\s*(?:('(?:[^']|'')*')|([A-Za-z_@][\w.@]*)|(-?\d+)|([()/:,]))/y;
const MAX_LENGTH = 2_000;

/** @throws GraphError 400 for an invalid or unsupported filter */
export function parseFilter(text: string, properties: readonly string[], type: string): Condition[] {
  if (text.length > MAX_LENGTH) throw badRequest("Invalid filter clause: it is too long.");
  const tokens = tokensOf(text);
  let at = 0;
  const peek = () => tokens[at];
  const next = () => tokens[at++];
  const wrong = () =>
    badRequest(
      `Invalid filter clause: '${text}' is not supported. Use eq, and, and any, for example displayName eq 'x'.`,
    );
  const expect = (token: string) => {
    if (next() !== token) throw wrong();
  };

  const pathOf = (): string[] => {
    const path = [next()];
    while (peek() === "/" && tokens[at + 1] !== "any") {
      next();
      path.push(next());
    }
    if (path.some((name) => name === undefined || !/^[A-Za-z_]\w*$/.test(name))) throw wrong();
    return path as string[];
  };
  const all = (variable: string | null): Condition[] => {
    const conditions = [...one(variable)];
    while (peek() === "and") {
      next();
      conditions.push(...one(variable));
    }
    return conditions;
  };
  const one = (variable: string | null): Condition[] => {
    if (peek() === "(") {
      next();
      const inside = all(variable);
      expect(")");
      return inside;
    }
    const path = pathOf();
    // A function of OData. None is supported.
    if (peek() === "(") throw wrong();
    if (variable === null && !properties.includes(path[0]!)) throw noProperty(path[0]!, type);
    if (variable !== null && path.shift() !== variable) throw wrong();
    if (peek() === "/") {
      next();
      expect("any");
      expect("(");
      const member = next();
      if (variable !== null || member === undefined || !/^[A-Za-z]\w*$/.test(member)) throw wrong();
      expect(":");
      const inside = all(member);
      expect(")");
      return [{ is: "any", path, all: inside }];
    }
    expect("eq");
    return [{ is: "eq", path, value: literalOf(next(), wrong) }];
  };

  const conditions = all(null);
  if (at !== tokens.length) throw wrong();
  return conditions;
}

export function noProperty(name: string, type: string) {
  return badRequest(`Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`);
}

export function meets(item: unknown, conditions: Condition[]): boolean {
  return conditions.every((condition) => {
    const value = condition.path.reduce(ownProperty, item);
    if (condition.is === "any") return Array.isArray(value) && value.some((member) => meets(member, condition.all));
    return equal(value ?? null, condition.value, condition.path.at(-1));
  });
}

/** Only own properties of the response object: neither inherited ones, nor the length of a string or array. */
function ownProperty(inside: unknown, name: string): unknown {
  if (typeof inside !== "object" || inside === null || Array.isArray(inside)) return undefined;
  return Object.hasOwn(inside, name) ? (inside as Record<string, unknown>)[name] : undefined;
}

/** The string that the filter requires at this path, if any. */
export function equalTo(conditions: Condition[], ...path: string[]): string | undefined {
  for (const condition of conditions) {
    if (condition.path.join("/") !== path.slice(0, condition.path.length).join("/")) continue;
    if (condition.is === "any") {
      const inside = equalTo(condition.all, ...path.slice(condition.path.length));
      if (inside !== undefined) return inside;
    } else if (condition.path.length === path.length && typeof condition.value === "string") return condition.value;
  }
  return undefined;
}

/** Graph's comparisons are case-insensitive, except for keys and for values that callers define. */
function equal(value: unknown, wanted: Literal, name: string | undefined): boolean {
  if (typeof value !== "string" || typeof wanted !== "string") return value === wanted;
  if (name === undefined || name === "uniqueName") return value === wanted;
  return value.toLowerCase() === wanted.toLowerCase();
}

function literalOf(token: string | undefined, wrong: () => Error): Literal {
  if (token === undefined) throw wrong();
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
  if (token === "true" || token === "false") return token === "true";
  if (token === "null") return null;
  if (/^-?\d+$/.test(token)) return Number(token);
  throw wrong();
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) throw badRequest(`Invalid filter clause: '${text}' cannot be parsed.`);
    tokens.push(match[0].trim());
  }
  if (tokens.length === 0) throw badRequest("Invalid filter clause: it is empty.");
  return tokens;
}
