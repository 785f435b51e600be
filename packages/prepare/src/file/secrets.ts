import type { SourceLine } from "./tenant-file-error.ts";

/** Names of members under which people keep secrets. */
const SECRET_NAME = /secret|pass(?!ed)|pwd|token|credential|private|api_?-?key|certificate|pfx|pin$/i;

/** Values that are secrets wherever they stand: Entra's client secrets, JWTs and private keys. */
const SECRET_VALUE =
  /[\w~.-]{3}\dQ~[\w~.-]{25,}|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|-----BEGIN [A-Z ]*PRIVATE KEY-----.*|(?<=\/\/)[^\s/@"']+(?=@)/g;

/** What gives a secret a value on the same line. */
const SECRET_IS = /(?:secret|pass|pwd|token|credential|private)[\w-]*["']?\s*:\s*(?=\S)/i;

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

export function hasSecretValue(text: string): boolean {
  return text.search(SECRET_VALUE) !== -1;
}

/** Start and end of something in the text that must not be shown; UTF-16 offsets. */
export type Range = [start: number, end: number];

const MASK = "…";

/**
 * One line of the text as it may be shown, and where `offset` is in it. `hidden` are the ranges known to hold secrets, by
 * start; what looks like one besides is left out too, and more is guessed where the text was not understood.
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
  let place = 0;
  let at = start;
  const copyTo = (next: number) => {
    if (offset >= at) place = shown.length + Math.min(offset, next) - at;
    shown += text.slice(at, next);
    at = next;
  };
  for (const [from, to] of masked) {
    if (to <= at) continue;
    copyTo(Math.max(at, from));
    if (offset >= at) place = shown.length;
    shown += MASK;
    at = Math.min(to, end);
  }
  copyTo(end);
  return { text: shown, at: Math.min(place, shown.length) };
}
