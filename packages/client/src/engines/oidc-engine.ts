import type { Account } from "../client.ts";
import { askDeviceCode, presentedCode } from "../device-flow/device-code.ts";
import { withPreference } from "../device-flow/held-poll.ts";
import { pollUntilDone } from "../device-flow/poll.ts";
import { DoorcodeError } from "../errors.ts";
import { type IssuerKeys, issuerKeys, verifyIdToken } from "../issuer/id-token.ts";
import { stringOf } from "../issuer/issuer-answer.ts";
import type { ConnectedSession } from "../issuer/issuer-session.ts";
import { scopeAttempts, withFewerScopes } from "../issuer/scopes.ts";
import {
  accessTokenFrom,
  accountFrom,
  clockLead,
  grantedScopes,
  readTokenAnswer,
  type TokenAnswer,
  unnamed,
  unnamedAccount,
} from "../issuer/token-answer.ts";
import { requestTimeoutMs, withRetries } from "../issuer/with-retries.ts";
import type { Change } from "../token-store/contract.ts";
import { accountKey } from "../token-store/read-store.cts";
import { refreshKey, refreshTokensOf } from "../token-store/store-keys.ts";
import type { HttpAnswer, HttpRequest } from "../transport/transport.ts";
import type { Engine, SignedIn, SignInInput } from "./engine.ts";
import { acceptAccount, checkRenewed, keepRenewal, keepSignIn } from "./keep-tokens.ts";

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

