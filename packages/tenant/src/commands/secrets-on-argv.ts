import { TenantError } from "../kernel/tenant-error.ts";

/** `scheme://user:password@` or `scheme://…?password=`, bare or after `--option=`; a password may hold what belongs encoded. */
const PASSWORD_IN_URL = /^(?:--?[\w-]+=)?[a-z][a-z0-9+.-]*:\/\/(?:[^/?#\s]*:.*@|.*[?&]password=)/is;

/** Every user of the machine can read a command line. Checked before anything could repeat the argument in a message. */
export function refuseSecrets(argv: string[]): void {
  if (!argv.some((argument) => PASSWORD_IN_URL.test(argument))) return;
  throw new TenantError(
    "secret_on_argv",
    "A URL with a password does not belong on the command line, where every user of this machine can read it.",
    "Put it into the environment variable DOORCODE_STORE. Treat that password as known: change it.",
  );
}
