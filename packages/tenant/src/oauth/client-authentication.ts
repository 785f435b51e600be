import type { FastifyRequest } from "fastify";
import { type App, type GrantType, isClientId } from "../directory/entities.ts";
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

/** A registered app, and how it authenticated. */
export type IdentifiedClient =
  | { app: App; by: "nothing" }
  | { app: App; by: "secret"; keyId: string }
  | { app: App; by: "certificate"; assertion: VerifiedAssertion };

/**
 * Identifies and authenticates the requesting app (RFC 6749 §2.3, RFC 8628 §3.1). A public client sends its client_id.
 * Any other client authenticates with a secret, in the body or by HTTP Basic, or with an assertion signed by its
 * certificate's key (RFC 7523 §2.2), and never in two ways. An assertion can be used once at each endpoint that calls
 * this.
 *
 * @throws ProtocolError as `identifyClient`; `assertion_used`
 */
export async function authenticateClient(ctx: OAuthContext, request: FastifyRequest, form: Form): Promise<App> {
  const client = await identifyClient(ctx, request, form);
  await consumeAssertion(ctx, client, { purpose: request.routeOptions.url ?? "", audit: null });
  return client.app;
}

/**
 * The same, but the caller must use up the assertion (`consumeAssertion`). Most grants at the token endpoint contain
 * something that works only once, and MSAL reuses one assertion for all requests within ten minutes.
 *
 * @param known the app, if this request has already read it
 * @throws ProtocolError `client_id_missing`, `app_unknown`, `secret_missing`, `secret_wrong`, `secret_expired`,
 *   `parameter_invalid`, `parameter_missing`, and those of `verifyClientAssertion`
 */
export async function identifyClient(
  ctx: OAuthContext,
  request: FastifyRequest,
  form: Form,
  known?: App,
): Promise<IdentifiedClient> {
  const basic = request.headers.authorization === undefined ? undefined : parseBasic(request.headers.authorization);
  const assertion = assertionIn(form);
  const inBody = form.get("client_id");
  if (basic && inBody !== undefined && inBody !== basic.clientId) {
    throw new ProtocolError("parameter_invalid", {
      detail: "client_id differs between the body and the Authorization header.",
    });
  }
  const ways = [basic, form.get("client_secret"), assertion].filter((way) => way !== undefined);
  if (ways.length > 1) {
    throw new ProtocolError("parameter_invalid", { detail: "the client uses two authentication methods at once." });
  }
  const clientId = basic?.clientId ?? inBody ?? (assertion && claimedClient(assertion));
  if (clientId === undefined) throw new ProtocolError("client_id_missing");
  const app = known?.clientId === clientId.toLowerCase() ? known : await findClient(ctx, clientId);
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
 * Uses up an assertion for `purpose`, once, by compare-and-swap in the store, together with the audit record of its
 * use. Without an assertion, only the record is written.
 *
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
  // This word tells clients that a new assertion will work if a response was lost.
  throw new ProtocolError("assertion_used", { suberror: "assertion_used" });
}

/**
 * Reads the client again after its request has waited: meanwhile the app may have been disabled, or what it
 * authenticated with removed.
 *
 * @throws ProtocolError `app_unknown`, `secret_missing`, `secret_wrong`, `secret_expired`, `assertion_signature`
 */
export async function identifyAgain(ctx: OAuthContext, client: IdentifiedClient): Promise<IdentifiedClient> {
  const app = await findClient(ctx, client.app.clientId);
  if (!app || app.disabledAt !== null) throw new ProtocolError("app_unknown");
  const now = ctx.clock.now();
  switch (client.by) {
    case "nothing":
      if (!app.publicClient) throw new ProtocolError("secret_missing");
      break;
    case "secret": {
      const secret = (await ctx.store.credentials.secretsOf(app.clientId)).find(({ keyId }) => keyId === client.keyId);
      if (!secret) throw new ProtocolError("secret_wrong");
      if (secret.endsAt <= now) throw new ProtocolError("secret_expired");
      break;
    }
    case "certificate": {
      const { keyId } = client.assertion;
      const certificate = (await ctx.store.credentials.certificatesOf(app.clientId)).find(
        (each) => each.keyId === keyId,
      );
      if (!certificate || certificate.notAfter <= now) throw new ProtocolError("assertion_signature");
    }
  }
  return { ...client, app };
}

/** The client that a request without any authentication comes from. Undefined if there is none, or some. */
export function publicClientId(request: FastifyRequest, form: Form): string | undefined {
  const clientId = form.get("client_id");
  if (authenticates(form, request.headers.authorization) || clientId === undefined) return undefined;
  return isClientId(clientId) ? clientId.toLowerCase() : undefined;
}

/** @throws ProtocolError `grant_not_allowed` if the app may not use this grant */
export function requireGrant(app: App, grantType: GrantType): void {
  if (!grantTypesOf(app).includes(grantType)) throw new ProtocolError("grant_not_allowed");
}

/** The client that a request claims to come from, authenticated or not. Undefined if it cannot be read. */
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

/** True if a request contains something that authenticates its client, and so has to be checked. */
export function authenticates(form: Form, authorization: string | undefined): boolean {
  return (
    authorization !== undefined ||
    form.has("client_secret") ||
    form.has("client_assertion") ||
    form.has("client_assertion_type")
  );
}

export async function findClient(ctx: OAuthContext, clientId: string): Promise<App | undefined> {
  return isClientId(clientId) ? ctx.store.directory.findApp(clientId.toLowerCase()) : undefined;
}

function assertionIn(form: Form): string | undefined {
  const [assertion, type] = [form.get("client_assertion"), form.get("client_assertion_type")];
  if (assertion === undefined && type === undefined) return undefined;
  if (assertion === undefined) throw new ProtocolError("parameter_missing", { detail: "'client_assertion'." });
  if (type === undefined) throw new ProtocolError("parameter_missing", { detail: "'client_assertion_type'." });
  if (type === JWT_BEARER_ASSERTION) return assertion;
  throw new ProtocolError("assertion_malformed", {
    detail: `client_assertion_type must be ${JWT_BEARER_ASSERTION}.`,
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
