import type { SignOutResult, StoredAccount, TokenStore } from "@doorcode/client";
import { findAccount, storedAccounts } from "@doorcode/client/read-store";
import type { Arguments } from "./definition/command.ts";
import { CommandError, exitCodes, UsageError } from "./exit-codes.ts";
import { printableLine, printEvent, printResult, say } from "./output.ts";
import { clientFor, openSettings, remember, type Settings } from "./settings.ts";
import { isSameApp, membersOf, type Profile, personOf } from "./stored-session.cts";

/** `doorcode accounts` */
export async function runAccounts(given: Arguments): Promise<number> {
  const { store, name } = await openSettings(given);
  const accounts = await listAccounts(store);
  for (const account of accounts) {
    const current = account.profiles.includes(name);
    if (given.flag("json")) {
      printEvent("account", { account: membersOf(account), profiles: account.profiles, current });
    } else printResult(lines(account, current));
  }
  if (accounts.length === 0 && !given.flag("json")) say("Not signed in.");
  return exitCodes.done;
}

function lines(account: ListedAccount, current: boolean): string {
  const used = account.profiles.length === 0 ? "" : `\n    profile ${account.profiles.join(", ")}`;
  return `${current ? "*" : " "} ${personOf(account)}\n    ${printableLine(account.authority)}\n    client ID ${printableLine(account.client_id)}${used}`;
}

/** `doorcode switch`: to an account of the same app and issuer. A profile's scopes and origins fit no other. */
export async function runSwitch(given: Arguments): Promise<number> {
  const settings = await openSettings(given);
  const { profile, name } = settings;
  const all = await listAccounts(settings.store);
  const mine = profile === undefined ? [] : all.filter((account) => belongsTo(account, profile));
  const [wanted] = given.words;
  const chosen = wanted === undefined ? theOther(mine, settings) : findAccount(mine, wanted);
  if (profile === undefined || chosen === undefined) throw notThere(all, wanted, name);
  await remember(settings, { ...profile, accountId: chosen.id });
  if (given.flag("json")) printEvent("switched", { profile: name, account: membersOf(chosen) });
  else say(`Switched to ${personOf(chosen)}.`);
  return exitCodes.done;
}

function theOther(accounts: ListedAccount[], { profile }: Settings): ListedAccount | undefined {
  const others = accounts.filter(({ id }) => id !== profile?.accountId);
  if (others.length > 1) {
    const names = others.map((account) => `  doorcode switch ${printableLine(account.username)}`).join("\n");
    throw new UsageError("Which account? More than one other is signed in.", names);
  }
  return others[0];
}

function notThere(all: ListedAccount[], wanted: string | undefined, name: string): CommandError {
  const found = wanted === undefined ? undefined : findAccount(all, wanted);
  const [other] = found?.profiles ?? [];
  if (other !== undefined) {
    const message = `That account belongs to another app or issuer than the profile ${name}.`;
    return new CommandError("sign_in_needed", message, `Use its own profile: --profile ${other}`);
  }
  const message = wanted === undefined ? "No other account is signed in." : "No such account is signed in here.";
  return new CommandError(
    "sign_in_needed",
    message,
    "Sign in with it: doorcode login. List accounts: doorcode accounts",
  );
}

type Revoked = SignOutResult["revoked"];

/** `doorcode logout`: always signs out here, and reports what happened at the issuer. */
export async function runLogout(given: Arguments): Promise<number> {
  const settings = await openSettings(given);
  const all = await listAccounts(settings.store);
  const { profile } = settings;
  const leaving = given.flag("all") ? all : all.filter((account) => profile !== undefined && uses(profile, account));
  const everywhere = given.flag("everywhere");
  // A revocation ends the sign-in for every profile that uses it. Without one, only this profile signs out.
  const alone = !given.flag("all") && !everywhere;
  const outcomes = new Set<Revoked>();
  for (const account of leaving) {
    const users = alone ? await unlink(settings, account) : [];
    if (users.length > 0) {
      report(given, account, { revoked: "not_asked" }, { still_used_by: users });
      continue;
    }
    const client = await clientOf(account, settings);
    const result = await client.signOut({ account: account.id, everywhere });
    await forget(settings, account);
    outcomes.add(result.revoked);
    const others = account.profiles.filter((name) => name !== settings.name);
    report(given, account, result, others.length > 0 && !given.flag("all") ? { also_signed_out: others } : {});
  }
  if (leaving.length === 0 && !given.flag("json")) say("No account was signed in.");
  if (outcomes.has("failed")) return exitCodes.unreachable;
  return outcomes.has("refused") ? exitCodes.notRevoked : exitCodes.done;
}

