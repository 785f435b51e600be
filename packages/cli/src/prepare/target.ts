import type { GraphAccess } from "@doorcode/prepare";
import { UsageError } from "../exit-codes.ts";

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