/** Any OpenID Connect issuer, or OAuth server, with the device authorization grant. */
export function oidcEngine(session: ConnectedSession): Engine {
  const { metadata, clientId, store, clock, transport } = session;

  const post = (form: Record<string, string>, signal: AbortSignal | undefined, wait = 0): Promise<HttpAnswer> => {
    const request: HttpRequest = {
      url: metadata.tokenEndpoint,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...form, client_id: clientId }).toString(),
      timeoutMs: requestTimeoutMs,
      signal,
    };
    return transport.send(withPreference(request, wait));
  };

  /** Checks an answer with tokens completely before anything is stored. `asked`: the scopes of the request. */
  async function finish(
    answer: HttpAnswer,
    { nonce, secrets, asked }: { nonce?: string; secrets: string[]; asked: string[] },
    { scopes, accept, keys }: Pick<SignInInput, "scopes" | "accept"> & { keys: IssuerKeys },
  ): SignedIn {
    const at = clock.now();
    const tokens = readTokenAnswer(answer, secrets);
    const isDue = isIdTokenDue(tokens, asked);
    const verified =
      isDue || (tokens.id_token !== undefined && metadata.jwksUri !== undefined)
        ? await verifyIdToken(tokens.id_token, session, { keys, nonce })
        : undefined;
    const account = verified ? accountFrom(verified.sub, verified, session) : unnamedAccount(metadata.issuer, session);
    const refreshToken = stringOf(tokens.refresh_token);
    await acceptAccount({ account, claims: verified, refreshToken }, accept, session);
    const token = accessTokenFrom(tokens, scopes, at, { lead: clockLead(answer, at) });
    const refresh = refreshToken ? putRefreshToken(account, refreshToken, at) : { remove: refreshKey(account) };
    return await keepSignIn(session, { account, token, scopes }, [refresh]);
  }

  /** OpenID Connect Core §3.1.3.3, unless the answer says that `openid` was not granted (RFC 6749 §3.3). */
  function isIdTokenDue({ scope }: TokenAnswer, asked: readonly string[]): boolean {
    if (!metadata.openId || !asked.includes("openid")) return false;
    const granted = grantedScopes(scope, asked);
    return granted === undefined || granted.includes("openid");
  }

  /** Reported before a user approves in vain. */
  function checkNaming({ mustBeNamed }: Pick<SignInInput, "mustBeNamed">): void {
    if (!mustBeNamed || metadata.openId) return;
    throw new DoorcodeError("configuration", {
      detail: `${metadata.issuer} is not an OpenID Connect issuer and does not name the user, so the account cannot be checked.`,
      hint: "Sign in without an expected account (option expectAccount, --expect-account).",
    });
  }

  /** Loads the keys while the user is busy; failures are retried before the answer can arrive. */
  function keysAhead(signal: AbortSignal): { keys: IssuerKeys; ready: () => Promise<unknown> } {
    const keys = issuerKeys(session, signal);
    const ready = async () => metadata.jwksUri !== undefined && keys.get();
    ready().catch(() => {});
    return { keys, ready };
  }

  return {
    kind: "oidc",

    async signIn({ scopes, claims, deviceName, observer, accept, mustBeNamed, signal }) {
      checkNaming({ mustBeNamed });
      await store.change([]);
      const { asked, code, codeVerifier } = await withFewerScopes(scopeAttempts(metadata, scopes), async (asked) => {
        const input = { scopes: asked, claims, deviceName, observer, signal };
        return { asked, ...(await askDeviceCode(input, session)) };
      });
      const verifier: Record<string, string> = codeVerifier === undefined ? {} : { code_verifier: codeVerifier };
      const secrets = [code.deviceCode, ...Object.values(verifier)];
      await observer.code(presentedCode(code));
      const { keys, ready } = keysAhead(signal);
      const answer = await pollUntilDone({
        code,
        ask: (aborting, wait) =>
          post({ grant_type: deviceGrant, device_code: code.deviceCode, ...verifier }, aborting, wait),
        announcedWait: metadata.announcedWait,
        ready,
        secrets,
        observer,
        clock,
        signal,
      });
      return await finish(answer, { secrets, asked }, { scopes, accept, keys });
    },

    async signInByBrowser({ scopes, claims, loginHint, observer, accept, mustBeNamed, signal }) {
      checkNaming({ mustBeNamed });
      await store.change([]);
      // A device flow loads none of this.
      const { authorizationAddress, authorizationCodeFlow, authorizationEndpointOf } = await import(
        "../authorization-code/flow.ts"
      );
      const endpoint = authorizationEndpointOf(metadata);
      const { keys, ready } = keysAhead(signal);
      // Before the user is asked: without the keys the answer could not be verified.
      await ready();
      return await withFewerScopes(scopeAttempts(metadata, scopes), (asked) =>
        authorizationCodeFlow(
          session,
          { observer, signal },
          (request) => authorizationAddress(request, { clientId, scopes: asked, claims, loginHint }, endpoint),
          async ({ code, codeVerifier, redirectUri, nonce }) => {
            const form = {
              grant_type: "authorization_code",
              code,
              redirect_uri: redirectUri,
              code_verifier: codeVerifier,
            };
            const answer = await withRetries((aborting) => post(form, aborting), { clock, observer, signal });
            const secrets = [code, codeVerifier];
            return await finish(answer, { nonce, secrets, asked }, { scopes, accept, keys });
          },
        ),
      );
    },

    async renew({ account, scopes, ask = scopes, fewer = false, claims, signal }) {
      const snapshot = await store.read();
      const [refreshToken] = refreshTokensOf(snapshot, account);
      if (refreshToken === undefined) {
        throw new DoorcodeError("sign_in_needed", { detail: "the issuer did not issue a refresh token." });
      }
      const keys = issuerKeys(session, signal);
      if (metadata.jwksUri !== undefined) await keys.get();
      // Without a scope parameter the issuer renews everything that was granted (RFC 6749 §6).
      const attempts = ask.length > 0 ? scopeAttempts(metadata, ask) : [[]];
      if (fewer && ask.length > 0) attempts.push([]);
      const { answer, tokens } = await withFewerScopes(attempts, async (asked) => {
        const form: Record<string, string> = { grant_type: "refresh_token", refresh_token: refreshToken };
        if (asked.length > 0) form.scope = asked.join(" ");
        if (claims !== undefined) form.claims = claims;
        const answer = await withRetries((aborting) => post(form, aborting), { clock, signal });
        return { answer, tokens: readTokenAnswer(answer, [refreshToken]) };
      }).catch((error: unknown) => {
        throw ask.length > 0 ? asNotGranted(error, ask) : error;
      });
      const at = clock.now();
      if (tokens.id_token !== undefined && metadata.jwksUri !== undefined) {
        const verified = await verifyIdToken(tokens.id_token, session, { keys });
        if (account.id !== unnamed) checkRenewed(verified.sub, account);
      }
      const token = accessTokenFrom(tokens, ask, at, { wanted: scopes, lead: clockLead(answer, at) });
      const rotated = stringOf(tokens.refresh_token);
      const refresh = rotated ? [putRefreshToken(account, rotated, at, snapshot.generation)] : [];
      return await keepRenewal(session, { account, token, scopes }, snapshot, refresh);
    },
  };
}

/** A renewal cannot return more than the sign-in was granted (RFC 6749 §6). */
function asNotGranted(error: unknown, scopes: readonly string[]): unknown {
  if (!(error instanceof DoorcodeError) || error.error !== "invalid_scope") return error;
  const { error: name, suberror, aadsts, correlationId, traceId, message } = error;
  return new DoorcodeError("scope_not_granted", {
    detail: `the issuer does not renew ${scopes.join(" ")}. ${message}`,
    ...{ error: name, suberror, aadsts, correlationId, traceId },
  });
}

function putRefreshToken(account: Account, token: string, at: number, basedOn?: number): Change {
  const value = { token, obtained_at: at };
  if (basedOn === undefined) return { put: refreshKey(account), value };
  return { put: refreshKey(account), value, basedOn, belongsTo: accountKey(account) };
}
