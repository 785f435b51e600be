/** The known word with the fewest changes from the given one, if it is close enough to be meant. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  // Loaded only for an error.
  const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);
  const { distance } = require("fastest-levenshtein") as typeof import("fastest-levenshtein");
  const typed = given.toLowerCase();
  const [best] = known
    .map((word) => ({ word, far: word.startsWith(typed) && typed.length > 1 ? 1 : distance(typed, word) }))
    .filter(({ word, far }) => far <= Math.max(word.length > 3 ? 2 : 1, Math.floor(word.length / 3)))
    .sort((a, b) => a.far - b.far || Number(b.word[0] === typed[0]) - Number(a.word[0] === typed[0]));
  return best?.word;
}
