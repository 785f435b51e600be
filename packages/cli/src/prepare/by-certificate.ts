import { appToken, readCertificateFile } from "@doorcode/client";
import type { GraphAccess } from "@doorcode/prepare";
import type { Arguments } from "../arguments.ts";
import { UsageError } from "../exit-codes.ts";
import { say } from "../output.ts";
import { graphWithToken } from "./graph-with-token.ts";
import type { Target } from "./target.ts";

/**
 * The way to the tenant's Graph for CI: an app that signs in by its certificate, without a person. It needs application
 * permissions, which an administrator has given it; Graph names those that are missing.
 */
export async function graphByCertificate(
  given: Arguments,
  { kind, authority, graph: base }: Target,
  permissions: readonly string[],
  options: { ca: string | undefined; signal: AbortSignal },
): Promise<GraphAccess> {
  const { ca, signal } = options;
  const clientId = given.text("client-id");
  if (clientId === undefined) {
    throw new UsageError(
      "--certificate signs in as an app of yours, which --client-id names.",
      "doorcode prepare --certificate ci.pem --client-id ID …",
    );
  }
  const certificate = readCertificateFile(given.text("certificate") ?? "");
  const scope = "https://graph.microsoft.com/.default";
  const token = appToken({ authority, clientId, certificate, scope, signal, ...(ca && { ca }) });
  const who = kind === "entra" ? "which an administrator consents to in the portal" : "which --administrator gives it";
  say(
    `The app ${clientId} signs in to ${authority} by its certificate.\nIts application permissions, ${who}:\n${permissions.map((name) => `  ${name}`).join("\n")}`,
  );
  // Here and not at Graph's first request, where it would look as if Graph could not be reached.
  await token();
  return graphWithToken(kind, base, { token, ca, signal });
}
