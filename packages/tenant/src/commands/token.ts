import { askTenant } from "../control/client.ts";
import { printEvent, printResult, say } from "./output.ts";

/** The token alone on stdout, for a pipe; with `json` an event that says what it is for as well. */
export async function printToken(options: { json: boolean; data: string }): Promise<void> {
  const issued = await askTenant(options.data, { do: "administrator_token" });
  if (options.json) {
    printEvent("administrator_token", issued);
    return;
  }
  printResult(issued.token);
  if (process.stdout.isTTY) say(`It administers ${issued.graph} until ${issued.expires_at}. Show it to nobody.`);
}
