/** What a web API asks of its caller (RFC 6750 §3, RFC 9470, Microsoft's claims challenge). */
export interface BearerChallenge {
  error: string | undefined;
  scopes: string[];
  /** JSON, decoded. */
  claims: string | undefined;
}

/** The Bearer challenge of a WWW-Authenticate header, which may hold several of several schemes (RFC 9110 §11.6.1). */
export function readBearerChallenge(header: string): BearerChallenge | undefined {
  let scheme: string | undefined;
  let found: Map<string, string> | undefined;
  const parts = /(?:^|[,\s])\s*([A-Za-z0-9._~+-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g;
  for (const [, name, quoted, bare] of header.matchAll(parts)) {
    const value = quoted?.replace(/\\(.)/g, "$1") ?? bare;
    if (value === undefined) {
      scheme = name!.toLowerCase();
      if (scheme === "bearer") found ??= new Map();
    } else if (scheme === "bearer") found!.set(name!.toLowerCase(), value);
  }
  if (!found) return undefined;
  return {
    error: found.get("error"),
    scopes: (found.get("scope") ?? "").split(" ").filter(Boolean),
    claims: decodeClaims(found.get("claims")),
  };
}

function decodeClaims(encoded: string | undefined): string | undefined {
  if (encoded === undefined) return undefined;
  // Entra encodes it; some APIs hand on the bare JSON.
  const text = encoded.startsWith("{") ? encoded : Buffer.from(encoded, "base64").toString();
  try {
    const claims: unknown = JSON.parse(text);
    if (typeof claims === "object" && claims !== null && !Array.isArray(claims)) return text;
  } catch {
    // It is no JSON.
  }
  return undefined;
}
