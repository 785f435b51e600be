import { text } from "node:stream/consumers";
import { TenantError } from "../kernel/tenant-error.ts";

/** What was piped in, without the newline that `echo` adds. */
export async function readStdin(what: string): Promise<string> {
  if (process.stdin.isTTY) {
    throw new TenantError("usage", `The ${what} is read from stdin, which is a terminal here.`, "Pipe it in.");
  }
  return (await text(process.stdin)).replace(/\r?\n$/, "");
}
