/** A value of the file and its position. Offsets are UTF-16 code units from the start of the text. */
export interface SourceNode {
  /** Plain data; maps have no prototype. Undefined if the value could not be read, which is already reported. */
  value: unknown;
  /** Offset of the value, or of its key if it is empty. */
  offset: number;
  /** Offset after the value. */
  end: number;
  /** Offset of the key, in a map. */
  keyOffset: number | undefined;
  /** A scalar as written in the file. */
  source: string | undefined;
  /** By key, or by index as text. */
  children: Map<string, SourceNode>;
}

/**
 * The value at a path below `node`; undefined if there is none.
 * @example
 * ```ts
 * import { childAt, type SourceNode } from "@doorcode/prepare/source-file";
 *
 * const portOf = (tree: SourceNode) => childAt(tree, "listen", "port")?.value;
 * ```
 */
export function childAt(node: SourceNode | undefined, ...path: PropertyKey[]): SourceNode | undefined {
  let found = node;
  for (const step of path) found = found?.children.get(String(step));
  return found;
}

/** Entries of a map; an empty list for anything else. */
export function entriesOf(node: SourceNode | undefined): [key: string, entry: SourceNode][] {
  const isMap = typeof node?.value === "object" && node.value !== null && !Array.isArray(node.value);
  return isMap ? [...node.children] : [];
}

/** A string in the file and its position. */
export interface SourceText {
  text: string;
  offset: number;
}

/** Items of a list; an empty list for anything else. */
export function itemsOf(node: SourceNode | undefined): SourceNode[] {
  return node && Array.isArray(node.value) ? [...node.children.values()] : [];
}

/** The strings in a list. */
export function textsOf(node: SourceNode | undefined): SourceText[] {
  return itemsOf(node).flatMap(({ value, offset }) => (typeof value === "string" ? [{ text: value, offset }] : []));
}

export function textOf(node: SourceNode | undefined): SourceText | undefined {
  return typeof node?.value === "string" ? { text: node.value, offset: node.offset } : undefined;
}

/** Where an entry is named: the offset of its key. */
export function nameOffset(node: SourceNode): number {
  return node.keyOffset ?? node.offset;
}
