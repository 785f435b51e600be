import { normalizeUserCode, USER_CODE_ALPHABET } from "../../directory/user-code.ts";
import type { View } from "../view.ts";

const plausible = new RegExp(`^[${USER_CODE_ALPHABET}]{8,13}$`);

/**
 * The code of the complete URI, if it looks like one of ours: a link must not put other words in large letters on this page.
 * After a problem the field is the way on.
 */
export function codeToCompare(view: Extract<View, { page: "enter_code" }>): string | null {
  if (!view.fromLink || view.problem !== null) return null;
  const code = normalizeUserCode(view.typed);
  return plausible.test(code) ? code : null;
}
