/** Names of members under which people keep secrets. */
const SECRET_NAME = /secret|pass(?!ed)|pwd|token|credential|private|api_?-?key|certificate|pfx|pin$/i;

/** Values that are secrets wherever they stand: Entra's client secrets, JWTs and private keys. */
const SECRET_VALUE =
  /[\w~.-]{3}\dQ~[\w~.-]{25,}|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|-----BEGIN [A-Z ]*PRIVATE KEY-----.*|(?<=\/\/)[^\s/@"']+(?=@)/g;

/** A line that gives a secret a value; its group is what comes before the value. */
const SECRET_LINE = /^(.*?[\w-]*(?:secret|pass|pwd|token|credential|private)[\w-]*["']?\s*:\s*)\S.*$/i;

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

export function hasSecretValue(text: string): boolean {
  SECRET_VALUE.lastIndex = 0;
  return SECRET_VALUE.test(text);
}

/** Start and end of something in the text that must not be shown; UTF-16 offsets. */
export type Range = [start: number, end: number];

const MASK = "…";

/**
 * One line of the text as it may be shown. `hidden` are the ranges known to hold secrets; what looks like one besides is
 * left out too, unless the ranges are known to be all.
 */
export function lineWithoutSecrets(text: string, start: number, hidden: readonly Range[], guess: boolean): string {
  const newline = text.indexOf("\n", start);
  const end = newline === -1 ? text.length : newline;
  let shown = "";
  let at = start;
  for (const [from, to] of hidden) {
    if (to <= at || from >= end) continue;
    shown += text.slice(at, Math.max(at, from)) + MASK;
    at = Math.min(to, end);
  }
  shown += text.slice(at, end);
  if (guess) shown = shown.replace(SECRET_LINE, `$1${MASK}`);
  return shown.replace(SECRET_VALUE, MASK);
}
