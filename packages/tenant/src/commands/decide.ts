import { askTenant } from "../control/client.ts";
import { printResult, say } from "./output.ts";
import { readStdin } from "./stdin.ts";

export async function approve(options: { code: string; as: string; data: string }): Promise<void> {
  const code = await codeOf(options.code);
  const { app, email, permissions } = await askTenant(options.data, { do: "approve", code, as: options.as });
  printResult(`Approved: ${app} is signed in as ${email}.`);
  say(`It may:\n${permissions.map((line) => `  ${line}`).join("\n")}`);
}

export async function deny(options: { code: string; data: string }): Promise<void> {
  const { app } = await askTenant(options.data, { do: "deny", code: await codeOf(options.code) });
  printResult(`Denied: ${app} is not signed in.`);
}

const codeOf = async (argument: string) => (argument === "-" ? (await readStdin("code")).trim() : argument);
