import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { bindLoopback } from "./bind-loopback.ts";
import { pageHeaders, strayPage } from "./result-page.ts";

/** Waits on this machine for the one answer of the authorization endpoint (RFC 8252 §7.3). */
export interface LoopbackListener {
  /**
   * `http://localhost:<port>`: by name, against RFC 8252 §8.3's advice, because that is what Entra registers and ignores the port of.
   */
  readonly redirectUri: string;
  /** Parameters of the first answer with our state. Never rejects. */
  readonly answer: Promise<URLSearchParams>;
  /**
   * Leads the browser that brought the answer to this page, at an address without parameters: no code stays in the address
   * bar or in a bookmark. Resolves when the page is sent, at the latest after two seconds.
   */
  show(page: string): Promise<void>;
  /** At once, whatever is under way. */
  close(): void;
}

/**
 * `followMs`: how long a browser that was led to the page about the result may take to ask for it.
 * @throws DoorcodeError `configuration` where nothing may listen
 */
export async function listenOnLoopback(state: string, { followMs = 2_000 } = {}): Promise<LoopbackListener> {
  let answered: (parameters: URLSearchParams) => void = () => {};
  const answer = new Promise<URLSearchParams>((resolve) => {
    answered = resolve;
  });
  /** Of the browser that brought the answer: held until the outcome is known, so that the page can tell it. */
  let held: ServerResponse | undefined;
  let page: string | undefined;
  let pageSent = () => {};

  const { servers, port } = await bindLoopback((request, response) => {
    const [path, query] = split(request.url ?? "");
    // A page of another site that took this machine for its own (DNS rebinding) names itself here.
    if (!isOurHost(request.headers.host, port)) return refuse(response, 421, "This address is somebody else's.");
    if (path !== "/") return refuse(response, 404, "There is no such page.");
    if (request.method !== "GET") return refuse(response.setHeader("allow", "GET"), 405, "This page is only read.");
    if (query === "" && page !== undefined) {
      response.on("close", pageSent);
      return void response.writeHead(200, { ...pageHeaders, connection: "close" }).end(page);
    }
    const parameters = new URLSearchParams(query);
    if (!isAnswer(parameters, state)) return refuse(response, 400, "This is not the answer that is waited for.");
    if (held) return refuse(response, 409, "The answer came already; the program that asked says how it ended.");
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

/** A code or an error (RFC 6749 §4.1.2), once each, with the state of this sign-in. */
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
