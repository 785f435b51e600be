import type { FastifyRequest } from "fastify";
import type { App, GrantType } from "../directory/entities.ts";
import { grantTypesOf } from "../directory/grant-types.ts";
import { hashSecret } from "../kernel/seal.ts";
import type { AuditRecord } from "../storage/store.ts";
import {
  claimedClient,
  JWT_BEARER_ASSERTION,
  type VerifiedAssertion,
  verifyClientAssertion,
} from "./client-assertion.ts";
import { checkSecret } from "./client-secret.ts";
import type { Form } from "./form.ts";
import type { OAuthContext } from "./oauth-context.ts";
import { ProtocolError } from "./protocol-error.ts";

/** A registered app, and how it has shown that it is the one. */
export type IdentifiedClient =
  | { app: App; by: "nothing" }
  | { app: App; by: "secret"; keyId: string }
  | { app: App; by: "certificate"; assertion: VerifiedAssertion };

/**
 * Which registered app is asking (RFC 6749 §2.3, RFC 8628 §3.1): a public client names itself by client_id, any other
 * proves itself by its secret, in the body or by HTTP Basic, or by an assertion that its certificate's key signed
 * (RFC 7523 §2.2); never in two ways. An assertion is good for one thing at each endpoint that calls this.
 * @throws ProtocolError as `identifyClient`; `assertion_used`
 */
export async function authenticateClient(ctx: OAuthContext, request: FastifyRequest, form: Form): Promise<App> {
  const client = await identifyClient(ctx, request, form);
  await consumeAssertion(ctx, client, { purpose: request.routeOptions.url ?? "", audit: null });
  return client.app;
}

/**
 * The same, leaving it to the caller to spend an assertion (`consumeAssertion`): of the grants at the token endpoint most
 * bring something that works once by itself, and MSAL signs one assertion for all that it asks in ten minutes.
 * @throws ProtocolError `client_id_missing`, `app_unknown`, `secret_missing`, `secret_wrong`, `secret_expired`, `parameter_invalid`,
 * `parameter_missing`, and those of `verifyClientAssertion`
 */
export async function identifyClient(
  ctx: OAuthContext,
  request: FastifyRequest,
  form: Form,
): Promise<IdentifiedClient> {
  const basic = request.headers.authorization === undefined ? undefined : parseBasic(request.headers.authorization);
  const assertion = assertionIn(form);
  const inBody = form.get("client_id");
  if (basic && inBody !== undefined && inBody !== basic.clientId) {
    throw new ProtocolError("parameter_invalid", { detail: "client_id differs between body and Authorization." });
  }
  const ways = [basic, form.get("client_secret"), assertion].filter((way) => way !== undefined);
  if (ways.length > 1) {
    throw new ProtocolError("parameter_invalid", { detail: "the client authenticates in two ways at once." });
  }
  const clientId = basic?.clientId ?? inBody ?? (assertion && claimedClient(assertion));
  if (clientId === undefined) throw new ProtocolError("client_id_missing");
  const app = await findClient(ctx, clientId);
  if (!app || app.disabledAt !== null) throw new ProtocolError("app_unknown");

  if (assertion !== undefined) {
    return { app, by: "certificate", assertion: await verifyClientAssertion(ctx, app, assertion) };
  }
  const secret = basic?.secret ?? form.get("client_secret");
  if (secret === undefined || secret === "") {
    if (!app.publicClient) throw new ProtocolError("secret_missing");
    return { app, by: "nothing" };
  }
  const { keyId } = checkSecret(await ctx.store.credentials.secretsOf(app.clientId), secret, ctx.clock.now());
  return { app, by: "secret", keyId };
}

/**
 * Uses up an assertion for `purpose`, once, by compare-and-swap in the store, and writes the record of what it was used
 * for with it. Who has shown no assertion has none to use up: then only the record is written.
 * @throws ProtocolError `assertion_used`
 */
export async function consumeAssertion(
  ctx: OAuthContext,
  client: IdentifiedClient,
  { purpose, audit }: { purpose: string; audit: AuditRecord | null },
): Promise<void> {
  if (client.by !== "certificate") {
    if (audit) await ctx.store.audit.write(audit);
    return;
  }
  const { jti, expiresAt } = client.assertion;
  const assertionHash = hashSecret(JSON.stringify([client.app.clientId, jti, purpose]));
  if (await ctx.store.credentials.consumeAssertion({ assertionHash, expiresAt, audit })) return;
  // By this word a client knows that a new assertion will do, when an answer was lost on its way.
  throw new ProtocolError("assertion_used", { suberror: "assertion_used" });
}

/** @throws ProtocolError `grant_not_allowed` where the app may not get tokens in this way */
export function requireGrant(app: App, grantType: GrantType): void {
  if (!grantTypesOf(app).includes(grantType)) throw new ProtocolError("grant_not_allowed");
}

/** The client that a request says it is of, wherever it says so, proven or not; undefined where it cannot be read. */
export function claimedClientId(request: FastifyRequest, form: Form): string | undefined {
  const { authorization } = request.headers;
  const assertion = form.get("client_assertion");
  try {
    const basic = authorization === undefined ? undefined : parseBasic(authorization);
    return basic?.clientId ?? form.get("client_id") ?? (assertion && claimedClient(assertion));
  } catch {
    return undefined;
  }
}

/** Of what a client ID cannot hold (RFC 6749 §A.1) PostgreSQL refuses some even in a question: it is not asked. */
export async function findClient(ctx: OAuthContext, clientId: string): Promise<App | undefined> {
  return /^[\x20-\x7e]+$/.test(clientId) ? ctx.store.directory.findApp(clientId.toLowerCase()) : undefined;
}

function assertionIn(form: Form): string | undefined {
  const [assertion, type] = [form.get("client_assertion"), form.get("client_assertion_type")];
  if (assertion === undefined && type === undefined) return undefined;
  if (assertion === undefined) throw new ProtocolError("parameter_missing", { detail: "'client_assertion'." });
  if (type === undefined) throw new ProtocolError("parameter_missing", { detail: "'client_assertion_type'." });
  if (type === JWT_BEARER_ASSERTION) return assertion;
  throw new ProtocolError("assertion_malformed", {
    detail: `client_assertion_type has to be ${JWT_BEARER_ASSERTION}.`,
  });
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
