/** Numbers as a language writes them. */
export interface Numbers {
  number(value: number): string;
  /** The number, and the word that fits it: `counted(2, "mail", "mails")` is "2 mails". */
  counted(count: number, one: string, more: string): string;
  /** A length of time in whole units, such as "3 hours". */
  long(value: number, unit: "day" | "hour" | "minute"): string;
}

function numbersOf(locale: "en" | "de"): Numbers {
  const format = new Intl.NumberFormat(locale);
  const number = (value: number) => format.format(value);
  const longs = new Map<string, Intl.NumberFormat>();
  return {
    number,
    counted: (count, one, more) => `${number(count)} ${count === 1 ? one : more}`,
    long(value, unit) {
      const known = longs.get(unit) ?? new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" });
      longs.set(unit, known);
      return known.format(value);
    },
  };
}

/** By language. */
export const numbers = { en: numbersOf("en"), de: numbersOf("de") } as const;
