import type { TokenStore } from "@doorcode/client";
import type { KeptAccount, Profile, Records } from "./kept-sign-in.cts";

export interface ListedAccount extends KeptAccount {
  /** The profiles that use it now. */
  profiles: string[];
}

/** Everybody who is signed in, at whatever issuer, whatever program did it. */
export async function listAccounts(store: TokenStore): Promise<ListedAccount[]> {
  const records: Records = Object.fromEntries((await store.read()).records);
  const profiles = profilesOf(records);
  return Object.entries(records)
    .filter(([key]) => key.startsWith("account:"))
    .map(([, value]) => value as unknown as KeptAccount)
    .map((account) => ({
      ...account,
      profiles: profiles.filter(({ profile }) => uses(profile, account)).map(({ name }) => name),
    }))
    .sort((a, b) => a.username.localeCompare(b.username, "en") || a.id.localeCompare(b.id, "en"));
}

export function profilesOf(records: Records): { name: string; profile: Profile }[] {
  return Object.entries(records)
    .filter(([key]) => key.startsWith("default:"))
    .map(([key, value]) => ({ name: key.slice("default:".length), profile: value as unknown as Profile }));
}

export const uses = (profile: Profile, account: KeptAccount): boolean =>
  profile.accountId === account.id && belongsTo(account, profile);

export function belongsTo(account: KeptAccount, { authority, clientId }: Profile): boolean {
  return (
    account.client_id.toLowerCase() === clientId.toLowerCase() &&
    account.authority.toLowerCase() === authority.toLowerCase()
  );
}

export const isNamed = (account: KeptAccount, name: string): boolean =>
  [account.id, account.username].some((known) => known.toLowerCase() === name.toLowerCase());
