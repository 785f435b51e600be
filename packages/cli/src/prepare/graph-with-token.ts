import { bearerFetch } from "@doorcode/client";
import type { GraphAccess } from "@doorcode/prepare";

/** The way to a tenant's Graph with a token that came from elsewhere. A redirect is refused: Graph has none. */
export function graphWithToken(
  target: GraphAccess["target"],
  base: string,
  by: { token: string | (() => Promise<string>); ca?: string | undefined; signal?: AbortSignal },
): GraphAccess {
  const { token, ca, signal } = by;
  const fetch = bearerFetch({ origin: new URL(base).origin, token, ...(ca !== undefined && { ca }) });
  return {
    target,
    base,
    fetch: (url, init) => fetch(url, { ...init, redirect: "error", ...(signal && { signal }) }),
  };
}
