import { posix } from "node:path";
import { importsOf, type SourceFile } from "./source-files.ts";

const src = "packages/tenant/src/";

/**
 * The folders of the tenant, lowest first, with the folders that each may import. A new import is a decision: add it
 * here, and give the reason in the commit. `(root)` is `index.ts`.
 */
export const mayImport: Record<string, string[]> = {
  kernel: [],
  directory: [],
  storage: ["directory"],
  "storage/migrations": ["directory", "storage"],
  "storage/engine": ["kernel", "storage", "storage/migrations"],
  "storage/sql": ["kernel", "directory", "storage", "storage/migrations", "storage/engine"],
  oauth: ["kernel", "directory", "storage"],
  ui: ["kernel", "directory", "storage"],
  mail: ["kernel", "directory", "storage", "ui"],
  interaction: ["kernel", "directory", "storage", "oauth", "ui", "mail"],
  admin: ["kernel", "directory", "storage", "oauth", "ui", "mail"],
  testing: ["kernel", "directory", "storage", "oauth", "admin"],
  graph: ["kernel", "directory", "storage", "oauth", "ui", "admin"],
  control: ["kernel", "directory", "storage", "admin", "testing"],
  console: ["kernel", "directory", "storage", "ui", "interaction", "admin", "testing"],
  server: [
    ...["kernel", "directory", "storage", "storage/sql", "oauth", "ui", "mail"],
    ...["interaction", "admin", "testing", "graph", "control", "console"],
  ],
  operator: ["kernel", "storage", "mail", "admin", "control", "console", "server"],
  "test-tenant": ["kernel", "admin", "testing", "server"],
  "(root)": ["kernel", "directory", "storage", "oauth", "ui", "mail", "admin", "testing", "server"],
};

/**
 * Graph and the operator's socket change a tenant only through the admin room. Writing requires a context or a store
 * that can write, so this returns the files there that name such a type. All other code gets `StoreReader`, which the
 * compiler enforces.
 */
export function canWrite(files: SourceFile[]): string[] {
  const writers =
    /\b(AdminContext|OperatorContext|OAuthContext|AdminStore|(?:Administration|Authorization|Audit|Credential|Directory|Permission|Registration|Token)?Store|Managed(?:Users|Groups|Flows|Policies))\b/;
  return files
    .filter(({ path, text }) => /^packages\/tenant\/src\/(graph|control)\//.test(path) && writers.test(text))
    .map(({ path }) => path.slice(src.length))
    .sort();
}

/** Imports that break the rules and must be removed, each with its reason. */
export const exceptions: string[] = [];

/** The longest folder of `mayImport` that holds the file, or undefined. */
export function roomOf(path: string): string | undefined {
  if (!path.startsWith(src)) return undefined;
  const parts = path.slice(src.length).split("/").slice(0, -1);
  if (parts.length === 0) return "(root)";
  for (let length = parts.length; length > 0; length--) {
    const name = parts.slice(0, length).join("/");
    if (name in mayImport) return name;
  }
  return parts[0];
}

/** Imports from one folder to another: `from → to`, with the importing files. */
export function arrowsOf(files: SourceFile[]): Map<string, string[]> {
  const arrows = new Map<string, string[]>();
  for (const { path, text } of files) {
    const from = roomOf(path);
    if (from === undefined || !path.endsWith(".ts")) continue;
    for (const { specifier } of importsOf(text)) {
      if (!specifier.startsWith(".")) continue;
      const to = roomOf(posix.join(posix.dirname(path), specifier));
      if (to === undefined || to === from) continue;
      const arrow = `${from} → ${to}`;
      arrows.set(arrow, [...(arrows.get(arrow) ?? []), path]);
    }
  }
  return arrows;
}

/** Imports from a lower folder to a higher one, in the order of `mayImport`. */
export function upwardArrows(arrows: Iterable<string>): string[] {
  const order = Object.keys(mayImport);
  return [...arrows].filter((arrow) => {
    const [from = "", to = ""] = arrow.split(" → ");
    return order.indexOf(from) < order.indexOf(to);
  });
}

/** Groups of nodes that reach each other (Tarjan), each with two members or more. */
export function circlesOf(edges: Map<string, Iterable<string>>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (node: string): void => {
    index.set(node, index.size);
    low.set(node, index.get(node)!);
    stack.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node)!, low.get(next)!));
    }
    if (low.get(node) !== index.get(node)) return;
    const circle = stack.splice(stack.indexOf(node));
    if (circle.length > 1) circles.push(circle.sort());
  };
  for (const node of edges.keys()) if (!index.has(node)) visit(node);
  return circles;
}

/** `from → to` as edges. */
export function edgesOf(arrows: Iterable<string>): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  for (const arrow of arrows) {
    const [from = "", to = ""] = arrow.split(" → ");
    edges.set(from, (edges.get(from) ?? new Set()).add(to));
  }
  return edges;
}
