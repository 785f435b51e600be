/**
 * Gives each object of one kind a unique key: its own, or one derived from its name. Keys that differ only in case
 * would be the same to Graph.
 */
export class Keys {
  readonly #taken = new Set<string>();

  /** `own`: its uniqueName, or the key in its ownership tag. */
  take(own: string | null | undefined, name: string | null | undefined): string {
    const wanted = own && isKey(own) ? own : slug(name ?? own ?? "");
    let key = wanted;
    for (let number = 2; this.#taken.has(key.toLowerCase()); number++) key = `${wanted.slice(0, 110)}-${number}`;
    this.#taken.add(key.toLowerCase());
    return key;
  }
}

function isKey(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,120}$/.test(text);
}

function slug(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "");
  const key = plain.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-+|-+$/g, "");
  return key.slice(0, 120) || "unnamed";
}

/** Sorted by key. */
export function sorted<Entry>(entries: Iterable<readonly [string, Entry]>): Record<string, Entry> {
  return Object.fromEntries([...entries].sort(([one], [other]) => compareText(one, other)));
}

/** By code units: the same on every machine, whatever its language. */
export function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
