import { entriesOf, type SourceNode } from "./source-node.ts";

/** Names of members that usually contain secrets. */
const SECRET_NAME = /secret|pass(?!ed)|pwd|token|credential|private|api_?-?key|certificate|pfx|pin$/i;

/**
 * Values that are secrets under any name: Entra's client secrets, JWTs and private keys, and passwords in URLs or before a
 * host. Lengths are limited, so that long lines take linear time.
 */
const SECRET_VALUE =
  /[\w~.-]{3}\dQ~[\w~.-]{25,}|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|-----BEGIN [A-Z ]*PRIVATE KEY-----.*|(?<=\/\/)[^\s/@"']+(?=@)|(?<=[?&](?:password|passwd|pwd|sslpassword|secret|client_secret|token|access_token|api_?key)=)[^\s&#"']+|(?<=[\w.%+-]:)(?<!mailto:)(?!\/\/)[^\s"',{}]{1,200}(?=@[\w[])/g;

/** A secret's name followed by a value on the same line. */
const SECRET_IS = /(?:secret|pass|pwd|token|credential|private)[\w-]*["']?\s*:\s*(?=\S)/i;

const MASK = "…";

/**
 * Whether a member of this name usually contains a secret.
 * @example
 * ```ts
 * import { isSecretName } from "@doorcode/prepare/source-file";
 *
 * console.log(isSecretName("apiKey"), isSecretName("port"));
 * ```
 */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

export function hasSecretValue(text: string): boolean {
  return text.search(SECRET_VALUE) !== -1;
}

/** Masks secrets in another service's text, which may repeat what was sent to it. */
export const withoutSecretValues = (text: string): string => text.replace(SECRET_VALUE, MASK);

/** Start and end of a range of the text that must not be shown, in UTF-16 code units. */
export type Range = [start: number, end: number];

/** A line of the file that is safe to show: everything that may be a secret is masked. */
export interface SourceLine {
  /** The line, without secrets. */
  text: string;
  /** Index in `text` of the problem, counted from 0. */
  at: number;
}

/**
 * Masks the secrets of one line and finds the position of `offset` in the result.
 * @param hidden ranges known to contain secrets, sorted by start; anything else that looks like a secret is masked too
 * @param guess true if the text could not be parsed, so that `hidden` may be incomplete
 */
export function lineWithoutSecrets(
  text: string,
  [start, end]: Range,
  offset: number,
  hidden: readonly Range[],
  guess: boolean,
): SourceLine {
  const line = text.slice(start, end);
  const masked = hidden.filter(([from, to]) => from < end && to > start);
  for (const { index, 0: match } of line.matchAll(SECRET_VALUE))
    masked.push([start + index, start + index + match.length]);
  const given = guess ? SECRET_IS.exec(line) : undefined;
  if (given) masked.push([start + given.index + given[0].length, end]);
  masked.sort(([a], [b]) => a - b);

  let shown = "";
  let column = 0;
  let at = start;
  const copyTo = (next: number) => {
    if (offset >= at) column = shown.length + Math.min(offset, next) - at;
    shown += text.slice(at, next);
    at = next;
  };
  for (const [from, to] of masked) {
    if (to <= at) continue;
    copyTo(Math.max(at, from));
    if (offset >= at) column = shown.length;
    shown += MASK;
    at = Math.min(to, end);
  }
  copyTo(end);
  return { text: shown, at: Math.min(column, shown.length) };
}

/**
 * Ranges of values that may be secrets, so that no diagnostic shows them: values under names of secrets, and every
 * member of a user except the name and `administrator`.
 */
export function secretRanges(tree: SourceNode): Range[] {
  const nodes = [...tree.children].flatMap(([key, node]) => (isSecretName(key) ? [node] : []));
  for (const [section, entries] of entriesOf(tree)) {
    if (section === "users") nodes.push(...secretsOfUsers(entries));
    else nodes.push(...secretsBelow(entries, section === "tenant" ? 0 : 1));
  }
  return nodes.flatMap(({ offset, end, source }): Range[] => (end > offset && source !== "" ? [[offset, end]] : []));
}

/** Members whose names only look like those of secrets. */
const HARMLESS_NAMES = new Set(["tokenProfile", "accessTokenSigningAlg", "idTokenSignedResponseAlg"]);

/** @param names  levels at which the keys are the file's own names, such as an API called token-service */
function secretsBelow(node: SourceNode, names: number): SourceNode[] {
  const inItems = Array.isArray(node.value) ? [...node.children.values()].flatMap((item) => secretsBelow(item, 0)) : [];
  const inEntries = entriesOf(node).flatMap(([key, child]) => {
    if (names <= 0 && isSecretName(key) && !HARMLESS_NAMES.has(key)) return [child];
    if (key === "scopes" || key === "roles") return entriesOf(child).flatMap(([, entry]) => secretsBelow(entry, 0));
    return secretsBelow(child, names - 1);
  });
  return [...inEntries, ...inItems];
}

function secretsOfUsers(users: SourceNode): SourceNode[] {
  const ofUsers = entriesOf(users).flatMap(([, user]) => {
    if (user.children.size === 0) return user.value === null ? [] : [user];
    return [...user.children].flatMap(([key, member]) => (key === "name" || key === "administrator" ? [] : [member]));
  });
  return users.children.size === 0 ? [...ofUsers, users] : ofUsers;
}
