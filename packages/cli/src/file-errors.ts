/**
 * Why a file cannot be read, as the end of a sentence about it. Names of the system's errors are shown only beside a
 * reason, or where there is none to give.
 */
export function whyUnreadable({ code }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "does not exist";
    case "EISDIR":
      return "is a folder";
    case "EACCES":
    case "EPERM":
      return `cannot be read by this user (${code})`;
    default:
      return `cannot be read (${code})`;
  }
}

/** Why a new file cannot be written, in the same form. */
export function whyUnwritable({ code }: NodeJS.ErrnoException): string {
  switch (code) {
    case "EEXIST":
      return "already exists";
    case "ENOENT":
    case "ENOTDIR":
      return "cannot be written: its folder does not exist";
    case "EACCES":
    case "EPERM":
      return `cannot be written by this user (${code})`;
    case "EROFS":
      return "cannot be written: the disk is read-only";
    case "ENOSPC":
      return "cannot be written: the disk is full";
    default:
      return `cannot be written (${code})`;
  }
}

/**
 * A value of the command line as an error repeats it. Undefined if it is long, looks like a token or is a URL with a
 * password: it might be a secret in the wrong place.
 */
export function shownValue(value: string): string | undefined {
  const isSecretLike =
    value.length > 60 || /^eyJ|[?@].*[=:]|:\/\/[^/]*@|-----BEGIN/.test(value) || /^[\w-]{32,}$/.test(value);
  return isSecretLike ? undefined : JSON.stringify(value);
}
