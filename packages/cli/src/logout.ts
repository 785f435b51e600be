import type { Arguments } from "./arguments.ts";
import { exitCodes } from "./exit-codes.ts";
import { type ListedAccount, listAccounts, profilesOf, uses } from "./kept-accounts.ts";
import { printEvent, say } from "./output.ts";
import { clientFor, openSettings, remember, type Settings } from "./settings.ts";
import { membersOf, personOf } from "./status.cts";

type Revoked = "yes" | "unsupported" | "failed" | "not_asked";

/** Signs out here whatever the issuer says, and tells what became of the sign-in there. */
export async function run(given: Arguments): Promise<number> {
  const settings = await openSettings(given);
  const all = await listAccounts(settings.store);
  const { profile } = settings;
  const leaving = given.flag("all") ? all : all.filter((account) => profile !== undefined && uses(profile, account));
  const everywhere = given.flag("everywhere");
  const outcomes: { account: ListedAccount; revoked: Revoked }[] = [];
  for (const account of leaving) {
    const { revoked } = await clientOf(account, settings).signOut({ account: account.id, everywhere });
    await forget(settings, account);
    outcomes.push({ account, revoked });
    if (given.flag("json")) printEvent("signed_out", { account: membersOf(account), revoked });
    else say(`${personOf(account)}: ${sentence[revoked]}`);
  }
  if (leaving.length === 0 && !given.flag("json")) say("Nobody was signed in.");
  return outcomes.some(({ revoked }) => revoked === "failed") ? exitCodes.unreachable : exitCodes.done;
}

const sentence: Record<Revoked, string> = {
  yes: "signed out here, and revoked at the issuer.",
  unsupported: "signed out here. The issuer has no way to revoke; what it issued ends by itself.",
  failed: "signed out here, but the issuer could not be told: what it issued is good until it ends by itself.",
  not_asked: "signed out here. What the issuer gave out ends by itself; --everywhere revokes it.",
};

function clientOf({ authority, client_id }: ListedAccount, settings: Settings) {
  return clientFor({ authority, clientId: client_id, scopes: [], apis: [] }, settings);
}

/** Every profile that used the account keeps its settings, for the next `doorcode login`. */
async function forget(settings: Settings, account: ListedAccount): Promise<void> {
  const records = Object.fromEntries((await settings.store.read()).records);
  for (const { name, profile } of profilesOf(records)) {
    if (uses(profile, account)) await remember({ ...settings, name }, { ...profile, accountId: null });
  }
}
