import { askTenant } from "../control/client.ts";
import { listedUser } from "../control/operations.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { recoverInStore } from "../server/recover-administrator.ts";
import { storeFrom } from "./environment.ts";
import { newPassword } from "./operator.ts";
import { printEvent, printResult, readStdin, say } from "./terminal.ts";

/** Asks the tenant that runs on the data folder; where none does, or on PostgreSQL, it is done in the store itself. */
export async function recoverAdministrator(options: {
  email: string;
  passwordStdin: boolean;
  storeFile?: string | undefined;
  json: boolean;
  data: string;
}): Promise<void> {
  const { email, data } = options;
  const account = { email, password: options.passwordStdin ? await readStdin("password") : newPassword() };
  const store = storeFrom(process.env, options.storeFile, data);
  const inStore = async () => {
    const { user, added } = await recoverInStore({ store, dataDir: data }, account);
    return { ...listedUser(user), added };
  };
  const recovered =
    "postgres" in store
      ? await inStore()
      : await askTenant(data, { do: "recover_administrator", ...account }).catch((error: unknown) => {
          if (error instanceof TenantError && error.code === "tenant_not_running") return inStore();
          throw error;
        });
  const shown = recovered.added && !options.passwordStdin ? { password: account.password } : {};
  if (options.json) {
    printEvent("administrator_recovered", { ...recovered, ...shown });
    return;
  }
  const who = `${recovered.name} <${recovered.email}>`;
  if (!recovered.added) say(`${who} is an administrator and enabled. The password stays as it was; a mail resets it.`);
  else say(`Added ${who} as an administrator.${"password" in shown ? " The password, shown this once:" : ""}`);
  if ("password" in shown) printResult(account.password);
}
