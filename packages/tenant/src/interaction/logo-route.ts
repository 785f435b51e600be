import type { FastifyInstance } from "fastify";
import type { Logo } from "../ui/branding/branding.ts";

const LOGO_PATH = "/branding/logo";

/** The logo as a picture of its own: pages stay small, and a browser loads it once. */
export function serveLogo(app: FastifyInstance, logo: Logo): void {
  app.get(LOGO_PATH, async (_request, reply) =>
    reply
      .headers({
        "Content-Type": logo.type,
        "Cache-Control": "public, max-age=31536000, immutable",
        // An SVG opened by itself is a document: it runs nothing and loads nothing.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
      })
      .send(logo.bytes),
  );
}

export const logoUrlOf = (logo: Logo) => `${LOGO_PATH}?v=${logo.version}`;
