import { bases, endings, passwords } from "./common-passwords-list.ts";

let known: Set<string> | undefined;

/** Every listed password, and every listed word with what people hang on it; built when the first password is chosen. */
function commonPasswords(): Set<string> {
  if (known) return known;
  known = new Set(passwords.split(" "));
  for (const base of bases.split(" ")) for (const ending of endings.split(" ")) known.add(base + ending);
  return known;
}

/**
 * Among the passwords that everybody tries first (ASVS 6.2.12), offline; or no more than a word of this very account
 * (its address, the tenant's name) with digits or signs around it (ASVS 6.2.11).
 */
export function isCommonPassword(password: string, context: readonly string[]): boolean {
  const folded = password.toLowerCase();
  if (/^(.)\1*$/su.test(folded) || commonPasswords().has(folded)) return true;
  const bare = strip(folded);
  return words(context).some((word) => bare === word || repeats(bare, word));
}

/** The words of the context as they could be typed: an address whole, its local part, a name with and without spaces. */
function words(context: readonly string[]): string[] {
  return context
    .flatMap((text) => {
      const lower = text.toLowerCase().trim();
      return [lower, lower.split("@")[0] ?? "", lower.replace(/\s+/g, ""), ...lower.split(/\s+/)];
    })
    .map(strip)
    .filter((word) => word.length >= 3);
}

/** Without digits and signs at either end. */
function strip(text: string): string {
  return text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
}

function repeats(text: string, word: string): boolean {
  return text !== "" && text.length % word.length === 0 && text === word.repeat(text.length / word.length);
}
