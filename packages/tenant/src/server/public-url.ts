import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { getCACertificates } from "node:tls";

/** Who answers at a public URL. */
export type PublicUrlAnswer =
  | { by: "this tenant" }
  /** `reason`: why, for a person. */
  | { by: "nothing yet"; reason: string }
  | { by: "another server"; reason: string };

const TIMEOUT_MS = 5_000;
/** More than any metadata needs. Another server may send any amount. */
const MAX_BYTES = 64 * 1024;
/** What a proxy answers while nothing is behind it. */
const GATEWAY = [502, 503, 504];

/**
 * Asks the public URL for the tenant's metadata, as its clients do.
 *
 * @param tenantId undefined before the first start
 * @param trusted certificates in PEM to trust in addition to the system's
 */
export async function askPublicUrl(
  origin: string,
  tenantId: string | undefined,
  trusted: readonly string[] = [],
): Promise<PublicUrlAnswer> {
  const path = tenantId === undefined ? "/healthz" : `/${tenantId}/v2.0/.well-known/openid-configuration`;
  let answer: { status: number; body: string };
  try {
    answer = await ask(`${origin}${path}`, trusted);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { by: "nothing yet", reason: `${origin} cannot be reached from this machine (${code ?? message}).` };
  }
  const { status, body } = answer;
  if (GATEWAY.includes(status)) {
    return { by: "nothing yet", reason: `${origin} is answered by a proxy with nothing behind it (${status}).` };
  }
  if (status === 421) {
    return { by: "another server", reason: `The server at ${origin} does not serve that address (421).` };
  }
  if (tenantId === undefined) {
    return {
      by: "another server",
      reason: `A server already answers at ${origin} (${status}), before the first start.`,
    };
  }
  const issuer = issuerIn(body);
  if (issuer === `${origin}/${tenantId}/v2.0`) return { by: "this tenant" };
  const found = issuer === undefined ? `status ${status}` : `the issuer ${issuer}`;
  return { by: "another server", reason: `${origin} is answered by another server (${found}).` };
}

function issuerIn(body: string): string | undefined {
  try {
    const { issuer } = JSON.parse(body) as { issuer?: unknown };
    // From outside, and shown.
    return typeof issuer === "string" && /^https:\/\/[\x21-\x7e]{1,200}$/.test(issuer) ? issuer : undefined;
  } catch {
    return undefined;
  }
}

/** The first `MAX_BYTES` of a response, whose connection then ends. */
async function startOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    // Leaving the loop destroys the response.
    if (length >= MAX_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BYTES).toString();
}

function ask(url: string, trusted: readonly string[]): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const ca = [...getCACertificates("default"), ...trusted];
    const options = { agent: false, ca, signal: AbortSignal.timeout(TIMEOUT_MS) } as const;
    const request = get(url, options, (response) => {
      startOf(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    request.once("error", reject);
  });
}
