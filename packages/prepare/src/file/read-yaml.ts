import {
  Composer,
  CST,
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  Parser,
  type YAMLError,
} from "yaml";
import { type Diagnostics, quoted } from "./diagnostics.ts";
import type { FileForm } from "./form.ts";
import type { SourceNode } from "./source-node.ts";

/** In bytes of UTF-8. */
const MAX_BYTES = 1024 * 1024;
/** The most YAML lexemes and levels; deeper nesting would exhaust the stack of recursive code. */
const MAX_LEXEMES = 400_000;
const MAX_DEPTH = 64;
/** Lexemes that the lexer inserts; they are not in the text. */
const MARKERS: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);
/** The most values that all aliases together may expand to. */
const MAX_ALIASED = 2_000;

/** Parses the file into a tree. Undefined if it is not YAML with a single map; `diagnostics` then has the error. */
export function readYaml(text: string, form: FileForm, diagnostics: Diagnostics): SourceNode | undefined {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    diagnostics.add(0, `The file is larger than 1 MiB, so it is not ${form.name}.`);
    return undefined;
  }
  const broken = text.search(/\ufffd|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
  if (broken !== -1) {
    diagnostics.add(broken, "The file is not UTF-8 text.", "Save the file as UTF-8.");
    return undefined;
  }
  const control = text.search(/(?![\n\t])\p{Cc}/u);
  if (control !== -1) {
    diagnostics.add(control, "Control characters are not allowed in YAML.", "Is it a text file?");
    return undefined;
  }
  const documents = compose(text, form, diagnostics);
  if (!documents) return undefined;
  const [document, second] = documents;
  if (second) {
    const offset = second.range[0];
    diagnostics.add(
      offset,
      "A second document begins here (---), but the file must have only one.",
      "Move everything into the first one.",
    );
  }
  // Later errors on the same line follow from the first.
  const lines = new Set<number>();
  for (const error of [...(document?.errors ?? []), ...(document?.warnings ?? [])]) {
    const line = diagnostics.lineOf(error.pos[0]);
    if (!lines.has(line)) diagnostics.add(error.pos[0], ...describeYamlError(error));
    lines.add(line);
  }
  if (!diagnostics.none) return undefined;
  const tree = document?.contents ? new TreeBuilder(diagnostics).build(document.contents, undefined) : undefined;
  if (!tree || tree.value === null) {
    diagnostics.add(0, "The file is empty.", `${form.beginning} Comments alone have no effect.`);
    return undefined;
  }
  return tree;
}

function compose(text: string, form: FileForm, diagnostics: Diagnostics): Document.Parsed[] | undefined {
  const parser = new Parser();
  const tokens = [];
  let lexemes = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (!MARKERS.has(lexeme)) offset += lexeme.length;
    if (++lexemes > MAX_LEXEMES || parser.stack.length > MAX_DEPTH) {
      const what =
        lexemes > MAX_LEXEMES ? `The file has too many values to be ${form.name}.` : "The file is nested too deeply.";
      diagnostics.add(Math.min(offset, text.length), what);
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
  #diagnostics: Diagnostics;

  constructor(diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics;
  }

  build(node: Node | null, keyOffset: number | undefined): SourceNode {
    if (this.#inAlias) this.#aliased++;
    const range = node?.range;
    const start = range?.[0] ?? keyOffset ?? 0;
    const result: SourceNode = {
      value: null,
      offset: start,
      end: range?.[1] ?? start,
      keyOffset,
      source: undefined,
      children: new Map(),
    };
    if (node === null) return result;
    if (isAlias(node)) return this.#alias(node.source, result);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#open.add(node);
    if (isMap(node)) this.#map(node.items as { key: Node | null; value: Node | null }[], result);
    else if (isSeq(node)) {
      result.value = node.items.map((item, index) => {
        const child = this.build(item as Node, undefined);
        result.children.set(String(index), child);
        return child.value;
      });
    } else if (isScalar(node)) {
      result.value = node.value;
      result.source = node.source;
      if (node.value === null && keyOffset !== undefined && !node.source) result.offset = keyOffset;
    }
    this.#open.delete(node);
    return result;
  }

  #map(items: { key: Node | null; value: Node | null }[], result: SourceNode): void {
    const value = Object.create(null) as Record<string, unknown>;
    for (const { key, value: node } of items) {
      const keyOffset = key?.range?.[0] ?? result.offset;
      const name = isScalar(key) ? key.value : undefined;
      const first = typeof name === "string" ? result.children.get(name) : undefined;
      if (typeof name === "string" && name !== "__proto__" && first === undefined) {
        const child = this.build(node, keyOffset);
        result.children.set(name, child);
        value[name] = child.value;
        continue;
      }
      if (first) {
        const line = this.#diagnostics.lineOf(first.keyOffset ?? 0);
        this.#diagnostics.add(
          keyOffset,
          `${quoted(String(name))} is already defined on line ${line}.`,
          "Merge the two.",
        );
      } else if (name === "__proto__") {
        this.#diagnostics.add(keyOffset, "__proto__ cannot be a name.");
      } else {
        const written = isScalar(key) && key.source ? ` Write ${quoted(key.source)}, in quotes.` : "";
        this.#diagnostics.add(keyOffset, `A key must be text.${written}`);
      }
      // The value is not in the tree, so nothing else can detect a secret in it.
      if (node?.range) this.#diagnostics.hide(node.range[0], node.range[1]);
    }
    result.value = value;
  }

  #alias(name: string, result: SourceNode): SourceNode {
    const target = this.#anchors.get(name);
    const problem =
      target === undefined
        ? `The anchor &${name} is not defined above.`
        : this.#open.has(target)
          ? "An alias cannot be inside its own anchor."
          : this.#aliased > MAX_ALIASED
            ? "The aliases expand to too many values."
            : undefined;
    if (problem !== undefined || target === undefined) {
      this.#diagnostics.add(result.offset, problem ?? "");
      return { ...result, value: undefined };
    }
    const outer = this.#inAlias;
    this.#inAlias = true;
    const resolved = this.build(target, result.keyOffset);
    this.#inAlias = outer;
    return resolved;
  }
}

