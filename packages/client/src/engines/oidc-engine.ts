import type { Account } from "../client.ts";
import { askDeviceCode, presentedCode } from "../device-flow/device-code.ts";
import { pollUntilDone } from "../device-flow/poll.ts";
import { DoorcodeError } from "../errors.ts";
import { type IssuerKeys, issuerKeys, verifyIdToken } from "../issuer/id-token.ts";
import { issuerError, readJsonObject, stringOf } from "../issuer/issuer-answer.ts";
import type { ConnectedSession } from "../issuer/issuer-session.ts";
import { accessTokenFrom, accountFrom, clockLead, readTokenAnswer } from "../issuer/token-answer.ts";
import { requestTimeoutMs, withRetries } from "../issuer/with-retries.ts";
import type { Change } from "../token-store/contract.ts";
import { accountKey } from "../token-store/read-store.cts";
import { protocolScopes, refreshKey, refreshTokensOf } from "../token-store/store-keys.ts";
import type { HttpAnswer } from "../transport/transport.ts";
import type { Engine, SignedIn, SignInInput } from "./engine.ts";
import { acceptAccount, checkRenewed, keepRenewal, keepSignIn } from "./keep-tokens.ts";

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

/** Any OpenID Connect issuer with the device authorization grant; answers are read by oauth4webapi. */
export function oidcEngine(session: ConnectedSession): Engine {
  const { metadata, clientId, store, clock, transport } = session;

  const post = (form: Record<string, string>, signal: AbortSignal | undefined): Promise<HttpAnswer> =>
    transport.send({
      url: metadata.tokenEndpoint,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...form, client_id: clientId }).toString(),
      timeoutMs: requestTimeoutMs,
      signal,
    });

  /** Of an answer with tokens: everything is checked before anything is kept. */
  async function finish(
    answer: HttpAnswer,
    grant: "device_code" | { nonce: string },
    { scopes, accept, keys }: Pick<SignInInput, "scopes" | "accept"> & { keys: IssuerKeys },
  ): SignedIn {
    const at = clock.now();
    const nonce = grant === "device_code" ? undefined : grant.nonce;
    const verified = await verifyIdToken(idTokenIn(answer), session, { keys, nonce });
    const tokens = await readTokenAnswer(grant, answer, session);
    const account = accountFrom(verified.sub, verified, session);
    const refreshToken = stringOf(tokens.refresh_token);
    await acceptAccount({ account, claims: verified, refreshToken }, accept, session);
    const token = accessTokenFrom(tokens, scopes, at, clockLead(answer, at));
    const refresh = refreshToken ? putRefreshToken(account, refreshToken, at) : { remove: refreshKey(account) };
    return await keepSignIn(session, { account, token, scopes }, [refresh]);
  }

  return {
    kind: "oidc",

    async signIn({ scopes, claims, deviceName, observer, accept, signal }) {
      await store.change([]);
      const scope = [...new Set([...protocolScopes, ...scopes])];
      const { code } = await askDeviceCode({ scopes: scope, claims, deviceName, observer, signal }, session);
      await observer.code(presentedCode(code));
      const keys = issuerKeys(session, signal);
      // While the person is busy; what fails is asked for again when there is a token to verify.
      keys.get().catch(() => {});
      const answer = await pollUntilDone({
        code,
        ask: (aborting) => post({ grant_type: deviceGrant, device_code: code.deviceCode }, aborting),
        observer,
        clock,
        signal,
      });
      return await finish(answer, "device_code", { scopes, accept, keys });
    },

    async signInByBrowser({ scopes, claims, loginHint, observer, accept, signal }) {
      await store.change([]);
      // A sign-in by code loads none of it.
      const { authorizationAddress, authorizationCodeFlow, authorizationEndpointOf } = await import(
        "../authorization-code/flow.ts"
      );
      const endpoint = authorizationEndpointOf(metadata);
      const keys = issuerKeys(session, signal);
      keys.get().catch(() => {});
      const asked = { clientId, scopes: [...new Set([...protocolScopes, ...scopes])], claims, loginHint };
      return await authorizationCodeFlow(
        session,
        { observer, signal },
        (request) => authorizationAddress(request, asked, endpoint),
        async ({ code, codeVerifier, redirectUri, nonce }) => {
          const form = {
            grant_type: "authorization_code",
            code,
            redirect_uri: redirectUri,
            code_verifier: codeVerifier,
          };
          const answer = await withRetries((aborting) => post(form, aborting), { clock, observer, signal });
          if (answer.status !== 200) throw issuerError(answer, { request: "the token", secrets: [code, codeVerifier] });
          return await finish(answer, { nonce }, { scopes, accept, keys });
        },
      );
    },

    async renew({ account, scopes, claims, signal }) {
      const snapshot = await store.read();
      const [refreshToken] = refreshTokensOf(snapshot, account);
      if (refreshToken === undefined) {
        throw new DoorcodeError("sign_in_needed", { detail: "the issuer gave no token to renew with." });
      }
      const keys = issuerKeys(session, signal);
      await keys.get();
      const form: Record<string, string> = { grant_type: "refresh_token", refresh_token: refreshToken };
      // Without scopes of its own the issuer renews all that was granted (RFC 6749 §6).
      if (scopes.length > 0) form.scope = [...new Set([...protocolScopes, ...scopes])].join(" ");
      if (claims !== undefined) form.claims = claims;
      const answer = await withRetries((aborting) => post(form, aborting), { clock, signal });
      const at = clock.now();
      if (answer.status !== 200) throw issuerError(answer, { request: "the token", secrets: [refreshToken] });
      if (idTokenIn(answer) !== undefined) {
        const verified = await verifyIdToken(idTokenIn(answer), session, { keys });
        checkRenewed(verified.sub, account);
      }
      const tokens = await readTokenAnswer("refresh", answer, session);
      const token = accessTokenFrom(tokens, scopes, at, clockLead(answer, at));
      const rotated = stringOf(tokens.refresh_token);
      const refresh = rotated ? [putRefreshToken(account, rotated, at, snapshot.generation)] : [];
      return await keepRenewal(session, { account, token, scopes }, snapshot, refresh);
    },
  };
}

const idTokenIn = (answer: HttpAnswer) => readJsonObject(answer.body)?.id_token;

function putRefreshToken(account: Account, token: string, at: number, basedOn?: number): Change {
  const value = { token, obtained_at: at };
  if (basedOn === undefined) return { put: refreshKey(account), value };
  return { put: refreshKey(account), value, basedOn, belongsTo: accountKey(account) };
}
