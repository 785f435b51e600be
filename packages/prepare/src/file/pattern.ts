import { RE2JS } from "re2js";

/** The tenant rejects patterns that compile to more steps. */
const MAX_PATTERN_STEPS = 1_000;
export const MAX_PATTERN_LENGTH = 1_000;

/**
 * Why a pattern cannot be used, as the end of a sentence. A pattern must be a regular expression of JavaScript (with
 * the `u` flag), which Entra's pages run, and of RE2, which has no construct that needs backtracking.
 */
export function patternProblem(pattern: string): string | null {
  if (pattern.length > MAX_PATTERN_LENGTH) return `is longer than ${MAX_PATTERN_LENGTH} characters`;
  try {
    new RegExp(pattern, "u");
  } catch {
    return "is not a regular expression";
  }
  // Checked before compiling, which takes as long as the pattern is large.
  if (stepsOf(pattern) > MAX_PATTERN_STEPS) {
    return `is too large: its counts, such as {2,50}, repeat more than ${MAX_PATTERN_STEPS} characters in total`;
  }
  try {
    RE2JS.compile(toRe2(pattern));
    return null;
  } catch (error) {
    const construct = /`(.*)`$/s.exec((error as Error).message)?.[1] ?? pattern;
    return `uses ${construct}, which is not supported: no look-around and no back-references, as in RE2`;
  }
}

const ESCAPE = /\\(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|([pP])\{(?:Script|sc)=(\w+)\}|.)/gisu;

/** What both support but write differently: `\u0041`, `\u{1F600}`, `\p{Script=Greek}`. */
function toRe2(pattern: string): string {
  return pattern.replace(ESCAPE, (whole, long?: string, short?: string, property?: string, script?: string) => {
    const point = long ?? short;
    if (point !== undefined) return `\\x{${point}}`;
    return property === undefined ? whole : `\\${property}{${script}}`;
  });
}

const ATOM = /\\(?:[pPuxk](?:\{[^}]*\}|<[^>]*>|[0-9a-fA-F]{2,4})?|.)|\[(?:\\.|[^\]\\])*\]|./suy;
const COUNT = /\{(\d+)(?:(,)(\d*))?\}/uy;

/** At least as many steps as RE2 compiles a valid pattern to: a count repeats what precedes it. */
function stepsOf(pattern: string): number {
  /** For each open group: its steps, and those of its last part. */
  let group = { steps: 0, last: 0 };
  const outer: (typeof group)[] = [];
  const add = (steps: number) => {
    group.steps += steps;
    group.last = steps;
  };
  for (let at = 0; at < pattern.length; ) {
    COUNT.lastIndex = at;
    ATOM.lastIndex = at;
    const count = COUNT.exec(pattern);
    const [text = ""] = count ?? ATOM.exec(pattern) ?? [pattern[at]];
    at += text.length;
    if (count) {
      const [, least, comma, most] = count;
      const times = Math.max(Number(most || least) + (comma && !most ? 1 : 0), 1);
      group.steps -= group.last;
      add(times * (group.last + 1));
    } else if (text === "(") {
      outer.push(group);
      group = { steps: 0, last: 0 };
    } else if (text === ")") {
      const { steps } = group;
      group = outer.pop() ?? { steps: 0, last: 0 };
      add(steps + 2);
    } else if (text === "*" || text === "+" || text === "?") {
      group.steps += 1;
      group.last += 1;
    } else add(1);
  }
  return group.steps;
}
