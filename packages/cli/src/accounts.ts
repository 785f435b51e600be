import type { Arguments } from "./arguments.ts";
import { exitCodes } from "./exit-codes.ts";
import { type ListedAccount, listAccounts } from "./kept-accounts.ts";
import { printEvent, printResult, say } from "./output.ts";
import { openSettings } from "./settings.ts";
import { membersOf, personOf } from "./status.cts";

export async function run(given: Arguments): Promise<number> {
  const { store, name } = await openSettings(given);
  const accounts = await listAccounts(store);
  for (const account of accounts) {
    const current = account.profiles.includes(name);
    if (given.flag("json")) {
      printEvent("account", { account: membersOf(account), profiles: account.profiles, current });
    } else printResult(lines(account, current));
  }
  if (accounts.length === 0 && !given.flag("json")) say("Nobody is signed in.");
  return exitCodes.done;
}

function lines(account: ListedAccount, current: boolean): string {
  const used = account.profiles.length === 0 ? "" : `\n    profile ${account.profiles.join(", ")}`;
  return `${current ? "*" : " "} ${personOf(account)}\n    ${account.authority}\n    client ID ${account.client_id}${used}`;
}
