import { randomInt } from "node:crypto";
import { askTenant } from "../control/client.ts";
import { printEvent, printResult, say } from "./output.ts";
import { readStdin } from "./stdin.ts";

export async function listUsers(options: { json: boolean; data: string }): Promise<void> {
  const users = await askTenant(options.data, { do: "list_users" });
  if (options.json) {
    for (const user of users) printEvent("user", user);
    return;
  }
  if (users.length === 0) say("Nobody has an account yet. Add one: doorcode tenant users add EMAIL");
  const width = Math.max(0, ...users.map(({ email }) => email.length));
  for (const { email, name, disabled, administrator } of users) {
    const marks = [administrator && "administrator", disabled && "disabled"].filter(Boolean).join(", ");
    printResult(`${email.padEnd(width)}  ${name}${marks === "" ? "" : `  (${marks})`}`);
  }
}

export async function addUser(options: {
  email: string;
  name: string | null;
  passwordStdin: boolean;
  administrator: boolean;
  json: boolean;
  data: string;
}): Promise<void> {
  const password = options.passwordStdin ? await readStdin("password") : newPassword();
  const { email, name, administrator } = options;
  const added = await askTenant(options.data, { do: "add_user", email, name, password, administrator });
  const shown = options.passwordStdin ? {} : { password };
  if (options.json) {
    printEvent("user_added", { ...added, ...shown });
    return;
  }
  const as = added.administrator ? " as an administrator" : "";
  say(`Added ${added.name} <${added.email}>${as}.${options.passwordStdin ? "" : " The password, shown this once:"}`);
  if (!options.passwordStdin) printResult(password);
}

/** 100 random bits in characters that are not taken for one another. */
function newPassword(): string {
  const alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
  const group = () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return Array.from({ length: 4 }, group).join("-");
}
