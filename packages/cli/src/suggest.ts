import { distance } from "fastest-levenshtein";

/**
 * The known word with the fewest changes from the given one, if it is close enough to be meant.
 *
 * Case does not matter, and a word that begins with the given one is as close as one with a single change.
 */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const typed = given.toLowerCase();
  const [best] = known
    .map((word) => ({ word, far: word.startsWith(typed) && typed.length > 1 ? 1 : distance(typed, word) }))
    .filter(({ word, far }) => far <= Math.max(word.length > 3 ? 2 : 1, Math.floor(word.length / 3)))
    .sort((a, b) => a.far - b.far || Number(b.word[0] === typed[0]) - Number(a.word[0] === typed[0]));
  return best?.word;
}
