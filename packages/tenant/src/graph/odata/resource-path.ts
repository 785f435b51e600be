/** A key of one entity: by `id`, or by an alternate key as in `applications(uniqueName='…')`. */
export interface Key {
  by: string;
  value: string;
}

/** One step of a path: a word, or the key that stood in parentheses after one (OData URL Conventions §4.3). */
export type Step = { word: string } | { key: Key };

const WITH_KEY = /^([A-Za-z.]+)\((?:([A-Za-z]+)=)?(?:'((?:[^']|'')*)'|([0-9A-Za-z-]+))\)$/;

/** The steps below the base, or undefined when the path cannot be decoded. */
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

/** The keys by their names in the pattern (`users/{user}`), or undefined when the path is another one. */
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
