import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DoorcodeError, errorCatalogue } from "../errors.ts";

/** Waits on this machine for the one answer of the authorization endpoint (RFC 8252 §7.3). */
export interface LoopbackListener {
  /**
   * `http://localhost:<port>`. By name, against the advice of RFC 8252 §8.3, because Entra registers this form and
   * ignores its port.
   */
  readonly redirectUri: string;
  /** Resolves with the parameters of the first answer that has our state. Never rejects. */
  readonly answer: Promise<URLSearchParams>;
  /**
   * Redirects the browser that brought the answer to this page, at an address without parameters, so that no code stays
   * in the address bar or in a bookmark. Resolves when the page is sent, after two seconds at the latest.
   */
  show(page: string): Promise<void>;
  /** Closes immediately, even with open requests. */
  close(): void;
}

/**
 * `followMs`: how long the redirected browser may take to ask for the result page, in milliseconds.
 * @throws DoorcodeError `configuration` where the process may not listen
 */
export async function listenOnLoopback(state: string, { followMs = 2_000 } = {}): Promise<LoopbackListener> {
  let answered: (parameters: URLSearchParams) => void = () => {};
  const answer = new Promise<URLSearchParams>((resolve) => {
    answered = resolve;
  });
  /** The response to the browser that brought the answer, held until the result is known. */
  let held: ServerResponse | undefined;
  let page: string | undefined;
  let pageSent = () => {};

  const { servers, port } = await bindLoopback((request, response) => {
    const [path, query] = split(request.url ?? "");
    // A page of another site that maps its name to this machine (DNS rebinding) names itself here.
    if (!isOurHost(request.headers.host, port)) return refuse(response, 421, "This host name is not served here.");
    if (path !== "/") return refuse(response, 404, "Page not found.");
    if (request.method !== "GET") return refuse(response.setHeader("allow", "GET"), 405, "Only GET is allowed.");
    if (query === "" && page !== undefined) {
      response.on("close", pageSent);
      return void response.writeHead(200, { ...pageHeaders, connection: "close" }).end(page);
    }
    const parameters = new URLSearchParams(query);
    if (!isAnswer(parameters, state)) return refuse(response, 400, "This is not the expected answer.");
    if (held) return refuse(response, 409, "The answer has already arrived. See the program for the result.");
    held = response;
    answered(parameters);
  });

  return {
    redirectUri: `http://localhost:${port}`,
    answer,
    async show(html) {
      if (!held || held.destroyed) return;
      page = html;
      const sent = new Promise<void>((resolve) => {
        pageSent = resolve;
      });
      held.writeHead(303, { ...pageHeaders, location: "/", connection: "close" }).end();
      let timer: NodeJS.Timeout | undefined;
      const waited = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, followMs);
      });
      await Promise.race([sent, waited]);
      clearTimeout(timer);
    },
    close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function split(target: IncomingMessage["url"] & string): [path: string, query: string] {
  const at = target.indexOf("?");
  return at === -1 ? [target, ""] : [target.slice(0, at), target.slice(at + 1)];
}

function isOurHost(host: string | undefined, port: number): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].some((name) => host?.toLowerCase() === `${name}:${port}`);
}

/** A code or an error (RFC 6749 §4.1.2), each at most once, with the state of this sign-in. */
function isAnswer(parameters: URLSearchParams, state: string): boolean {
  const [given = "", ...more] = parameters.getAll("state");
  const codes = parameters.getAll("code").length;
  const errors = parameters.getAll("error").length;
  return more.length === 0 && codes + errors === 1 && timingSafeEqual(digest(given), digest(state));
}

const digest = (text: string) => createHash("sha256").update(text).digest();

function refuse(response: ServerResponse, status: number, what: string): void {
  response.writeHead(status, { ...pageHeaders, connection: "close" }).end(strayPage(what));
}

/** How often to try: a port that is free on IPv4 is rarely in use on IPv6. */
const tries = 10;
/** A browser opens a few connections; nothing else needs more. */
const maxConnections = 32;

/**
 * Listens on one port of 127.0.0.1 and ::1, since a browser may resolve `localhost` to either. One of them is enough
 * where the machine lacks the other.
 * @throws DoorcodeError `configuration` where the process may not listen at all
 */
export async function bindLoopback(handle: RequestListener): Promise<{ servers: Server[]; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const ipv4 = await listen(handle, "127.0.0.1", 0);
    const first = typeof ipv4 === "object" ? ipv4 : await listen(handle, "::1", 0);
    if (typeof first !== "object") throw cannotListen(first);
    const { port } = first.address() as AddressInfo;
    if (first !== ipv4) return { servers: [first], port };
    const ipv6 = await listen(handle, "::1", port);
    if (typeof ipv6 === "object") return { servers: [ipv4, ipv6], port };
    if (ipv6 !== "EADDRINUSE") return { servers: [ipv4], port };
    // Another process would receive the answers that a browser sends to ::1.
    first.close();
    if (attempt === tries) throw cannotListen(ipv6);
  }
}

/** Resolves with the server, or with the error's code. */
function listen(handle: RequestListener, host: string, port: number): Promise<Server | string> {
  return new Promise((resolve) => {
    const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, handle);
    server.maxConnections = maxConnections;
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

const cannotListen = (code: string) =>
  new DoorcodeError("configuration", {
    detail: `cannot listen on this machine's loopback address for the browser's answer (${code}).`,
    hint: "Sign in with a code instead.",
  });

const style = `:root{color-scheme:light dark;font:1.125rem/1.5 system-ui,sans-serif}
body{margin:0;min-block-size:100vh;display:grid;place-items:center;background:#f4f6f5;color:#16201c}
main{max-inline-size:32rem;padding:2rem 1.5rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .75rem}
p{margin:0 0 .75rem}
@media (prefers-color-scheme:dark){body{background:#121816;color:#edf2f0}}`;

/** Headers of every answer: nothing is loaded, run, framed, cached or sent to another site. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
};

export const signedInPage = (): string =>
  page("You are signed in", ["You can close this page and go back to the program."]);

/** Shows only our own sentence. What the issuer said is in the program's error, which other users do not see. */
export function notSignedInPage(error: DoorcodeError): string {
  const [sentence] = errorCatalogue[error.code];
  return page("You are not signed in", [
    `${sentence}.`,
    "The program shows the reason. You can close this page and go back to it.",
  ]);
}

/** For any other request: a stray tab, a second answer, a scanner. */
export const strayPage = (what: string): string => page("Nothing to see here", [what, "You can close this page."]);

/** The texts come from this file and from the error catalogue, so nothing needs escaping. */
function page(title: string, paragraphs: string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${paragraphs.map((text) => `<p>${text}</p>`).join("\n")}
</main>
</body>
</html>
`;
}
