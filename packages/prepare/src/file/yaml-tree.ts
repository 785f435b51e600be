import { Composer, CST, type Document, isAlias, isMap, isScalar, isSeq, Lexer, type Node, Parser } from "yaml";
import type { Findings } from "./findings.ts";
import { quoted } from "./words.ts";
import { yamlSentence } from "./yaml-sentences.ts";

/** Bytes in UTF-8. */
const MAX_BYTES = 1024 * 1024;
/** Lexemes and levels of YAML that are read; a deeper nesting exhausts the stack of whoever recurses into it. */
const MAX_LEXEMES = 400_000;
const MAX_DEPTH = 64;
/** Lexemes that are no text of the file. */
const MARKS: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);
/** Values that aliases may stand for, altogether. */
const MAX_ALIASED = 2_000;

/** A value of the file with where it stands. */
export interface Place {
  /** Plain data; maps have no prototype. Undefined is what could not be read and has a problem of its own. */
  value: unknown;
  /** Offset of the value, or of its key where it is empty. */
  at: number;
  /** Offset after the value. */
  end: number;
  /** Offset of the key, in a map. */
  keyAt: number | undefined;
  /** As written, of a scalar. */
  written: string | undefined;
  /** By key, or by index as text. */
  children: Map<string, Place>;
}

/** The file as a tree; undefined when it is not the YAML of one map, which `findings` then says. */
export function readYaml(text: string, findings: Findings): Place | undefined {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    findings.add(0, "The file is larger than 1 MiB: this is no tenant file.");
    return undefined;
  }
  const broken = text.search(/\ufffd|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
  if (broken !== -1) {
    findings.add(broken, "This is not UTF-8 text.", "Save the file as UTF-8.");
    return undefined;
  }
  const control = text.search(/(?![\n\t])\p{Cc}/u);
  if (control !== -1) {
    findings.add(control, "This is a control character, which YAML does not have.", "Is it a text file?");
    return undefined;
  }
  const documents = compose(text, findings);
  if (!documents) return undefined;
  const [document, second] = documents;
  if (second) {
    const at = second.range[0];
    findings.add(at, "A second document begins here (---); the file is one.", "Put everything into the first one.");
  }
  // What follows on the same line are consequences of the first.
  const lines = new Set<number>();
  for (const error of [...(document?.errors ?? []), ...(document?.warnings ?? [])]) {
    const line = findings.lineOf(error.pos[0]);
    if (!lines.has(line)) findings.add(error.pos[0], ...yamlSentence(error));
    lines.add(line);
  }
  if (!findings.none) return undefined;
  const tree = document?.contents ? new TreeBuilder(findings).place(document.contents, undefined) : undefined;
  if (!tree || tree.value === null) {
    findings.add(0, "The file says nothing.", "Begin with `tenant:`, `apps:` and `apis:`; comments alone do nothing.");
    return undefined;
  }
  return tree;
}

function compose(text: string, findings: Findings): Document.Parsed[] | undefined {
  const parser = new Parser();
  const tokens = [];
  let lexemes = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (!MARKS.has(lexeme)) offset += lexeme.length;
    if (++lexemes > MAX_LEXEMES || parser.stack.length > MAX_DEPTH) {
      const what =
        lexemes > MAX_LEXEMES ? "The file says too much: this is no tenant file." : "It is nested too deeply.";
      findings.add(Math.min(offset, text.length), what);
      return undefined;
    }
  }
  for (const token of parser.end()) tokens.push(token);
  const composer = new Composer({ version: "1.2", schema: "core", uniqueKeys: false, prettyErrors: false });
  return [...composer.compose(tokens, true, text.length)] as Document.Parsed[];
}

class TreeBuilder {
  #anchors = new Map<string, Node>();
  #open = new Set<Node>();
  #aliased = 0;
  #inAlias = false;
  #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  place(node: Node | null, keyAt: number | undefined): Place {
    if (this.#inAlias) this.#aliased++;
    const range = node?.range;
    const start = range?.[0] ?? keyAt ?? 0;
    const place: Place = {
      value: null,
      at: start,
      end: range?.[1] ?? start,
      keyAt,
      written: undefined,
      children: new Map(),
    };
    if (node === null) return place;
    if (isAlias(node)) return this.#alias(node.source, place);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#open.add(node);
    if (isMap(node)) this.#map(node.items as { key: Node | null; value: Node | null }[], place);
    else if (isSeq(node)) {
      place.value = node.items.map((item, index) => {
        const child = this.place(item as Node, undefined);
        place.children.set(String(index), child);
        return child.value;
      });
    } else if (isScalar(node)) {
      place.value = node.value;
      place.written = node.source;
      if (node.value === null && keyAt !== undefined && !node.source) place.at = keyAt;
    }
    this.#open.delete(node);
    return place;
  }

  #map(items: { key: Node | null; value: Node | null }[], place: Place): void {
    const value = Object.create(null) as Record<string, unknown>;
    for (const { key, value: node } of items) {
      const keyAt = key?.range?.[0] ?? place.at;
      const name = isScalar(key) ? key.value : undefined;
      const first = typeof name === "string" ? place.children.get(name) : undefined;
      if (typeof name === "string" && name !== "__proto__" && first === undefined) {
        const child = this.place(node, keyAt);
        place.children.set(name, child);
        value[name] = child.value;
        continue;
      }
      if (first) {
        const line = this.#findings.lineOf(first.keyAt ?? 0);
        this.#findings.add(
          keyAt,
          `${quoted(String(name))} is there already, on line ${line}.`,
          "Put the two together.",
        );
      } else if (name === "__proto__") {
        this.#findings.add(keyAt, "__proto__ cannot be a name.");
      } else {
        const written = isScalar(key) && key.source ? ` Write ${quoted(key.source)}, in quotes.` : "";
        this.#findings.add(keyAt, `A key has to be text.${written}`);
      }
      // It is in the tree nowhere, so that nobody else would know whether it is a secret.
      if (node?.range) this.#findings.hide(node.range[0], node.range[1]);
    }
    place.value = value;
  }

  #alias(name: string, place: Place): Place {
    const target = this.#anchors.get(name);
    const problem =
      target === undefined
        ? `There is no anchor &${name} above.`
        : this.#open.has(target)
          ? "An alias cannot stand within what it stands for."
          : this.#aliased > MAX_ALIASED
            ? "Too much of the file stands in aliases."
            : undefined;
    if (problem !== undefined || target === undefined) {
      this.#findings.add(place.at, problem ?? "");
      return { ...place, value: undefined };
    }
    const outer = this.#inAlias;
    this.#inAlias = true;
    const resolved = this.place(target, place.keyAt);
    this.#inAlias = outer;
    return resolved;
  }
}
