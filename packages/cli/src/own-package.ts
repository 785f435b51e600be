import { readFileSync } from "node:fs";
import { getAsset, isSea } from "node:sea";
import { fileURLToPath } from "node:url";
import { exitCodes } from "./exit-codes.ts";

/** The folder of this package. The sources, the compiled files and the bundle are each one folder below it. */
export const packageFolder = fileURLToPath(new URL("../", import.meta.url));

/** True in the program of `npm run build:single`, which has no package around it. */
export const isSingleFile = isSea;

export interface OwnManifest {
  name: string;
  version: string;
}

export function ownManifest(): OwnManifest {
  const text = isSea()
    ? getAsset("package.json", "utf8")
    : readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return JSON.parse(text) as OwnManifest;
}

/** `doorcode version` */
export async function printVersion(): Promise<number> {
  process.stdout.write(`${ownManifest().version}\n`);
  return exitCodes.done;
}
