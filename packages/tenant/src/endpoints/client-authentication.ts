import { timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { App } from "../directory/entities.ts";
import type { TenantContext } from "../tenant-context.ts";
import { hashSecret } from "../tokens/seal.ts";
import type { Form } from "./form.ts";
import { ProtocolError } from "./protocol-error.ts";

/**
 * Which registered app is asking (RFC 6749 §2.3, RFC 8628 §3.1): a public client names itself by client_id, any other
 * proves itself by its secret, in the body or by HTTP Basic, never both.
 * @throws ProtocolError `client_id_missing`, `app_unknown`, `secret_missing`, `secret_wrong`, `parameter_invalid`
 */
export async function authenticateClient(ctx: TenantContext, request: FastifyRequest, form: Form): Promise<App> {
  const basic = request.headers.authorization === undefined ? undefined : parseBasic(request.headers.authorization);
  const inBody = form.get("client_id");
  if (basic && inBody !== undefined && inBody !== basic.clientId) {
    throw new ProtocolError("parameter_invalid", { detail: "client_id differs between body and Authorization." });
  }
  if (basic && form.has("client_secret")) {
    throw new ProtocolError("parameter_invalid", { detail: "the client authenticates in two ways at once." });
  }
  const clientId = basic?.clientId ?? inBody;
  if (clientId === undefined) throw new ProtocolError("client_id_missing");
  const app = await findClient(ctx, clientId);
  if (!app || app.disabledAt !== null) throw new ProtocolError("app_unknown");

  const secret = basic?.secret ?? form.get("client_secret");
  if (secret === undefined || secret === "") {
    if (!app.publicClient) throw new ProtocolError("secret_missing");
    return app;
  }
  const given = Buffer.from(hashSecret(secret));
  const stored = Buffer.from(app.secretHash ?? "");
  if (given.length !== stored.length || !timingSafeEqual(given, stored)) throw new ProtocolError("secret_wrong");
  return app;
}

/** Of what a client ID cannot hold (RFC 6749 §A.1) PostgreSQL refuses some even in a question: it is not asked. */
export async function findClient(ctx: TenantContext, clientId: string): Promise<App | undefined> {
  return /^[\x20-\x7e]+$/.test(clientId) ? ctx.store.directory.findApp(clientId.toLowerCase()) : undefined;
}

/** RFC 6749 §2.3.1: both halves are form-encoded before Base64. */
function parseBasic(header: string): { clientId: string; secret: string } {
  const match = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header);
  const decoded = match ? Buffer.from(match[1]!, "base64").toString("utf8") : "";
  const colon = decoded.indexOf(":");
  if (colon < 1) throw new ProtocolError("secret_wrong");
  try {
    const part = (text: string) => decodeURIComponent(text.replaceAll("+", " "));
    return { clientId: part(decoded.slice(0, colon)), secret: part(decoded.slice(colon + 1)) };
  } catch {
    throw new ProtocolError("secret_wrong");
  }
}
