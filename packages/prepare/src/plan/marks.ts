/**
 * How an object says which key of the file it is: the tag of an application, a line in the description of a group or a
 * user flow. It is put where prepare makes an object (and where it adopts an application that has no uniqueName), so
 * that `--prune` can tell ours from others'.
 */
const PREFIX = "doorcode:";

export function markOf(key: string): string {
  return `${PREFIX}${key}`;
}

/** The key that one of these tags names. */
export function keyInTags(tags: readonly string[] | null | undefined): string | undefined {
  return tags?.find((tag) => tag.startsWith(PREFIX) && tag.length > PREFIX.length)?.slice(PREFIX.length);
}

/** A description with its mark taken out. */
export function readDescription(description: string | null | undefined): { text: string; key: string | undefined } {
  const whole = description ?? "";
  const lines = whole.split(/\r?\n/);
  const marked = lines.findIndex((line) => line.startsWith(PREFIX) && line.length > PREFIX.length);
  if (marked === -1) return { text: whole, key: undefined };
  const key = lines[marked]!.slice(PREFIX.length).trim();
  return { text: lines.filter((_, index) => index !== marked).join("\n"), key };
}

export function markedDescription(text: string, key: string): string {
  return text === "" ? markOf(key) : `${text}\n${markOf(key)}`;
}
