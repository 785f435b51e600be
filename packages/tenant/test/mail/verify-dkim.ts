import { createHash, createVerify, type KeyObject } from "node:crypto";

/**
 * Whether a DKIM signature over a raw mail is valid (RFC 6376 §6.1), for rsa-sha256 and relaxed/relaxed; also returns
 * its tags.
 */
export function verifyDkim(raw: Buffer, key: KeyObject): { holds: boolean; tags: Record<string, string> } {
  const text = raw.toString("latin1");
  const split = text.indexOf("\r\n\r\n");
  const fields = text.slice(0, split).split(/\r\n(?![ \t])/);
  const signature = fields.find((field) => /^dkim-signature:/i.test(field)) ?? "";
  const tags = Object.fromEntries(
    signature
      .slice(signature.indexOf(":") + 1)
      .split(";")
      .map((tag) => tag.split(/=(.*)/s).map((part) => part.replace(/\s+/g, "")))
      .filter(([name]) => name),
  );
  const bodyHash = createHash("sha256")
    .update(relaxedBody(text.slice(split + 4)), "latin1")
    .digest("base64");
  // §5.4.2: fields with the same name are taken from last to first.
  const left = [...fields].reverse();
  const signed = (tags.h ?? "").split(":").map((name: string) => {
    const at = left.findIndex((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    return at < 0 ? "" : `${relaxedField(left.splice(at, 1)[0]!)}\r\n`;
  });
  const own = relaxedField(signature.replace(/([;:\s]b=)[^;]*/, "$1"));
  const verified = createVerify("RSA-SHA256")
    .update(signed.join("") + own, "latin1")
    .verify(key, tags.b ?? "", "base64");
  return { holds: verified && bodyHash === tags.bh, tags };
}

/** §3.4.2 */
function relaxedField(field: string): string {
  const colon = field.indexOf(":");
  const value = field
    .slice(colon + 1)
    .replace(/\r\n/g, "")
    .replace(/[ \t]+/g, " ")
    .trim();
  return `${field.slice(0, colon).trim().toLowerCase()}:${value}`;
}

/** §3.4.4 */
function relaxedBody(body: string): string {
  const lines = body.split("\r\n").map((line) => line.replace(/[ \t]+/g, " ").replace(/ $/, ""));
  return `${lines.join("\r\n").replace(/(?:\r\n)+$/, "")}\r\n`;
}
