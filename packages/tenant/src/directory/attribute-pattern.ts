import { createContext, Script } from "node:vm";

/**
 * A pattern that takes longer for 250 characters would take for ever (ReDoS); the others take less than a millisecond,
 * and a busy machine much longer.
 */
const PATTERN_MS = 1_000;

const place = createContext({ pattern: "", value: "" });
const test = new Script("new RegExp(pattern, 'u').test(value)");

/**
 * Whether the administrator's regular expression matches the whole value; `slow` when that is not known in time. The
 * engine backtracks without an end of its own, and `vm` can interrupt it.
 */
export function matchesPattern(pattern: string, value: string): "yes" | "no" | "slow" {
  place.pattern = `^(?:${pattern})$`;
  place.value = value;
  try {
    return test.runInContext(place, { timeout: PATTERN_MS }) ? "yes" : "no";
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return "slow";
    throw error;
  }
}

/** Why it cannot be used: it is none, or some text of the permitted length keeps it busy too long. */
export function patternProblem(pattern: string): string | null {
  try {
    new RegExp(pattern, "u");
    new RegExp(`^(?:${pattern})$`, "u");
  } catch {
    return "is not a regular expression";
  }
  const slow = HARD_TEXTS.some((text) => matchesPattern(pattern, text) === "slow");
  return slow ? "takes too long for some texts: it repeats what itself repeats" : null;
}

/** Long runs that nearly match: what repetitions within repetitions go through in every way there is. */
const HARD_TEXTS = ["a", "A", "0", " ", "-", ".", "é", "a1", "ab", "a ", "a.", "a-", "0 "].flatMap((unit) => {
  const run = unit.repeat(Math.floor(249 / unit.length));
  return [run, `${run}!`, `${run}\n`];
});
