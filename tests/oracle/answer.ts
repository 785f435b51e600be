/** The parts of a response that must be the same in two servers of the same standards. */
export interface Answer {
  status: number;
  /** `error` of a JSON body (RFC 6749 §5.2). */
  error: string | null;
  /** The body is JSON and labeled as JSON. */
  json: boolean;
  /** Not cacheable (RFC 6749 §5.1). */
  noStore: boolean;
  /** Scheme and `error` of the first challenge in `WWW-Authenticate`. */
  challenge: string | null;
  /** Members of a success that the specifications define, sorted. */
  members: string[];
}

/** RFC 6749 §5.1, RFC 8628 §3.2, OpenID Connect Core §3.1.3.3, §5.3.2 and the claims of `profile` in use here. */
const defined = new Set([
  "access_token",
  "token_type",
  "expires_in",
  "refresh_token",
  "scope",
  "id_token",
  "device_code",
  "user_code",
  "verification_uri",
  "verification_uri_complete",
  "interval",
  "sub",
  "name",
  "email",
]);

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = /^application\/json\b/.test(response.headers.get("content-type") ?? "");
  const body = (json ? JSON.parse(text) : {}) as Record<string, unknown>;
  return {
    status: response.status,
    error: typeof body.error === "string" ? body.error : null,
    json,
    noStore: /\bno-store\b/.test(response.headers.get("cache-control") ?? ""),
    challenge: challengeOf(response.headers.get("www-authenticate")),
    members: response.ok
      ? Object.keys(body)
          .filter((name) => defined.has(name))
          .sort()
      : [],
  };
}

function challengeOf(header: string | null): string | null {
  if (header === null) return null;
  const scheme = /^\w+/.exec(header)?.[0] ?? "";
  const error = /\berror="([^"]*)"/.exec(header)?.[1];
  return error === undefined ? scheme : `${scheme} ${error}`;
}
