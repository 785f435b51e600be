// The page's server: three files, one event stream, and the keys of the remote control.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { renderSVG } from "uqr";

/** What the screen shows. Times are milliseconds since the epoch. */
export type Screen =
  | { name: "starting" }
  | { name: "code"; userCode: string; verificationUri: string; qr: string; expiresAt: number }
  | { name: "signed_in"; who: string; todos: string[]; detail?: string }
  | { name: "ended"; title: string; detail?: string };

export interface RunningScreen {
  url: string;
  show(screen: Screen): void;
  close(): Promise<void>;
}

const files: Record<string, [file: string, type: string]> = {
  "/": ["screen.html", "text/html; charset=utf-8"],
  "/screen.css": ["screen.css", "text/css; charset=utf-8"],
  "/screen.js": ["screen.js", "text/javascript; charset=utf-8"],
};

const headers = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/** Serves the page on 127.0.0.1, for this machine's browser only. */
export async function startScreen(options: {
  port: number;
  actions: Record<string, () => void>;
}): Promise<RunningScreen> {
  const viewers = new Set<ServerResponse>();
  let shown = "";
  const server = createServer((request, response) => {
    const answer = (status: number, text = "", more = {}) =>
      response.writeHead(status, { ...headers, ...more }).end(text);
    // Another site in this machine's browser can send requests here too. It must not read or press anything.
    if (!isOurs(request, url())) return answer(403, "Open the TV's own page.");
    if (request.method === "POST") {
      const act = options.actions[request.url?.slice(1) ?? ""];
      act?.();
      return answer(act ? 204 : 404);
    }
    if (request.url === "/events") {
      response.writeHead(200, { ...headers, "content-type": "text/event-stream" }).write(shown);
      viewers.add(response);
      return response.on("close", () => viewers.delete(response));
    }
    const [file, type] = files[request.url ?? ""] ?? [];
    if (file === undefined) return answer(404, "No such page.");
    return readFile(new URL(file, import.meta.url), "utf8").then(
      (text) => answer(200, text, { "content-type": type }),
      (error: Error) => answer(500, error.message),
    );
  });
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");

  return {
    url: url(),
    show(screen) {
      const withPicture = screen.name === "code" ? { ...screen, qr: pictureOf(screen.qr) } : screen;
      shown = `data: ${JSON.stringify(withPicture)}\n\n`;
      for (const viewer of viewers) viewer.write(shown);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function isOurs({ headers: { host, origin } }: IncomingMessage, url: string): boolean {
  return `http://${host}` === url && (origin === undefined || origin === url);
}

/** As a data URL, the only kind of image that the page's policy allows. */
function pictureOf(text: string): string {
  const svg = renderSVG(text, { border: 0, ecc: "M" });
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}
