import { readFileSync } from "node:fs";
import { exitCodes } from "./exit-codes.ts";

/** The version of the `doorcode` package. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}

export async function run(): Promise<number> {
  process.stdout.write(`${version()}\n`);
  return exitCodes.done;
}
