import { checkPeriod, parseCertificate } from "./app-certificate.ts";
import { abortError, type Clock, systemClock } from "./clock.ts";
import { DoorcodeError } from "./errors.ts";
import { checkTokenEndpoint } from "./issuer/issuer-check.ts";
import { connect } from "./issuer/metadata.ts";
import { openIssuerSession } from "./issuer/open-session.ts";
import { memoryStore } from "./token-store/memory-store.ts";
import { lasts, type StoredToken } from "./token-store/read-store.cts";
import type { Transport } from "./transport/transport.ts";

export interface AppTokenOptions {
  /** As `createClient` has it; an Entra tenant by its ID or domain, or a Doorcode tenant. */
  authority: string;
  clientId: string;
  /** Private key and certificate in PEM, as `readCertificateFile` reads them. */
  certificate: string;
  /** The one resource: `https://graph.microsoft.com/.default`, `api://<client ID>/.default`. */
  scope: string;
  /** Certificates in PEM to trust beside the system's; by default as `createClient` has it. */
  ca?: string | string[] | undefined;
  /** Ends whatever is under way. */
  signal?: AbortSignal | undefined;
  transport?: Transport | undefined;
  clock?: Clock | undefined;
}

/** A token is renewed this long before it ends. */
const renewBeforeMs = 5 * 60_000;
/** What a tenant says of an assertion that it has seen before: the answer to the first was lost on its way. */
const assertionUsed = "assertion_used";

/**
 * Access tokens of a program on its own, without a person (client credentials, RFC 6749 §4.4, by certificate): a function
 * to hand to `bearerFetch`. Its first call asks the issuer; later ones give the same token until five minutes before its
 * end. Nothing is kept beyond the process.
 * @throws DoorcodeError `configuration` at once; from each call what a sign-in throws, and `configuration` once the
 * certificate has expired
 */
export function appToken(options: AppTokenOptions): () => Promise<string> {
  const { clock = systemClock, scope, signal } = options;
  const store = memoryStore({ clock });
  const session = openIssuerSession({ ...options, clock, store, engine: "entra" });
  if (!/^[\x21\x23-\x5b\x5d-\x7e]+\/\.default$/i.test(scope)) {
    throw new DoorcodeError("configuration", {
      detail: "the option scope is not a resource followed by /.default.",
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
      // Good for a few minutes more, in which the issuer may be back.
      if (!unreachable || !given || !lasts(given, clock.now(), 0)) throw error;
    }
    return given.token;
  };
}
