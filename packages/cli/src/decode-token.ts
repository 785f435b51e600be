import { CommandError, UsageError } from "./exit-codes.ts";
import { readStdin } from "./input.ts";
import { escaped, say } from "./output.ts";

/** Times of a token, in seconds since 1970 (RFC 7519 §4.1). */
const TIMES = ["iat", "nbf", "exp", "auth_time"] as const;

/**
 * Prints a token's header and claims as JSON, without its signature. Nothing is verified, and stderr says so. They are as
 * the token has them: numbers keep all digits, and control characters are escaped.
 * @throws CommandError `token_not_trusted` if it is no JWT
 */
export function printDecoded(token: string, { json }: { json: boolean }): void {
  const [header, payload, signature, ...more] = token.trim().split(".");
  const parts = [header, payload].map(objectIn);
  const [readHeader, readClaims] = parts;
  if (readHeader === undefined || readClaims === undefined || signature === undefined || more.length > 0) {
    throw new CommandError(
      "token_not_trusted",
      "This token is not a JWT, so it has no claims to read.",
      "Only its issuer can read it. Ask the issuer's introspection endpoint.",
    );
  }
  const decoded = { header: readHeader.asWritten, claims: readClaims.asWritten, verified: false };
  const line = json
    ? JSON.stringify({ v: 1, event: "decoded_token", ...decoded })
    : JSON.stringify(decoded, undefined, 2);
  process.stdout.write(escaped(`${line}\n`));
  say(`Not verified: anyone can write such a token.${timesOf(readClaims.values)}`);
}

/** `doorcode token --decode -` */
export async function tokenFromStdin(word: string): Promise<string> {
  if (word === "-") return readStdin("token");
  throw new UsageError(
    "A token does not belong on the command line, where every user of this machine can read it.",
    "Pipe it in: doorcode token --decode - < FILE",
    "secret_on_argv",
  );
}

type JsonObject = Record<string, unknown>;

/** Not in the types of this language version. Node.js 20 has neither, and shows numbers as it reads them. */
const { rawJSON } = JSON as { rawJSON?: (source: string) => unknown };
const numberAsWritten = (_name: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === "number" && rawJSON && context?.source !== undefined ? rawJSON(context.source) : value;

function objectIn(part: string | undefined): { values: JsonObject; asWritten: JsonObject } | undefined {
  try {
    if (part === undefined || !/^[\w-]+$/.test(part)) return undefined;
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(part, "base64url"));
    const values: unknown = JSON.parse(text);
    const isObject = typeof values === "object" && values !== null && !Array.isArray(values);
    if (!isObject) return undefined;
    return { values: values as JsonObject, asWritten: JSON.parse(text, numberAsWritten as never) };
  } catch {
    return undefined;
  }
}

function timesOf(claims: Record<string, unknown>): string {
  const lines = TIMES.flatMap((name) => {
    const value = claims[name];
    const date = typeof value === "number" ? new Date(value * 1_000) : undefined;
    return date === undefined || Number.isNaN(date.getTime()) ? [] : [`\n${name.padEnd(9)} ${date.toISOString()}`];
  });
  return lines.join("");
}
