import { distance } from "fastest-levenshtein";

/** Words tried for the nearest one; a file with more is not helped by a guess. */
const MAX_CANDIDATES = 500;

/** `a`, `a or b`, `a, b or c`. */
export function either(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** The word that was most likely meant; undefined when none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  let best: string | undefined;
  // Of an email address the domain is the same for all.
  const length = typed.includes("@") ? typed.indexOf("@") : typed.length;
  let least = (length < 4 ? 1 : Math.max(2, Math.floor(length / 3))) + 1;
  let tried = 0;
  for (const candidate of candidates) {
    if (tried++ === MAX_CANDIDATES) break;
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const far = distance(typed, candidate.toLowerCase());
    if (far < least) [best, least] = [candidate, far];
  }
  return best;
}

/** ` Did you mean x?`, to be put after a sentence; empty when nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates);
  return near === undefined ? "" : ` Did you mean ${near}?`;
}

/** What the file says, in quotes: nothing that a terminal would obey, and no more than fits a line. */
export function quoted(text: string): string {
  const seen = printable(text);
  const characters = [...seen];
  return `"${characters.length > 60 ? `${characters.slice(0, 59).join("")}…` : seen}"`;
}

/** Control, bidi and other characters that cannot be seen become U+FFFD; a tab becomes a space. */
export function printable(text: string): string {
  return text.replace(/\t/g, " ").replace(/[\p{Cc}\p{Cs}\p{Cn}\u2028-\u202e\u2066-\u2069\ufeff]/gu, "\ufffd");
}
