import { type FileProblem, SourceFileError } from "./diagnostics.ts";
import type { FileForm } from "./form.ts";
import { type SourceLine, secretRanges } from "./secrets.ts";
import { tenantSchema } from "./tenant-schema.ts";

/**
 * A tenant file with errors. `problems` has all errors of the file, in their order.
 * @example
 * ```ts
 * import { readTenantFile, TenantFileError } from "@doorcode/prepare";
 *
 * try {
 *   readTenantFile("apps: 1", "doorcode.tenant.yaml");
 * } catch (error) {
 *   if (!(error instanceof TenantFileError)) throw error;
 *   for (const { line, column, message } of error.problems) console.error(`${line}:${column} ${message}`);
 * }
 * ```
 */
export class TenantFileError extends SourceFileError<"tenant_file_invalid"> {
  /** Always `TenantFileError`. */
  override name = "TenantFileError";

  constructor(fileName: string, problems: FileProblem[], sources?: ReadonlyMap<FileProblem, SourceLine>) {
    super("tenant_file_invalid", fileName, problems, sources);
  }
}

export const tenantForm: FileForm<typeof tenantSchema> = {
  schema: tenantSchema,
  name: "a tenant file",
  beginning: "Begin with `tenant:`, `apps:` and `apis:`.",
  entries: {
    apps: "The app",
    apis: "The API",
    userFlows: "The user flow",
    groups: "The group",
    policies: "The policy",
    users: "The user",
    scopes: "The scope",
    roles: "The role",
  },
  secretHint: "Keep it in the environment of the program that uses it: for a user, passwordFrom names the variable.",
  hintFor(path) {
    if (path.at(-1) === "passwordFrom") {
      return "If this is the password itself, remove it, put it into an environment variable, and write that variable's name. If the file was shared, change the password.";
    }
    if (path.at(-2) === "attributes") {
      return "Write a custom attribute as a map: { attribute: loyaltyNumber, label: Loyalty number }.";
    }
    return undefined;
  },
  secretRanges,
  error: (fileName, problems, sources) => new TenantFileError(fileName, problems, sources),
};
