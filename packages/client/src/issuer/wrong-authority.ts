import { DoorcodeError } from "../errors.ts";
import { isLoopback } from "../transport/secure-url.ts";
import { isUntrusted, type Transport, TransportError } from "../transport/transport.ts";
import { plainText, readJsonObject, stringOf } from "./issuer-answer.ts";
import type { IssuerSession } from "./issuer-session.ts";

/** Time limit of each of two requests to this machine, in milliseconds. */
const patienceMs = 2_000;

type Asking = Pick<IssuerSession, "authority" | "transport">;

/**
 * Explains a failed discovery. If the authority names a Doorcode tenant on this machine with the wrong scheme, port or
 * path, the error names the right one, which that tenant supplies itself. If something else there speaks the other
 * scheme, the error says so. Any other error stays as it is.
 */
export async function wrongAuthority(
  { authority, transport }: Asking,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const { hostname, host, protocol } = new URL(authority);
  const failed = error instanceof DoorcodeError || error instanceof TransportError;
  if (!failed || signal?.aborted || !isLoopback(hostname)) return error;
  const { right, speaks } = await askThere(host, transport, signal);
  const problem = { detail: `no issuer found at ${authority}.`, cause: error };
  if (right !== undefined && right !== authority) {
    return new DoorcodeError("configuration", { ...problem, hint: `The tenant there is ${right}` });
  }
  // Any answer, even an error, used the right scheme.
  const lost = error instanceof TransportError ? error : error.cause;
  if (!(lost instanceof TransportError) || isUntrusted(lost)) return error;
  const other = protocol === "https:" ? "http" : "https";
  if (speaks.includes(other) && !speaks.includes(protocol.slice(0, -1))) {
    const meant = authority.replace(/^https?/i, other);
    return new DoorcodeError("configuration", {
      ...problem,
      hint: `That port speaks ${other}. Did you mean ${meant}?`,
    });
  }
  return error;
}

/**
 * Finds the Doorcode tenant that answers at an address of this machine (the address of its pages works, too) and
 * returns its authority. Returns undefined if no tenant answers, and for other machines, which are never asked.
 * @param address with or without a scheme: `localhost:8443`
 * @param options `ca`: certificates in PEM to trust in addition to the system's; default: as in `createClient`
 * @throws DoorcodeError `configuration` if the environment names an unusable proxy or CA file
 * @example
 * ```ts
 * import { localTenant } from "@doorcode/client";
 *
 * const authority = await localTenant("localhost:8443"); // "https://localhost:8443/<tenant ID>"
 * ```
 */
export async function localTenant(
  address: string,
  options: { ca?: string | string[] } = {},
): Promise<string | undefined> {
  const { ca } = options;
  const written = `https://${address.replace(/^https?:\/\//i, "")}`;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (!url || !isLoopback(url.hostname)) return undefined;
  const { nodeTransport } = await import("../transport/node-transport.ts");
  const { defaultCa } = await import("../transport/trusted-roots.ts");
  const transport = nodeTransport({ ca: ca ?? defaultCa(url.origin, process.env) });
  return (await askThere(url.host, transport, undefined)).right;
}

/** What a tenant there says about itself, and which schemes answer there. */
async function askThere(
  host: string,
  transport: Transport,
  signal: AbortSignal | undefined,
): Promise<{ right: string | undefined; speaks: string[] }> {
  const speaks: string[] = [];
  for (const scheme of ["https", "http"]) {
    const url = `${scheme}://${host}/common/v2.0/.well-known/openid-configuration`;
    const answer = await transport
      .send({ url, method: "GET", timeoutMs: patienceMs, signal })
      .catch((error: unknown) => {
        // The server showed a certificate, trusted or not.
        if (error instanceof TransportError && isUntrusted(error)) speaks.push(scheme);
      });
    if (!answer) continue;
    speaks.push(scheme);
    const body = readJsonObject(answer.body);
    // A tenant's pages name the issuer, which uses another port.
    const issuer = body?.doorcode_profile === undefined ? body?.doorcode_authority : body.issuer;
    const right = stringOf(issuer)?.replace(/\/v2\.0$/, "");
    if (right !== undefined && plainText(right) === right && isLocalHttps(right)) return { right, speaks };
  }
  return { right: undefined, speaks };
}

function isLocalHttps(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "https:" && isLoopback(url.hostname);
}
