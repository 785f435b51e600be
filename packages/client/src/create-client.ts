import type { Account } from "./account.ts";
import type { Client, ClientOptions, Session, SignOutResult, TokenRequest } from "./client.ts";
import { type ClientContext, openContext } from "./client-context.ts";
import type { SignInEvent } from "./device-flow/events.ts";
import { accountsOf, removeAccount } from "./engines/records.ts";
import { DoorcodeError } from "./errors.ts";
import { signIn } from "./sign-in.ts";

/**
 * Signs people in to a program without a browser. Creating it asks nobody and reads nothing; each method says what it needs.
 * @throws DoorcodeError `configuration`
 */
export function createClient(options: ClientOptions): Client {
  const context = openContext(options);
  const listeners = new Set<(event: SignInEvent) => void>();

  const accounts = async (): Promise<Account[]> => {
    const found = accountsOf(await (await context.store()).read(), context);
    return found.map(({ signedInAt: _, ...account }) => account);
  };
  // Loaded when they are needed: the first code is on the screen sooner without.
  const tokenFor = async (request: TokenRequest = {}) => {
    const { getToken } = await import("./get-token.ts");
    return getToken(context, await find(context, await accounts(), request.account), request);
  };

  const signOut = async (account: Account[], everywhere: boolean): Promise<SignOutResult> => {
    const outcomes: SignOutResult["revoked"][] = [];
    for (const each of account) outcomes.push(await endSession(context, each, everywhere));
    const worst = (["failed", "unsupported", "yes"] as const).find((outcome) => outcomes.includes(outcome));
    return { revoked: worst ?? "not_asked", accounts: account };
  };

  const sessionOf = (account: Account): Session => ({
    account,
    getToken: (request) => tokenFor({ ...request, account: account.id }),
    async fetch(url, init) {
      const { guardedFetch } = await import("./guarded-fetch.ts");
      const getToken = (request: TokenRequest) => tokenFor({ ...request, account: account.id });
      return guardedFetch({ apis: context.apis, exchange: await context.exchange(), getToken }, url, init);
    },
    signOut: async ({ everywhere = false } = {}) => signOut([account], everywhere),
  });

  return {
    signIn: async (how = {}) => sessionOf(await signIn(context, listeners, how)),
    async session(name) {
      const known = await accounts();
      const account = name === undefined ? known[0] : named(known, name);
      return account && sessionOf(account);
    },
    accounts,
    getToken: tokenFor,
    async signOut({ account: name, everywhere = false, all = false } = {}) {
      const known = await accounts();
      if (all) return signOut(known, everywhere);
      const account = name === undefined ? known[0] : await find(context, known, name);
      return signOut(account ? [account] : [], everywhere);
    },
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

async function find(context: ClientContext, known: Account[], name: string | undefined): Promise<Account> {
  const account = name === undefined ? known[0] : named(known, name);
  if (account) return account;
  const whom = name === undefined ? "nobody" : `nobody named ${name}`;
  throw new DoorcodeError("sign_in_needed", { detail: `${whom} is signed in at ${context.authority}.` });
}

function named(accounts: Account[], name: string): Account | undefined {
  const wanted = name.toLowerCase();
  return (
    accounts.find((account) => account.id === name) ??
    accounts.find((account) => account.username.toLowerCase() === wanted || account.id.toLowerCase() === wanted)
  );
}

/** Signing out here needs no issuer; whatever it answers, nothing of the account stays. */
async function endSession(
  context: ClientContext,
  account: Account,
  everywhere: boolean,
): Promise<SignOutResult["revoked"]> {
  if (everywhere) {
    try {
      const engine = await context.engine({ anyAge: true });
      return (await engine.signOut(account, { revoke: true })).revoked;
    } catch (error) {
      if (!(error instanceof DoorcodeError) || !/^issuer_/.test(error.code)) throw error;
    }
  }
  const store = await context.store();
  await store.change(removeAccount(await store.read(), account));
  return everywhere ? "failed" : "not_asked";
}
