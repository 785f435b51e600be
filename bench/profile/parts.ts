import { fileURLToPath } from "node:url";

/** What V8's profiler returns, as far as it is used. */
export interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string }; children?: number[] }[];
  samples: number[];
  /** Microseconds between a sample and the one before. */
  timeDeltas: number[];
}

/** Time without work. */
const IDLE = new Set(["(idle)"]);

/**
 * Which share of the CPU time each part took. Native code counts toward the part that called it. `partOf`: of a
 * function's file; undefined: that of its caller.
 */
export function sharesByPart(profile: Profile, partOf: (url: string) => string | undefined): Map<string, number> {
  const parts = new Map<number, string>();
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const visit = (id: number, inherited: string) => {
    const { callFrame, children } = nodes.get(id)!;
    const special = /^\((garbage collector|program|idle)\)$/.exec(callFrame.functionName)?.[0];
    const part = special ?? partOf(callFrame.url) ?? inherited;
    parts.set(id, part);
    for (const child of children ?? []) visit(child, part);
  };
  visit(profile.nodes[0]!.id, "(program)");
  const times = new Map<string, number>();
  for (const [n, sample] of profile.samples.entries()) {
    const part = parts.get(sample)!;
    if (!IDLE.has(part)) times.set(part, (times.get(part) ?? 0) + Math.max(0, profile.timeDeltas[n]!));
  }
  const total = [...times.values()].reduce((sum, each) => sum + each, 0);
  return new Map([...times].map(([part, time]) => [NAMES[part] ?? part, time / total]));
}

const NAMES: Record<string, string> = {
  "(program)": "system calls and native code outside JavaScript",
  "(garbage collector)": "garbage collection",
};

/** The room of our code, the package of a library, or the part of Node.js that a file belongs to. */
export function partOf(url: string, checkout: URL): string | undefined {
  if (url === "") return undefined;
  if (url.startsWith("node:")) return partOfNode(url);
  const path = url.startsWith("file:") ? fileURLToPath(url) : url;
  const library = path.split("/node_modules/").at(-1)!;
  if (library !== path)
    return `library ${library
      .split("/")
      .slice(0, library.startsWith("@") ? 2 : 1)
      .join("/")}`;
  const own = path.startsWith(fileURLToPath(checkout)) ? path.slice(fileURLToPath(checkout).length) : path;
  const room = /^packages\/tenant\/src\/([^/]+)\//.exec(own)?.[1];
  return room ? `tenant ${room}/` : own.startsWith("bench/") ? "the bench's own server file" : own;
}

function partOfNode(url: string): string {
  if (/tls/.test(url)) return "Node.js TLS";
  if (/http/.test(url)) return "Node.js HTTP";
  if (/stream|net$|net\//.test(url)) return "Node.js sockets and streams";
  if (/crypto/.test(url)) return "Node.js crypto";
  if (/sqlite/.test(url)) return "Node.js SQLite";
  return "Node.js, other";
}
