import { readFile } from "node:fs/promises";
import type { GraphAccess, TenantFileError, TenantModel } from "@doorcode/prepare";
import { CommandError, UsageError } from "../exit-codes.ts";
import { shownValue, whyUnreadable } from "../file-errors.ts";

/** In the folder where the command runs. */
export const defaultFile = "doorcode.tenant.yaml";

/** The tenant that a file is applied to, or exported from. */
export interface Target {
  kind: GraphAccess["target"];
  /** Where the administrator signs in. */
  authority: string;
  /** Base URL of its Microsoft Graph, without a trailing slash. */
  graph: string;
}

/** Microsoft's public cloud. */
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
        "Missing the Entra tenant.",
        "Specify it: --tenant contoso.onmicrosoft.com, or its ID. Or set tenant.domain in the file.",
      );
    }
    if (!/^[A-Za-z0-9][A-Za-z0-9.-]{1,252}$/.test(tenant)) {
      const given = shownValue(tenant);
      throw new UsageError(
        `--tenant takes the ID or domain of a tenant${given === undefined ? "" : `, not ${given}`}.`,
        "For example contoso.onmicrosoft.com.",
      );
    }
    return { kind: "entra", authority: `${entraLogin}/${tenant}`, graph: entraGraph };
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:" || url.search || url.hash || url.username || url.password) {
    const given = shownValue(text);
    const why = url?.protocol === "http:" ? "The authority begins with https." : "";
    throw new UsageError(
      `--${option} takes entra, or the authority of your own tenant${given === undefined ? "" : `, not ${given}`}. ${why}`.trimEnd(),
      `doorcode tenant start prints it: --${option} https://localhost:8443/<tenant>`,
    );
  }
  const authority = url.href.replace(/\/+$/, "");
  return { kind: "doorcode", authority, graph: `${url.origin}/graph/v1.0` };
}

/** @throws UsageError, CommandError `tenant_file_invalid` with every error and its position */
export async function readModel(file: string): Promise<TenantModel> {
  const { readTenantFile, describeProblems, TenantFileError } = await import("@doorcode/prepare");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    const hint = file === defaultFile ? "Name another with --file FILE." : "Check the path after --file.";
    throw new UsageError(`The file ${file} ${whyUnreadable(error)}.`, hint);
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
  const message = `${error.fileName} has ${length === 1 ? "an error" : `${length} errors`}; nothing was changed.`;
  return new CommandError(error.code, message, described.trimEnd(), { cause: error, problems: error.problems });
}
