// Rules for a Dockerfile, with the names that hadolint gives them (https://github.com/hadolint/hadolint/wiki), over a real
// parser. hadolint itself is on neither npm nor Debian.
import { type Copy, DockerfileParser, type Instruction, type JSONInstruction } from "dockerfile-ast";
import { validate } from "dockerfile-utils";

type Rule = (instructions: Instruction[]) => string[];

const argumentsOf = (instruction: Instruction) => instruction.getArgumentsContent() ?? "";
const named = (instructions: Instruction[], ...keywords: string[]) =>
  instructions.filter((each) => keywords.includes(each.getKeyword()));

/** A rule about each instruction with that keyword. */
const each =
  (keywords: string[], problem: (text: string, instruction: Instruction) => string | false): Rule =>
  (instructions) =>
    named(instructions, ...keywords).flatMap((one) => problem(argumentsOf(one), one) || []);

const lastStage = (instructions: Instruction[]) =>
  instructions.slice(instructions.findLastIndex((one) => one.getKeyword() === "FROM"));

const stageNames = (instructions: Instruction[]) =>
  named(instructions, "FROM").flatMap((one) => / AS (\S+)$/i.exec(argumentsOf(one))?.[1] ?? []);

const rules: Rule[] = [
  each(["WORKDIR"], (text) => !text.startsWith("/") && `DL3000: ${text} is relative`),
  each(["RUN"], (text) => /(^|&& *)cd /.test(text) && "DL3003: use WORKDIR instead of cd"),
  each(["RUN"], (text) => /\bsudo\b/.test(text) && "DL3004: sudo"),
  (instructions) =>
    named(instructions, "FROM").flatMap((one) => {
      const image = argumentsOf(one).split(" ")[0]!;
      if (stageNames(instructions).includes(image)) return [];
      const [, tag] = /:([^:/]+)$/.exec(image) ?? [];
      if (tag === undefined) return [`DL3006: ${image} has no tag`];
      return tag === "latest" ? [`DL3007: ${image}`] : [];
    }),
  each(
    ["RUN"],
    (text) => /\bapt(-get)? install\b(?!.*--no-install-recommends)/.test(text) && "DL3015: apt-get install",
  ),
  each(["RUN"], (text) => /\bnpm (install|i) /.test(text) && "DL3016: npm ci installs what the lock file names"),
  each(["ADD"], (text) => `DL3020: COPY ${text}`),
  (instructions) =>
    each(["COPY"], (_text, one) => {
      const from = (one as Copy)
        .getFlags()
        .find((flag) => flag.getName() === "from")
        ?.getValue();
      return typeof from === "string" && !stageNames(instructions).includes(from) && `DL3022: no stage ${from}`;
    })(instructions),
  each(["CMD", "ENTRYPOINT"], (text, one) =>
    (one as JSONInstruction).getJSONStrings().length === 0 ? `DL3025: ${text} runs in a shell` : false,
  ),
  each(["MAINTAINER"], () => "DL4000: MAINTAINER"),
  each(["RUN"], (text) => /[^|]\|[^|]/.test(text) && "DL4006: a failure before the pipe is ignored"),
  (instructions) => (named(lastStage(instructions), "HEALTHCHECK").length === 1 ? [] : ["DL3057: no HEALTHCHECK"]),
  (instructions) => {
    const user = named(lastStage(instructions), "USER").map(argumentsOf).at(-1) ?? "root";
    if (/^(root|0)(:|$)/.test(user)) return ["DL3002: the last user is root"];
    return /^\d+(:\d+)?$/.test(user) ? [] : [`the user ${user} has no number, which Kubernetes needs`];
  },
  each(
    ["ENV", "ARG"],
    (text) => /(PASSWORD|SECRET|TOKEN|_KEY)\b/i.test(text) && `a secret stays in the image: ${text}`,
  ),
];

/** What is wrong with a Dockerfile. */
export function lint(text: string): string[] {
  const instructions = DockerfileParser.parse(text).getInstructions();
  const invalid = validate(text).map(({ message, range }) => `line ${range.start.line + 1}: ${message}`);
  return [...invalid, ...rules.flatMap((rule) => rule(instructions))];
}

/** The arguments of the last instruction with that keyword, as a JSON array. */
export function stringsOf(text: string, keyword: "CMD" | "ENTRYPOINT"): string[] {
  const [instruction] = named(DockerfileParser.parse(text).getInstructions(), keyword).slice(-1);
  return (instruction as JSONInstruction).getJSONStrings().map((each) => JSON.parse(each.getValue()) as string);
}
