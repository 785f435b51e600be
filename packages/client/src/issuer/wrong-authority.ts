import { DoorcodeError } from "../errors.ts";
import { isLoopback } from "../transport/secure-url.ts";
import { plainText, readJsonObject, stringOf } from "./issuer-answer.ts";
import type { IssuerSession } from "./issuer-session.ts";

/** Milliseconds for each of two questions to this machine. */
const patienceMs = 2_000;

/**
 * Discovery failed. Where the authority names a Doorcode tenant on this machine by the wrong scheme, port or path, the error
 * names the right one, which that tenant says itself; any other error stays as it is.
 */
export async function wrongAuthority(
  { authority, transport }: Pick<IssuerSession, "authority" | "transport">,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const { hostname, host } = new URL(authority);
  if (!(error instanceof DoorcodeError) || signal?.aborted || !isLoopback(hostname)) return error;
  for (const scheme of ["https", "http"]) {
    const url = `${scheme}://${host}/common/v2.0/.well-known/openid-configuration`;
    const asked = transport.send({ url, method: "GET", timeoutMs: patienceMs, signal });
    const body = await asked.then((answer) => readJsonObject(answer.body)).catch(() => undefined);
    // The pages of a tenant name the issuer, which is on another port.
    const issuer = body?.doorcode_profile === undefined ? body?.doorcode_authority : body.issuer;
    const right = stringOf(issuer)?.replace(/\/v2\.0$/, "");
    if (right === undefined || plainText(right) !== right || right === authority || !isLocalHttps(right)) continue;
    return new DoorcodeError("configuration", {
      detail: `there is no issuer at ${authority}.`,
      hint: `The tenant there is ${right}`,
      cause: error,
    });
  }
  return error;
}

function isLocalHttps(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "https:" && isLoopback(url.hostname);
}
