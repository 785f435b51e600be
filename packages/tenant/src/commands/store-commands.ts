import { allowAdministration as allowInStore } from "../admin/administrative-apps.ts";
import type { PeopleContext } from "../admin/people.ts";
import { recoverAdministrator as recoverInStore } from "../admin/recover-administrator.ts";
import { askTenant } from "../control/client.ts";
import type { ControlRequest, ControlResults } from "../control/messages.ts";
import { allowedAdministration, listedUser } from "../control/operations.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { inStore } from "../server/in-store.ts";
import { storeFrom } from "./environment.ts";
import { newPassword } from "./operator.ts";
import { printEvent, printResult, readStdin, say } from "./terminal.ts";

export interface Where {
  storeFile?: string | undefined;
  data: string;
}

/** Asks the tenant that runs on the data folder; where none does, or on PostgreSQL, it is done in the store itself. */
export async function askOrWork<Request extends ControlRequest>(
  { storeFile, data }: Where,
  request: Request,
  work: (ctx: PeopleContext) => Promise<ControlResults[Request["do"]]>,
): Promise<ControlResults[Request["do"]]> {
  const store = storeFrom(process.env, storeFile, data);
  const there = () => inStore({ store, dataDir: data }, work);
  if ("postgres" in store) return there();
  return askTenant(data, request).catch((error: unknown) => {
    if (error instanceof TenantError && error.code === "tenant_not_running") return there();
    throw error;
  });
}

export async function recoverAdministrator(
  options: Where & { email: string; passwordStdin: boolean; json: boolean },
): Promise<void> {
  const { email, passwordStdin } = options;
  const account = { email, password: passwordStdin ? await readStdin("password") : newPassword() };
  const recovered = await askOrWork(options, { do: "recover_administrator", ...account }, async (ctx) => {
    const { user, added } = await recoverInStore(ctx, account);
    return { ...listedUser(user), added };
  });
  const shown = recovered.added && !passwordStdin ? { password: account.password } : {};
  if (options.json) {
    printEvent("administrator_recovered", { ...recovered, ...shown });
    return;
  }
  const who = `${recovered.name} <${recovered.email}>`;
  if (!recovered.added) say(`${who} is an administrator and enabled. The password stays as it was; a mail resets it.`);
  else say(`Added ${who} as an administrator.${"password" in shown ? " The password, shown this once:" : ""}`);
  if ("password" in shown) printResult(account.password);
}

export async function allowAdministration(
  options: Where & { clientId: string; scopes: string[] | null; byDeviceCode: boolean; json: boolean },
): Promise<void> {
  const { clientId, scopes, byDeviceCode } = options;
  const allowed = await askOrWork(
    options,
    { do: "allow_administration", client_id: clientId, scopes, by_device_code: byDeviceCode },
    async (ctx) => allowedAdministration(await allowInStore(ctx, clientId, { scopes, byDeviceCode })),
  );
  if (options.json) {
    printEvent("administration_allowed", allowed);
    return;
  }
  if (allowed.scopes.length === 0) {
    say(`${allowed.app} may not ask for administrative scopes.`);
    return;
  }
  say(`${allowed.app} may ask administrators for ${allowed.scopes.join(", ")}.`);
  say(allowed.by_device_code ? "By device code too: check who shows the code." : "Not by device code.");
}
