import { DoorcodeError } from "../errors.ts";

/** A refusal of the file system in words that say what to do. */
export function fileProblem(error: unknown, path: string): DoorcodeError {
  if (error instanceof DoorcodeError) return error;
  const cause = error as NodeJS.ErrnoException;
  const [sentence, hint] = explained(cause.code, path) ?? [`${path}: ${cause.message}`, undefined];
  return new DoorcodeError("store_locked", { detail: sentence, cause, ...(hint === undefined ? {} : { hint }) });
}

/** What every user can run. */
const elsewhere =
  'Name a folder of yours instead, for a try: export DOORCODE_STORE_DIR="$(mktemp -d)" (in a program: the option store).';

function explained(code: string | undefined, path: string): [sentence: string, hint: string] | undefined {
  switch (code) {
    case "ENOHOME":
      return ["this user has no home folder: HOME is not set, and the system knows none", elsewhere];
    case "EOWNER":
      // Only root gives files away.
      return process.geteuid?.() === 0
        ? [`${path} belongs to another user`, `Run as the user who owns it, or take it: chown "$(id -un)" '${path}'`]
        : [
            `${path} belongs to another user`,
            `${elsewhere} Its owner can use it, and root can give it away: chown "$USER" '${path}'`,
          ];
    case "EMODE":
      return [
        `${path} is open to other users`,
        `Close it with: chmod go= '${path}', and consider who may have read it.`,
      ];
    case "ELOOP":
      return [
        `${path} is a symbolic link`,
        "Name the real folder, or put the real file in its place; a link could lead anywhere.",
      ];
    case "EFTYPE":
    case "ENOTDIR":
    case "EISDIR":
      return [`${path} is not what should be there`, "Move it away; the store makes its own folder and files."];
    case "EACCES":
    case "EPERM":
      return [
        `${path} is not accessible for this user`,
        `Check the owner and the mode of the folder and of those above it: ls -ld '${path}'. ${elsewhere}`,
      ];
    case "EROFS":
      return [`${path} is on a read-only file system`, elsewhere];
    case "ENOSPC":
    case "EDQUOT":
      return [
        `no space is left for ${path}`,
        "Make room on the disk, or raise the quota; what was stored is unharmed.",
      ];
    default:
      return undefined;
  }
}

export function storeFault(fault: "damaged" | "newer_version" | "other_key", file: string): DoorcodeError {
  switch (fault) {
    case "damaged":
      return new DoorcodeError("store_damaged", {
        detail: `${file} cannot be read`,
        hint: `Move ${file} away and sign in again; nothing was changed in it.`,
      });
    case "newer_version":
      return new DoorcodeError("store_locked", {
        detail: `${file} was written by a newer version`,
        hint: "Update this program; the older version leaves the store as it is.",
      });
    case "other_key":
      return new DoorcodeError("store_locked", {
        detail: `${file} was encrypted with another key`,
        hint: "Put the right key back; if it is lost, move the file away and sign in again.",
      });
  }
}
