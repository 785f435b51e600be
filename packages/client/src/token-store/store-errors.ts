import { DoorcodeError } from "../errors.ts";

/** Explains a file system error and says what to do. */
export function fileProblem(error: unknown, path: string): DoorcodeError {
  if (error instanceof DoorcodeError) return error;
  const cause = error as NodeJS.ErrnoException;
  const [sentence, hint] = explained(cause.code, path) ?? [`${path}: ${cause.message}`, undefined];
  return new DoorcodeError("store_locked", { detail: sentence, cause, ...(hint === undefined ? {} : { hint }) });
}

/** Works for every user. */
const elsewhere =
  'To try another folder of your own: export DOORCODE_STORE_DIR="$(mktemp -d)" (in a program: the option store).';

function explained(code: string | undefined, path: string): [sentence: string, hint: string] | undefined {
  switch (code) {
    case "ENOHOME":
      return ["this user has no home folder: HOME is not set, and the system lists none", elsewhere];
    case "EOWNER":
      // Only root can change the owner of a file.
      return process.geteuid?.() === 0
        ? [
            `${path} belongs to another user`,
            `Run as the user who owns it, or take ownership: chown "$(id -un)" '${path}'`,
          ]
        : [
            `${path} belongs to another user`,
            `${elsewhere} Its owner can use it, and root can change the owner: chown "$USER" '${path}'`,
          ];
    case "EMODE":
      return [
        `${path} is open to other users`,
        `Restrict it with chmod go= '${path}', and consider who may have read it.`,
      ];
    case "ELOOP":
      return [
        `${path} is a symbolic link`,
        "Use the real folder, or replace the link with the real file: a link could lead anywhere.",
      ];
    case "EFTYPE":
    case "ENOTDIR":
    case "EISDIR":
      return [`${path} has the wrong file type`, "Move it away. The store creates its own folder and files."];
    case "EACCES":
    case "EPERM":
      return [
        `${path} is not accessible to this user`,
        `Check owner and mode of this folder and its parents: ls -ld '${path}'. ${elsewhere}`,
      ];
    case "EROFS":
      return [`${path} is on a read-only file system`, elsewhere];
    case "ENOSPC":
    case "EDQUOT":
      return [`no space left for ${path}`, "Free some disk space, or raise the quota. The stored data is unharmed."];
    default:
      return undefined;
  }
}

export function storeFault(fault: "damaged" | "newer_version" | "other_key", file: string): DoorcodeError {
  switch (fault) {
    case "damaged":
      return new DoorcodeError("store_damaged", {
        detail: `${file} cannot be read`,
        hint: `Move ${file} away and sign in again. The file was not changed.`,
      });
    case "newer_version":
      return new DoorcodeError("store_locked", {
        detail: `${file} was written by a newer version`,
        hint: "Update this program. The older version does not change the store.",
      });
    case "other_key":
      return new DoorcodeError("store_locked", {
        detail: `${file} was encrypted with another key`,
        hint: "Restore the right key. If it is lost, move the file away and sign in again.",
      });
  }
}
