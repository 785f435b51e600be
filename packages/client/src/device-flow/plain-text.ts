/**
 * Text of an issuer, fit for a terminal and a log: one line, no control or direction characters (they could rewrite what a
 * person reads), bounded, and without the secrets of the request, which some servers echo.
 */
export function plainText(text: string, options: { secrets?: readonly string[]; limit?: number } = {}): string {
  let plain = text;
  for (const secret of options.secrets ?? []) {
    if (secret.length >= 8) plain = plain.replaceAll(secret, "…");
  }
  plain = plain
    .replace(/[\p{Cc}\s]+/gu, " ")
    .replace(/[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, "")
    .trim();
  const limit = options.limit ?? 600;
  return plain.length <= limit ? plain : `${plain.slice(0, limit - 1)}…`;
}
