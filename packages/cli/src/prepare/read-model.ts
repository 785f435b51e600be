import { readFile } from "node:fs/promises";
import type { TenantFileError, TenantModel } from "@doorcode/prepare";
import { CommandError, UsageError } from "../exit-codes.ts";

/** @throws UsageError, CommandError `tenant_file_invalid` with every mistake and its place */
export async function readModel(file: string): Promise<TenantModel> {
  const { readTenantFile, describeProblems, TenantFileError } = await import("@doorcode/prepare");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`The file ${file} cannot be read (${error.code}).`, "Name it with --file FILE.");
  });
  try {
    return readTenantFile(text, file);
  } catch (error) {
    if (error instanceof TenantFileError) throw invalid(error, describeProblems(error));
    throw error;
  }
}

function invalid(error: TenantFileError, described: string): CommandError {
  const { length } = error.problems;
  const message = `${error.fileName} has ${length === 1 ? "a mistake" : `${length} mistakes`}; nothing was sent.`;
  return new CommandError(error.code, message, described.trimEnd(), { cause: error, problems: error.problems });
}
