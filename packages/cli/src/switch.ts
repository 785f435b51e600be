import type { Arguments } from "./arguments.ts";
import { CommandError, exitCodes, UsageError } from "./exit-codes.ts";
import { belongsTo, isNamed, type ListedAccount, listAccounts } from "./kept-accounts.ts";
import { printEvent, say } from "./output.ts";
import { openSettings, remember, type Settings } from "./settings.ts";
import { membersOf, personOf } from "./status.cts";

/** Another account of the same app at the same issuer: a profile's scopes and origins fit no other. */
export async function run(given: Arguments): Promise<number> {
  const settings = await openSettings(given);
  const { profile, name } = settings;
  const all = await listAccounts(settings.store);
  const mine = profile === undefined ? [] : all.filter((account) => belongsTo(account, profile));
  const [wanted] = given.words;
  const chosen = wanted === undefined ? theOther(mine, settings) : mine.find((account) => isNamed(account, wanted));
  if (profile === undefined || chosen === undefined) throw notThere(all, wanted, name);
  await remember(settings, { ...profile, accountId: chosen.id });
  if (given.flag("json")) printEvent("switched", { profile: name, account: membersOf(chosen) });
  else say(`Now ${personOf(chosen)}.`);
  return exitCodes.done;
}

function theOther(accounts: ListedAccount[], { profile }: Settings): ListedAccount | undefined {
  const others = accounts.filter(({ id }) => id !== profile?.accountId);
  if (others.length > 1) {
    const names = others.map((account) => `  doorcode switch ${account.username}`).join("\n");
    throw new UsageError("Say to which account.", names);
  }
  return others[0];
}

function notThere(all: ListedAccount[], wanted: string | undefined, name: string): CommandError {
  const elsewhere = wanted === undefined ? undefined : all.find((account) => isNamed(account, wanted));
  const [other] = elsewhere?.profiles ?? [];
  if (other !== undefined) {
    const message = `That account is of another app or issuer than the profile ${name}.`;
    return new CommandError("sign_in_needed", message, `It is in a profile of its own: --profile ${other}`);
  }
  const message =
    wanted === undefined ? "There is no other account to change to." : "No such account is signed in here.";
  return new CommandError("sign_in_needed", message, "Sign it in: doorcode login; see who is: doorcode accounts");
}
