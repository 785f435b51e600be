import type { ErrorCode, YAMLError } from "yaml";

type Sentence = [message: string, hint?: string];

/** What is wrong, in our words: the parser's own may repeat what the file says. */
const SENTENCES: Partial<Record<ErrorCode, Sentence>> = {
  ALIAS_PROPS: ["An alias (*name) takes no anchor and no tag of its own."],
  BAD_ALIAS: ["This is no alias: after * comes the name of an anchor.", "Put text that begins with * in quotes."],
  BAD_COLLECTION_TYPE: ["The tag does not fit what follows it."],
  BAD_DIRECTIVE: ["A line that begins with % is a directive, and this one is unknown."],
  BAD_DQ_ESCAPE: [
    "This escape is unknown in text in double quotes.",
    "Write \\\\ for a backslash, or use single quotes: pattern: '\\d+'.",
  ],
  BAD_INDENT: [
    "The indentation does not fit the lines above.",
    "Members of one map begin in the same column; a bracket that was opened must be closed.",
  ],
  BAD_PROP_ORDER: ["Anchors and tags come before the value, after - or :."],
  BAD_SCALAR_START: ["Text cannot begin with this character.", "Put the text in quotes."],
  BLOCK_AS_IMPLICIT_KEY: [
    "A map cannot begin here, after another member on the same line.",
    "Put text that has a colon and a space in it in quotes, or begin the map on a line of its own.",
  ],
  BLOCK_IN_FLOW: ["Within brackets or braces everything is written with commas, not with dashes."],
  KEY_OVER_1024_CHARS: ["A key has 1024 characters at most."],
  MISSING_CHAR: ["Something is missing here: a closing quote, a bracket, a comma, or the space after a colon."],
  MULTILINE_IMPLICIT_KEY: ["A key is on one line, and a colon follows it."],
  MULTIPLE_ANCHORS: ["A value has one anchor at most."],
  MULTIPLE_TAGS: ["A value has one tag at most."],
  TAB_AS_INDENT: ["A tab cannot indent in YAML.", "Use spaces, two for each level."],
  TAG_RESOLVE_FAILED: ["Tags (!name) mean nothing in this file.", "Write the value without one."],
  UNEXPECTED_TOKEN: ["This does not belong here.", "Is a quote, a bracket or an indentation above it wrong?"],
};

/** The same code for different mistakes, told apart by how the parser's message begins. */
const CLOSER: [ErrorCode, begins: RegExp, Sentence][] = [
  ["BAD_INDENT", /^Flow/, ["A bracket or brace that was opened above is not closed."]],
  ["MISSING_CHAR", /^Missing closing/, ["A quote that was opened is not closed."]],
  ["MISSING_CHAR", /^Missing , /, ["A comma is missing before this."]],
];

export function yamlSentence({ code, message }: YAMLError): Sentence {
  const closer = CLOSER.find(([of, begins]) => of === code && begins.test(message));
  return closer?.[2] ?? SENTENCES[code] ?? ["This is not YAML."];
}
