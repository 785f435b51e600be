import { checkPeriod, parseCertificate } from "./app-certificate.ts";
import { abortError, type Clock, systemClock } from "./clock.ts";
import { DoorcodeError } from "./errors.ts";
import { checkTokenEndpoint } from "./issuer/issuer-check.ts";
import { connect } from "./issuer/metadata.ts";
import { openIssuerSession } from "./issuer/open-session.ts";
import { memoryStore } from "./token-store/memory-store.ts";
import { lasts, type StoredToken } from "./token-store/read-store.cts";
import type { Transport } from "./transport/transport.ts";

/** Options of `appToken`. */
export interface AppTokenOptions {
  /** The issuer's address, as in `createClient`: an Entra tenant by its ID or domain, or a Doorcode tenant. */
  authority: string;
  /** The application (client) ID of the app's registration (RFC 6749 §2.2). */
  clientId: string;
  /** Private key and certificate in PEM, as `readCertificateFile` returns them. */
  certificate: string;
  /** The resource to get tokens for: `https://graph.microsoft.com/.default`, `api://<client ID>/.default`. */
  scope: string;
  /** Certificates in PEM to trust in addition to the system's. Default: as in `createClient`. */
  ca?: string | string[] | undefined;
  /** Cancels all pending requests. */
  signal?: AbortSignal | undefined;
  /** Sends the requests to the issuer, for tests. Default: node:http and node:https. */
  transport?: Transport | undefined;
  /** The time, for tests. Default: the system's clock. */
  clock?: Clock | undefined;
}

/** How long before its expiry a token is renewed. */
const renewBeforeMs = 5 * 60_000;
/** What a tenant answers to an assertion that it has already seen: its first answer was lost on the way. */
const assertionUsed = "assertion_used";

/**
 * Creates a function that returns access tokens for the program itself, without a user (client credentials grant with
 * a certificate, RFC 6749 §4.4). Pass it to `bearerFetch`. The first call asks the issuer; later calls return the same
 * token until five minutes before it expires. Tokens are kept in memory only.
 * @throws DoorcodeError `configuration` immediately. Each call of the returned function throws what a sign-in throws,
 * and `configuration` once the certificate has expired.
 * @example
 * ```ts
 * import { appToken, bearerFetch, readCertificateFile } from "@doorcode/client";
 *
 * const token = appToken({
 *   authority: "https://contoso.ciamlogin.com/<tenant ID>",
 *   clientId: "00000000-0000-4000-8000-000000000000",
 *   certificate: await readCertificateFile("ci.pem"),
 *   scope: "api://todo.example/.default",
 * });
 * const call = bearerFetch({ origin: "https://todo.example", token });
 * const response = await call("https://todo.example/api/todolist");
 * ```
 */
export function appToken(options: AppTokenOptions): () => Promise<string> {
  const { clock = systemClock, scope, signal } = options;
  const store = memoryStore({ clock });
  const session = openIssuerSession({ ...options, clock, store, engine: "entra" });
  if (!/^[\x21\x23-\x5b\x5d-\x7e]+\/\.default$/i.test(scope)) {
    throw new DoorcodeError("configuration", {
      detail: "the option scope must be a resource followed by /.default.",
      hint: "For example api://<API's client ID>/.default, or https://graph.microsoft.com/.default.",
    });
  }
  const certificate = parseCertificate(options.certificate);
  checkPeriod(certificate, clock.now());

  async function ask(): Promise<StoredToken> {
    checkPeriod(certificate, clock.now());
    const connected = await connect(session, { signal });
    checkTokenEndpoint(connected.metadata);
    const { appTokenByMsal } = await import("./engines/entra/msal-tokens.ts");
    const input = { certificate, scope, signal };
    return appTokenByMsal(input, connected).catch((error: unknown) => {
      if (!(error instanceof DoorcodeError) || error.suberror !== assertionUsed) throw error;
      return appTokenByMsal(input, connected);
    });
  }

  let given: StoredToken | undefined;
  let asking: Promise<StoredToken> | undefined;
  return async () => {
    if (signal?.aborted) throw abortError(signal);
    if (given && lasts(given, clock.now(), renewBeforeMs)) return given.token;
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    try {
      given = await asking;
    } catch (error) {
      const unreachable = error instanceof DoorcodeError && error.code === "issuer_unreachable";
      // Still valid for a few minutes, in which the issuer may become reachable again.
      if (!unreachable || !given || !lasts(given, clock.now(), 0)) throw error;
    }
    return given.token;
  };
}
