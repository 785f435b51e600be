import { createContext, Script } from "node:vm";

/** What each input of an attribute may have. */
export const attributeInputs = new Map([
  ["TextBox", { options: false, pattern: true }],
  ["RadioSingleSelect", { options: true, pattern: false }],
  ["CheckboxMultiSelect", { options: true, pattern: false }],
  ["CheckboxSingleSelect", { options: false, pattern: false }],
  ["NumericTextBox", { options: false, pattern: false }],
]);

/** As the tenant has it: a pattern that takes longer would take for ever (ReDoS); others take less than a millisecond. */
const PATTERN_MS = 1_000;
/** Patterns of one file that are tried after the first slow ones; the tenant tries them all. */
const MAX_SLOW = 2;

const slowFound = new WeakMap<object, number>();
let place: { pattern: string; value: string } | undefined;
let script: Script | undefined;

/**
 * Whether some answer of the permitted length keeps the pattern busy too long.
 * @param reading  what counts the slow patterns of one reading, so that a file of nothing else does not take for ever
 */
export function isSlow(pattern: string, reading: object): boolean {
  const found = slowFound.get(reading) ?? 0;
  if (found >= MAX_SLOW || pattern.length > 1_000) return false;
  try {
    new RegExp(`^(?:${pattern})$`, "u");
  } catch {
    return false;
  }
  place ??= createContext({ pattern: "", value: "" }) as { pattern: string; value: string };
  script ??= new Script("new RegExp(pattern, 'u').test(value)");
  place.pattern = `^(?:${pattern})$`;
  for (const text of HARD_TEXTS) {
    place.value = text;
    try {
      script.runInContext(place, { timeout: PATTERN_MS });
    } catch {
      slowFound.set(reading, found + 1);
      return true;
    }
  }
  return false;
}

/** Long runs that nearly match: what repetitions within repetitions go through in every way there is. */
const HARD_TEXTS = ["a", "A", "0", " ", "-", ".", "é", "a1", "ab", "a ", "a.", "a-", "0 "].flatMap((unit) => {
  const run = unit.repeat(Math.floor(249 / unit.length));
  return [run, `${run}!`, `${run}\n`];
});
