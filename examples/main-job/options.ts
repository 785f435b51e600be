import type { MainJobOptions } from "./main-job.ts";

/** What was typed cannot be read. */
export class OptionError extends Error {}

/** Without a value, which could be a secret, and without what a terminal would execute. */
const nameOf = (word: string) => word.split("=")[0]?.replace(/\p{C}/gu, "");

/**
 * `--mfa`, `--lan [ADDRESS]`, `--https`. An address may follow `--lan`, with a space or an equals sign.
 *
 * @throws OptionError in words for the person who typed it
 */
export function readOptions(typed: string[]): Pick<MainJobOptions, "mfa" | "lan"> {
  let mfa = false;
  let https = false;
  let lan: { address?: string } | undefined;
  const words = typed.flatMap((word) => (word.startsWith("--lan=") ? ["--lan", word.slice("--lan=".length)] : [word]));
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    const next = words[at + 1];
    if (word === "--mfa") mfa = true;
    else if (word === "--https") https = true;
    else if (word === "--lan")
      lan = next === undefined || next.startsWith("--") ? {} : { address: words[++at] as string };
    else
      throw new OptionError(
        `Unknown option ${nameOf(word)}. npm start takes --mfa, --lan [ADDRESS] and --https, after --.`,
      );
  }
  if (https && lan === undefined)
    throw new OptionError("--https goes with --lan: on this computer the pages need no certificate.");
  return { mfa, ...(lan && { lan: { ...lan, https } }) };
}
