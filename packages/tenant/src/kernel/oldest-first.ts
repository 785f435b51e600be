/**
 * Returns the oldest entry of a map each time it is called; undefined if there is none. A replaced value counts as a new
 * entry only if it was deleted first.
 *
 * `map.entries().next()` finds it, too, but passes over every entry that was deleted at the front since the map was last
 * reorganized: with a million entries that takes milliseconds each time. Therefore this one remembers where it was.
 */
export function oldestFirst<K, V extends object>(map: Map<K, V>): () => [K, V] | undefined {
  let entries = map.entries();
  let oldest: [K, V] | undefined;
  return () => {
    while (oldest === undefined || map.get(oldest[0]) !== oldest[1]) {
      let next = entries.next();
      // An iterator that has reached the end stays there.
      if (next.done) {
        entries = map.entries();
        next = entries.next();
      }
      if (next.done) {
        oldest = undefined;
        return undefined;
      }
      oldest = next.value;
    }
    return oldest;
  };
}