/** Signs this profile out, then returns the profiles that still use the account. Of two at once, the later gets none. */
async function unlink(settings: Settings, account: ListedAccount): Promise<string[]> {
  if (settings.profile !== undefined) await remember(settings, { ...settings.profile, accountId: null });
  return (await profilesOf(settings.store)).filter(({ profile }) => uses(profile, account)).map(({ name }) => name);
}

/** Other profiles with the same sign-in: they keep it, or are signed out as well. */
interface Sharing {
  still_used_by?: string[];
  also_signed_out?: string[];
}

type Outcome = Omit<SignOutResult, "accounts">;

function report(given: Arguments, account: ListedAccount, outcome: Outcome, sharing: Sharing): void {
  const { revoked, status, reason } = outcome;
  if (given.flag("json")) {
    const why = { ...(status !== undefined && { status }), ...(reason !== undefined && { reason }) };
    printEvent("signed_out", { account: membersOf(account), revoked, ...why, ...sharing });
    return;
  }
  const { still_used_by: users, also_signed_out: others } = sharing;
  const kept =
    users &&
    `this profile is signed out here. The account stays signed in for ${profiles(users)}; --everywhere revokes that, too.`;
  say(`${personOf(account)}: ${kept ?? sentence(outcome)}`);
  if (others) say(`    Also signed out: ${profiles(others)}.`);
}

const profiles = (names: string[]) => `profile${names.length === 1 ? "" : "s"} ${names.join(", ")}`;

const sentences: Record<Revoked, string> = {
  yes: "signed out here, and revoked at the issuer.",
  nothing: "signed out here. There was nothing to revoke: the store had no valid token.",
  unsupported: "signed out here. The issuer cannot revoke; its tokens expire on their own.",
  refused: "signed out here, but the issuer refused to revoke: its tokens stay valid until they expire.",
  failed: "signed out here, but the issuer could not be reached: its tokens stay valid until they expire.",
  not_asked: "signed out here. The issuer's tokens stay valid until they expire; --everywhere revokes them.",
};

function sentence({ revoked, status, reason }: Outcome): string {
  const answered = status === undefined ? "" : ` (HTTP ${status})`;
  const result = sentences[revoked].replace(/ (refused to revoke|could not be reached)/, ` $1${answered}`);
  return reason === undefined ? result : `${result}\n    ${reason}`;
}

/** With the settings of its app. The options of this command line belong to the app of its profile. */
async function clientOf(account: ListedAccount, settings: Settings) {
  const { profile: own } = settings;
  const isOwn = own !== undefined && belongsTo(account, own);
  const kept = isOwn
    ? own
    : (await profilesOf(settings.store)).find(({ profile }) => belongsTo(account, profile))?.profile;
  const app = { ...kept, authority: account.authority, clientId: account.client_id, scopes: [], apis: [] };
  return clientFor(app, isOwn ? settings : { ...settings, credential: undefined });
}

/** Every profile that used the account keeps its settings, for the next `doorcode login`. */
async function forget(settings: Settings, account: ListedAccount): Promise<void> {
  for (const { name, profile } of await profilesOf(settings.store)) {
    if (uses(profile, account)) await remember({ ...settings, name }, { ...profile, accountId: null });
  }
}

interface ListedAccount extends StoredAccount {
  /** The profiles that use it now. */
  profiles: string[];
}

/** All accounts in the store, of every issuer and program. */
async function listAccounts(store: TokenStore): Promise<ListedAccount[]> {
  const profiles = await profilesOf(store);
  return storedAccounts((await store.read()).records)
    .map((account) => ({
      ...account,
      profiles: profiles.filter(({ profile }) => uses(profile, account)).map(({ name }) => name),
    }))
    .sort((a, b) => a.username.localeCompare(b.username, "en") || a.id.localeCompare(b.id, "en"));
}

async function profilesOf(store: TokenStore): Promise<{ name: string; profile: Profile }[]> {
  return [...(await store.read()).records]
    .filter(([key]) => key.startsWith("default:"))
    .map(([key, value]) => ({ name: key.slice("default:".length), profile: value as unknown as Profile }));
}

const uses = (profile: Profile, account: StoredAccount): boolean =>
  profile.accountId === account.id && belongsTo(account, profile);

const belongsTo = ({ authority, client_id }: StoredAccount, profile: Profile): boolean =>
  isSameApp({ authority, clientId: client_id }, profile);
