// The public entry points of the packages, as listed in their package.json, and the programs that read them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bringTools, root } from "../from-npm.mjs";

/** `{ name: "@doorcode/client/msal", folder: "packages/client", source: "src/msal.ts", types: "dist/msal.d.ts" }` … */
export function entryPoints() {
  return readdirSync(join(root, "packages"))
    .sort()
    .map((name) => `packages/${name}`)
    .flatMap((folder) => {
      const { name, exports } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      return Object.entries(exports)
        .filter(([, target]) => target["doorcode-source"])
        .map(([subpath, target]) => ({
          name: `${name}${subpath.slice(1)}`,
          folder,
          source: target["doorcode-source"],
          types: target.types.default ?? target.types,
        }));
    });
}

/**
 * The node_modules of TypeDoc and API Extractor. They need TypeScript's JavaScript API, which version 7 no longer has,
 * so TypeScript 6 is installed with them, from their own lockfile.
 */
export const bringApiTools = () => bringTools("tools/api", "TypeDoc and API Extractor", 15);
