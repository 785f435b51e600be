import { readFile } from "node:fs/promises";
import type { GraphAccess, TenantFileError, TenantModel } from "@doorcode/prepare";
import { CommandError, UsageError } from "../exit-codes.ts";

/** The tenant that a file is applied to, or read from. */
export interface Target {
  kind: GraphAccess["target"];
  /** Where the administrator signs in. */
  authority: string;
  /** Of its Microsoft Graph; no trailing slash. */
  graph: string;
}

/** Microsoft's own, public cloud. */
const entraGraph = "https://graph.microsoft.com/v1.0";
const entraLogin = "https://login.microsoftonline.com";

/**
 * @param tenant the ID or domain of an Entra tenant
 * @throws UsageError
 */
export function targetOf(option: "to" | "from", text: string, tenant: string | undefined): Target {
  if (text.toLowerCase() === "entra") {
    if (tenant === undefined) {
      throw new UsageError(
        "Nothing says which Entra tenant.",
        "Name it: --tenant contoso.onmicrosoft.com, or its ID; or write tenant.domain into the file.",
      );
    }
    if (!/^[A-Za-z0-9][A-Za-z0-9.-]{1,252}$/.test(tenant)) {
      throw new UsageError("--tenant is a tenant's ID or domain.", "For example contoso.onmicrosoft.com.");
    }
    return { kind: "entra", authority: `${entraLogin}/${tenant}`, graph: entraGraph };
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:" || url.search || url.hash || url.username || url.password) {
    throw new UsageError(
      `--${option} is "entra", or the authority of a Doorcode tenant.`,
      `As doorcode tenant start prints it: --${option} https://localhost:8443/<tenant>`,
    );
  }
  const authority = url.href.replace(/\/+$/, "");
  return { kind: "doorcode", authority, graph: `${url.origin}/graph/v1.0` };
}

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
