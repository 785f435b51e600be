import type { Place } from "./yaml-tree.ts";

/** What stands at a key; undefined when there is nothing. */
export function at(place: Place | undefined, ...path: PropertyKey[]): Place | undefined {
  let found = place;
  for (const step of path) found = found?.children.get(String(step));
  return found;
}

/** Entries of a map; none of anything else. */
export function entriesOf(place: Place | undefined): [key: string, entry: Place][] {
  const isMap = typeof place?.value === "object" && place.value !== null && !Array.isArray(place.value);
  return isMap ? [...place.children] : [];
}

/** A text in the file, with where it begins. */
export interface PlacedText {
  text: string;
  at: number;
}

/** Items of a list; none of anything else. */
export function itemsOf(place: Place | undefined): Place[] {
  return place && Array.isArray(place.value) ? [...place.children.values()] : [];
}

/** The texts in a list. */
export function textsOf(place: Place | undefined): PlacedText[] {
  return itemsOf(place).flatMap(({ value, at }) => (typeof value === "string" ? [{ text: value, at }] : []));
}

export function textOf(place: Place | undefined): PlacedText | undefined {
  return typeof place?.value === "string" ? { text: place.value, at: place.at } : undefined;
}

/** Where an entry is named: its key. */
export function nameAt(place: Place): number {
  return place.keyAt ?? place.at;
}
