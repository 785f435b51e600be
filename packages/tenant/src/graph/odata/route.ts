import { z } from "zod";
import type { AdminView } from "../../admin/admin-context.ts";
import type { Administration } from "../../admin/administration.ts";
import type { GraphCaller } from "../caller.ts";
import { badRequest, invalidProperty } from "./graph-error.ts";

export interface GraphRoute {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the base: `groups/{group}/members/$ref`. */
  path: string;
  /** The caller's token needs one of these. */
  scopes: readonly string[];
  /** Shows callers only their own account, and needs no administrator. */
  ofThemselves?: boolean;
  handle(call: GraphCall): Promise<GraphAnswer>;
}

export interface GraphCall {
  /** The store is read-only here. */
  ctx: AdminView;
  /** Makes changes on behalf of the caller. */
  admin: Administration;
  caller: GraphCaller;
  /** By their names in the route's path. */
  keys: Record<string, Key>;
  query: URLSearchParams;
  /** As requested, below the base and without the query. */
  path: string;
  /** The parsed JSON. Undefined if there was no body. */
  body: unknown;
  /** Preferences of RFC 7240 without a value, in lower case. */
  prefer: ReadonlySet<string>;
  now: number;
}

export interface GraphAnswer {
  status: 200 | 201 | 204;
  body?: object;
}

export const NO_CONTENT: GraphAnswer = { status: 204 };

/** One entity, by a key that this resource supports. `id` is always one. */
export function keyOf(call: GraphCall, name: string, alternates: readonly string[] = []): Key {
  const key = call.keys[name] as Key;
  if (key.by === "id" || alternates.includes(key.by)) return key;
  throw badRequest(`'${key.by}' is not a key of this resource. Use ${["id", ...alternates].join(" or ")}.`);
}

/** A JSON object with exactly these members, plus annotations of its type. */
export function strictBody<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({ "@odata.type": z.string().max(200).optional(), ...shape });
}

/**
 * The validated request body: every member known and of the right type.
 *
 * @throws GraphError 400 that names the invalid property
 */
export function readBody<Schema extends z.ZodType>(call: GraphCall, schema: Schema, resource: string): z.infer<Schema> {
  if (call.body === undefined) throw badRequest("Empty Payload. JSON content expected.");
  const result = schema.safeParse(call.body);
  if (result.success) return result.data;
  const { issues } = result.error;
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!;
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const names = issue.keys.map((key) => `'${[...path, key].join(".")}'`).join(", ");
    throw badRequest(`Invalid property ${names} on resource '${resource}': it is unknown, read-only or not supported.`);
  }
  if (path.length === 0) throw badRequest(`The body is not a valid ${resource}: ${issue.message}.`);
  const missing = issue.code === "invalid_type" && valueAt(call.body, issue.path) === undefined;
  throw invalidProperty(path.join("."), resource, missing ? "a value is required." : `${issue.message}.`);
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((inside: unknown, name) => (inside as Record<PropertyKey, unknown> | undefined)?.[name], body);
}

/** A key of one entity: `id`, or an alternate key such as `applications(uniqueName='…')`. */
export interface Key {
  by: string;
  value: string;
}

/** One step of a path: a word, or a key in parentheses after one (OData URL Conventions §4.3). */
export type Step = { word: string } | { key: Key };

const WITH_KEY = /^([A-Za-z.]+)\((?:([A-Za-z]+)=)?(?:'((?:[^']|'')*)'|([0-9A-Za-z-]+))\)$/;

/** The steps below the base, or undefined if the path cannot be decoded. */
export function stepsOf(path: string): Step[] | undefined {
  const steps: Step[] = [];
  for (const encoded of path.split("/").filter((segment) => segment !== "")) {
    let segment: string;
    try {
      segment = decodeURIComponent(encoded);
    } catch {
      return undefined;
    }
    const match = WITH_KEY.exec(segment);
    if (!match) {
      steps.push({ word: segment });
      continue;
    }
    const [, word = "", by = "id", quoted, bare = ""] = match;
    steps.push({ word }, { key: { by, value: quoted === undefined ? bare : quoted.replaceAll("''", "'") } });
  }
  return steps;
}

/** The keys by their names in the pattern (`users/{user}`), or undefined if the path does not match. */
export function matchPath(pattern: string, steps: Step[]): Record<string, Key> | undefined {
  const parts = pattern.split("/");
  if (parts.length !== steps.length) return undefined;
  const keys: Record<string, Key> = {};
  for (const [index, part] of parts.entries()) {
    const step = steps[index]!;
    if (part.startsWith("{")) keys[part.slice(1, -1)] = "key" in step ? step.key : { by: "id", value: step.word };
    else if (!("word" in step) || step.word.toLowerCase() !== part.toLowerCase()) return undefined;
  }
  return keys;
}
