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

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Generated secrets mix them; words, times and host names do not. */
const mixes = (value: string) => /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value);

/** A URL without anything that authenticates: in a webhook's, the path is the secret. */
const PLAIN_URL =
  /^https?:\/\/(?:[a-z0-9-]{1,32}(?:\.[a-z0-9-]{1,32}){0,5}|\[[\da-f:.]{2,39}\])(?::\d{1,5})?(?:\/(?:[a-z-]{1,16}|v\d(?:\.\d)?)){0,6}\/?$/;

/** An http or https URL of host, port and a path of short words: it may be repeated in an error. */
export const isPlainUrl = (value: string): boolean => PLAIN_URL.test(value);

/** `user:password` has a colon; so do a host with its port, a time and the begin of a URL. */
const COLON = /:(?!\/\/|\d+Z?(?!\w))/;

/**
 * A value of the command line as an error repeats it. Undefined unless it is short and plain, a GUID or a plain URL: anything
 * else might be a secret in the wrong place.
 */
export function shownValue(value: string): string | undefined {
  const isWord = value.length <= 24 && !/[@#?=~]|^eyJ/.test(value) && !COLON.test(value) && !mixes(value);
  return isWord || GUID.test(value) || isPlainUrl(value) ? JSON.stringify(value) : undefined;
}
