import { UsageError } from "./exit-codes.ts";

const secretOption =
  /^--?(?:client-?secret|secret|pass(?:word|phrase|code)|refresh-?token|access-?token|token|device-?code|api-?key)(?:=|$)/i;

/**
 * `https://user:password@host`, bare or after `--option=`. The password may hold characters that should have been encoded,
 * such as a slash. What looks like a port is one, and the address of IPv6 has colons of its own.
 */
const passwordInWebAddress =
  /^(?:--?[\w-]+=)?https?:\/\/(?!\[[\da-f:.]+\](?::\d+)?(?:[/?#]|$))[^/?#\s]*:(?!\d{1,5}(?:[/?#]|$)).*@/is;

/** Of any other scheme, such as a database's: its password may hold characters that should have been encoded. */
const passwordInUrl = /^(?:--?[\w-]+=)?(?!https?:)[a-z][a-z0-9+.-]*:\/\/(?:[^/?#\s]*:.*@|.*[?&]password=)/is;

const secretParameter = /^(?:--?[\w-]+=)?https?:\/\/.*[?&#](?:password|client_secret|access_token|refresh_token)=/is;

const credentialHeader = /^(?:-H|--header=)?\s*(?:authorization|proxy-authorization|cookie)\s*:/i;

const always = "Treat that secret as compromised, and change it.";

/**
 * Rejects a command line with a secret in it, because every user of the machine can read it. Called before anything
 * could repeat an argument in a message.
 *
 * @throws UsageError `secret_on_argv`
 */
export function refuseSecrets(argv: readonly string[]): void {
  const has = (pattern: RegExp) => argv.some((argument) => pattern.test(argument));
  if (has(passwordInUrl)) {
    throw refused(
      "A URL with a password",
      `Put it into the file that a server file names, into the environment variable DOORCODE_STORE, or into a password file (PGPASSFILE). ${always}`,
    );
  }
  if (has(secretOption) || has(passwordInWebAddress) || has(secretParameter) || has(credentialHeader)) {
    throw refused(
      "A secret",
      `No command needs one there: doorcode signs in with a code and adds the token to a call. Give other secrets through stdin or a file. ${always}`,
    );
  }
}

const refused = (what: string, hint: string) =>
  new UsageError(
    `${what} does not belong on the command line, where every user of this machine can read it.`,
    hint,
    "secret_on_argv",
  );
