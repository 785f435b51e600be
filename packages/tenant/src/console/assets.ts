import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { FastifyInstance } from "fastify";
import type { Palettes } from "../ui/branding/palette.ts";
import { liveSource } from "../ui/console/live-script.ts";
import { consoleStyleOf } from "../ui/console/style.ts";
import type { ConsoleContext } from "./console-request.ts";

/** The files that the pages load: a style sheet and a script, named by a digest of their content. */
export interface Assets {
  style: string;
  script: string;
}

interface Asset {
  name: string;
  type: string;
  content: string;
}

const FOLDER = "/console/assets";

const digestOf = (content: string) => createHash("sha256").update(content).digest("base64url").slice(0, 16);

let script: Asset | undefined;

/** Idiomorph (docs/decisions/0034), and what uses it. Read when the first page needs it. */
function scriptAsset(): Asset {
  if (!script) {
    const library = createRequire(import.meta.url).resolve("idiomorph/dist/idiomorph.min.js");
    const content = `${readFileSync(library, "utf8")}\n${liveSource}`;
    script = { name: `console-${digestOf(content)}.js`, type: "text/javascript; charset=utf-8", content };
  }
  return script;
}

const styles = new WeakMap<Palettes, Asset>();

function styleAsset(palettes: Palettes): Asset {
  let style = styles.get(palettes);
  if (!style) {
    const content = consoleStyleOf(palettes);
    style = { name: `console-${digestOf(content)}.css`, type: "text/css; charset=utf-8", content };
    styles.set(palettes, style);
  }
  return style;
}

/** The addresses of the files, for a tenant of this color. */
export const assetsOf = (palettes: Palettes): Assets => ({
  style: `${FOLDER}/${styleAsset(palettes).name}`,
  script: `${FOLDER}/${scriptAsset().name}`,
});

/** They have no secret, so they need no access. A name of an earlier version leads to the present file. */
export function serveAssets(app: FastifyInstance, ctx: ConsoleContext): void {
  app.get(`${FOLDER}/:name`, async (request, reply) => {
    const { name } = request.params as { name: string };
    const asset = name.endsWith(".js") ? scriptAsset() : styleAsset(ctx.branding.palettes);
    return reply
      .headers({
        "Cache-Control": name === asset.name ? "public, max-age=31536000, immutable" : "no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
      })
      .type(asset.type)
      .send(asset.content);
  });
}
