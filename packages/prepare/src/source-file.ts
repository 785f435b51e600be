// `@doorcode/prepare/source-file`: what the command line needs to read another YAML file with the same quality of errors.
import type { z } from "zod";
import { checkShape } from "./file/check-shape.ts";
import { Diagnostics, type ProblemList } from "./file/diagnostics.ts";
import type { FileForm } from "./file/form.ts";
import { readYaml } from "./file/read-yaml.ts";
import type { SourceNode } from "./file/source-node.ts";

export { type DescribeOptions, describeProblems } from "./file/describe-problems.ts";
export { type FileProblem, SourceFileError } from "./file/diagnostics.ts";
export { jsonSchemaOf } from "./file/form.ts";
export { isSecretName, type Range, type SourceLine } from "./file/secrets.ts";
export { childAt } from "./file/source-node.ts";
export type { FileForm, ProblemList, SourceNode };

/**
 * Reads a YAML file of this form.
 * @param text content of the file, at most 1 MiB
 * @param fileName shown in the errors; no file is opened
 * @param check finds the errors that the schema cannot; it runs even if the schema found some
 * @throws the form's error, with all errors of the file in their order
 * @example
 * ```ts
 * import { type FileForm, readFileOf, SourceFileError } from "@doorcode/prepare/source-file";
 * import { z } from "zod";
 *
 * const form: FileForm = {
 *   schema: z.strictObject({ port: z.int() }),
 *   name: "a server file",
 *   beginning: "Begin with `port:`.",
 *   entries: {},
 *   secretHint: "Put it into an environment variable.",
 *   hintFor: () => undefined,
 *   secretRanges: () => [],
 *   error: (...args) => new SourceFileError("file_invalid", ...args),
 * };
 * console.log(readFileOf(form, "port: 8443", "server.yaml", () => undefined));
 * ```
 */
export function readFileOf<Schema extends z.ZodType>(
  form: FileForm<Schema>,
  text: string,
  fileName: string,
  check: (tree: SourceNode, problems: ProblemList) => void,
): z.output<Schema> {
  // Byte order marks and other systems' line endings have no meaning.
  const plain = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  const diagnostics = new Diagnostics(plain);
  const failed = () => diagnostics.error((problems, sources) => form.error(fileName, problems, sources));
  const tree = readYaml(plain, form, diagnostics);
  if (!tree) throw failed();

  diagnostics.hideSecrets(form.secretRanges(tree));
  const parsed = form.schema.safeParse(tree.value);
  if (!parsed.success) checkShape({ form, tree, diagnostics }, parsed.error.issues);
  check(tree, diagnostics);
  if (!parsed.success || !diagnostics.none) throw failed();
  return parsed.data;
}
