/**
 * How an object names its key in the file: with a tag of an application, or a line in the description of a group or
 * user flow. Prepare adds it to objects that it creates, and to applications and groups without a uniqueName that it adopts, so
 * that `--prune` deletes only what prepare created.
 */
const PREFIX = "doorcode:";

export function tagOf(key: string): string {
  return `${PREFIX}${key}`;
}

/** The key in the first ownership tag of an application. */
export function keyFromTags(tags: readonly string[] | null | undefined): string | undefined {
  return tags?.find((tag) => tag.startsWith(PREFIX) && tag.length > PREFIX.length)?.slice(PREFIX.length);
}

/** Separates a description from its ownership tag. */
export function parseDescription(description: string | null | undefined): { text: string; key: string | undefined } {
  const whole = description ?? "";
  const lines = whole.split(/\r?\n/);
  const tagged = lines.findIndex((line) => line.startsWith(PREFIX) && line.length > PREFIX.length);
  if (tagged === -1) return { text: whole, key: undefined };
  const key = lines[tagged]!.slice(PREFIX.length).trim();
  return { text: lines.filter((_, index) => index !== tagged).join("\n"), key };
}

export function taggedDescription(text: string, key: string): string {
  return text === "" ? tagOf(key) : `${text}\n${tagOf(key)}`;
}
