const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Reads an age in the form of `age` (definition/options.ts): `30m`, `24h`, `7d`; a number alone is seconds.
 * @returns milliseconds
 */
export function milliseconds(text: string): number {
  const unit = units[text.at(-1) as keyof typeof units] ?? units.s;
  return Number.parseInt(text, 10) * unit;
}
