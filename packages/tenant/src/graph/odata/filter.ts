import { badRequest } from "./graph-error.ts";

/**
 * What `$filter` may say here (OData URL Conventions §5.1.1): comparisons for equality, and such of the members of a
 * collection (`tags/any(t:t eq '…')`), joined by `and`.
 */
export type Condition =
  | { is: "eq"; path: string[]; value: Literal }
  /** Some member meets all of these, whose paths begin at the member. */
  | { is: "any"; path: string[]; all: Condition[] };

type Literal = string | number | boolean | null;

const TOKEN = /\s*(?:('(?:[^']|'')*')|([A-Za-z_@][\w.@]*)|(-?\d+)|([()/:,]))/y;
const MAX_LENGTH = 2_000;

/** @throws GraphError 400 for what is no filter, or one that is not understood here */
export function parseFilter(text: string, properties: readonly string[], type: string): Condition[] {
  if (text.length > MAX_LENGTH) throw badRequest("Invalid filter clause: it is too long.");
  const tokens = tokensOf(text);
  let at = 0;
  const peek = () => tokens[at];
  const next = () => tokens[at++];
  const wrong = () =>
    badRequest(
      `Invalid filter clause: '${text}' is not supported. Use eq, and, and any with them, as in displayName eq 'x'.`,
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
    // A function of OData's, which none is.
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

/** Only what an object itself was answered with: neither what it inherits, nor the length of a text or a list. */
function ownProperty(inside: unknown, name: string): unknown {
  if (typeof inside !== "object" || inside === null || Array.isArray(inside)) return undefined;
  return Object.hasOwn(inside, name) ? (inside as Record<string, unknown>)[name] : undefined;
}

/** The string that this path is to equal, where the filter says so. */
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

/** Graph compares without regard to case, but for what is a key or a word of the caller's own. */
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
    if (!match) throw badRequest(`Invalid filter clause: '${text}' cannot be read.`);
    tokens.push(match[0].trim());
  }
  if (tokens.length === 0) throw badRequest("Invalid filter clause: it is empty.");
  return tokens;
}
