import type { Account, Client, ClientOptions, Session, SignInEvent, SignOutResult, TokenRequest } from "./client.ts";
import { DoorcodeError } from "./errors.ts";
import { openIssuerSession } from "./issuer/open-session.ts";
import { signIn } from "./sign-in.ts";
import type { Revocation } from "./sign-out.ts";
import { findAccount } from "./token-store/read-store.cts";
import { accountsOf } from "./token-store/store-keys.ts";
import { checkedOrigin } from "./transport/secure-url.ts";

/** A GUID, or two with a dot between them (MSAL's `homeAccountId`). */
const ACCOUNT_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?:\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})?$/i;

/**
 * Creates a client that signs users in to a program without a browser. It sends no request and reads no file; its
 * methods do so when they are called.
 * @throws DoorcodeError `configuration`
 * @example
 * ```ts
 * import { createClient } from "@doorcode/client";
 *
 * const client = createClient({
 *   authority: "https://contoso.ciamlogin.com/<tenant ID>",
 *   clientId: "00000000-0000-4000-8000-000000000000",
 *   apis: [{ origin: "https://todo.example", scopes: ["api://todo.example/ToDoList.Read"] }],
 * });
 * const session = (await client.session()) ?? (await client.signIn());
 * const response = await session.fetch("https://todo.example/api/todolist");
 * console.log(await response.json());
 * ```
 */
export function createClient(options: ClientOptions): Client {
  const session = openIssuerSession(options);
  const apis = (options.apis ?? []).map(({ origin, scopes }) => ({
    origin: checkedOrigin(origin, "the API's origin"),
    scopes: [...scopes],
  }));
  const scopes = options.scopes ?? apis[0]?.scopes ?? [];
  const listeners = new Set<(event: SignInEvent) => void>();

  const accounts = async (): Promise<Account[]> => accountsOf(await session.store.read(), session);
  const find = (known: Account[], name: string | undefined): Account => {
    const account = name === undefined ? known[0] : findAccount(known, name);
    if (account) return account;
    // An ID, as sessions use it, means nothing to a person. A long name that was mistyped has to be shown.
    const isId = name !== undefined && ACCOUNT_ID.test(name);
    const who = isId ? "the user of this session is no longer" : name ? `no user named ${name} is` : "no user is";
    throw new DoorcodeError("sign_in_needed", { detail: `${who} signed in at ${session.authority}.` });
  };

  // Loaded on first use, so that the first code is on the screen sooner.
  const tokenFor = async (request: TokenRequest = {}) => {
    const { getToken } = await import("./get-token.ts");
    // A program that names scopes needs them; one that names none accepts what its sign-in was granted.
    const { allowFewerScopes = request.scopes === undefined } = request;
    const asked = { ...request, scopes: request.scopes ?? scopes, allowFewerScopes };
    return getToken(session, find(await accounts(), request.account), asked);
  };
  const signOutAll = async (leaving: Account[], everywhere: boolean): Promise<SignOutResult> => {
    const { signOut, worst } = await import("./sign-out.ts");
    const outcomes: Revocation[] = [];
    for (const account of leaving) outcomes.push(await signOut(session, account, everywhere));
    return { ...(worst(outcomes) ?? { revoked: "not_asked" }), accounts: leaving };
  };

  const sessionOf = (account: Account): Session => ({
    account,
    getToken: (request) => tokenFor({ ...request, account: account.id }),
    async fetch(url, init) {
      const { guardedFetch } = await import("./fetch/guarded-fetch.ts");
      // The API itself rejects what a token with fewer scopes may not do.
      const more = { account: account.id, allowFewerScopes: true };
      const getToken = (request: TokenRequest) => tokenFor({ ...request, ...more });
      return guardedFetch({ apis, fetch: session.fetch, getToken }, url, init);
    },
    signOut: async ({ everywhere = false } = {}) => signOutAll([account], everywhere),
  });

  return {
    async signIn(how = {}) {
      const { present, deviceName } = options;
      const shown = { ...(present !== undefined && { present }), ...how, scopes: how.scopes ?? scopes, deviceName };
      return sessionOf(await signIn(session, listeners, shown));
    },
    async session(name) {
      const known = await accounts();
      const account = name === undefined ? known[0] : findAccount(known, name);
      return account && sessionOf(account);
    },
    accounts,
    getToken: tokenFor,
    async signOut({ account: name, everywhere = false, all = false } = {}) {
      const known = await accounts();
      if (all) return signOutAll(known, everywhere);
      const account = name === undefined ? known[0] : find(known, name);
      return signOutAll(account ? [account] : [], everywhere);
    },
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
