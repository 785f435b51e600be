import type { Command, CommanderError } from "commander";
import { TenantError } from "../kernel/tenant-error.ts";

/** Commander's error in the words and the form of every other mistake on this command line. */
export function usageError({ message }: CommanderError, tenant: Command, argv: string[]): TenantError {
  const [said = "", ...suggestions] = message.replace(/^error: /, "").split("\n");
  // What follows an equals sign may be a password.
  const plain = said.replace(/'(--?[\w-]+)=.*'/s, "'$1'").replace(/\.$/, "");
  const suggestion = /^\((Did you mean .*\?)\)$/.exec(suggestions.join(" "))?.[1];
  const hint = suggestion ?? `See: ${commandIn(tenant, argv)} --help`;
  return new TenantError("usage", `${plain.charAt(0).toUpperCase()}${plain.slice(1)}.`, hint);
}

/** `doorcode tenant apps add-secret`, as far as the arguments name commands. */
function commandIn(tenant: Command, argv: string[]): string {
  const names = [tenant.name()];
  let command = tenant;
  for (const word of argv) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    names.push(word);
    command = next;
  }
  return names.join(" ");
}