type Message = [message: string, hint?: string];

/** Our own messages: the parser's may quote the file, which may contain a secret. */
const MESSAGES: Partial<Record<ErrorCode, Message>> = {
  ALIAS_PROPS: ["An alias (*name) cannot have its own anchor or tag."],
  BAD_ALIAS: [
    "This is not an alias: the name of an anchor must follow the *.",
    "Put text that begins with * in quotes.",
  ],
  BAD_COLLECTION_TYPE: ["The tag does not match the value."],
  BAD_DIRECTIVE: ["A line that begins with % is a directive, but this one is unknown."],
  BAD_DQ_ESCAPE: [
    "Unknown escape sequence in double quotes.",
    "Write \\\\ for a backslash, or use single quotes: pattern: '\\d+'.",
  ],
  BAD_INDENT: [
    "The indentation does not match the lines above.",
    "Members of one map must begin in the same column, and every bracket must be closed.",
  ],
  BAD_PROP_ORDER: ["Anchors and tags must come before the value, after - or :."],
  BAD_SCALAR_START: ["Text cannot begin with this character.", "Put the text in quotes."],
  BLOCK_AS_IMPLICIT_KEY: [
    "A map cannot begin on the same line as another member.",
    "Put text that contains a colon and a space in quotes, or begin the map on its own line.",
  ],
  BLOCK_IN_FLOW: ["Inside brackets or braces, separate items with commas, not with dashes."],
  KEY_OVER_1024_CHARS: ["A key can have at most 1024 characters."],
  MISSING_CHAR: ["Something is missing here: a closing quote, a bracket, a comma, or the space after a colon."],
  MULTILINE_IMPLICIT_KEY: ["A key must be on one line, followed by a colon."],
  MULTIPLE_ANCHORS: ["A value can have only one anchor."],
  MULTIPLE_TAGS: ["A value can have only one tag."],
  TAB_AS_INDENT: ["YAML does not allow tabs as indentation.", "Use two spaces for each level."],
  TAG_RESOLVE_FAILED: ["Tags (!name) are not supported in this file.", "Write the value without a tag."],
  UNEXPECTED_TOKEN: ["Unexpected text.", "Check the quotes, brackets and indentation above it."],
};

/** Parser codes with several meanings, distinguished by how the parser's message begins. */
const SPECIFIC_MESSAGES: [ErrorCode, begins: RegExp, Message][] = [
  ["BAD_INDENT", /^Flow/, ["A bracket or brace that was opened above is not closed."]],
  ["MISSING_CHAR", /^Missing closing/, ["A quote is not closed."]],
  ["MISSING_CHAR", /^Missing , /, ["A comma is missing before this."]],
];

function describeYamlError({ code, message }: YAMLError): Message {
  const specific = SPECIFIC_MESSAGES.find(([of, begins]) => of === code && begins.test(message));
  return specific?.[2] ?? MESSAGES[code] ?? ["The file is not valid YAML."];
}
