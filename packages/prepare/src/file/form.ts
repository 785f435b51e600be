import { z } from "zod";
import type { FileProblem, SourceFileError } from "./diagnostics.ts";
import type { Range, SourceLine } from "./secrets.ts";
import type { SourceNode } from "./source-node.ts";

/** One kind of YAML file: what it may contain, and the words for its errors. */
export interface FileForm<Schema extends z.ZodType = z.ZodType> {
  /** What the file may contain. */
  schema: Schema;
  /** In a sentence: `a tenant file`. */
  name: string;
  /** What to do with an empty file. */
  beginning: string;
  /** How a sentence about an entry begins, by the map that has it: `The app`. */
  entries: Readonly<Record<string, string>>;
  /** Where to keep a secret instead. */
  secretHint: string;
  /** What to do about a wrong value. */
  hintFor(path: readonly PropertyKey[]): string | undefined;
  /** The values that no excerpt may show. */
  secretRanges(tree: SourceNode): Range[];
  /** The error to throw, with all errors of the file. */
  error(fileName: string, problems: FileProblem[], sources: ReadonlyMap<FileProblem, SourceLine>): SourceFileError;
}

/**
 * The JSON Schema of a form (draft 7, which editors' YAML extensions support best).
 * @example
 * ```ts
 * import { jsonSchemaOf } from "@doorcode/prepare/source-file";
 * import { z } from "zod";
 *
 * console.log(jsonSchemaOf(z.strictObject({ port: z.int() })));
 * ```
 */
export function jsonSchemaOf(schema: z.ZodType): object {
  return z.toJSONSchema(schema, {
    io: "input",
    target: "draft-7",
    override: ({ jsonSchema }) => {
      const [only, nothing, ...others] = jsonSchema.anyOf ?? [];
      if (nothing?.type !== "null" || others.length > 0 || typeof only?.type !== "string") return;
      // Editors complete and explain one type with a null much better than a choice between two schemas.
      const { anyOf: _, ...around } = jsonSchema;
      delete jsonSchema.anyOf;
      Object.assign(jsonSchema, only, around, { type: [only.type, "null"] });
    },
  });
}
