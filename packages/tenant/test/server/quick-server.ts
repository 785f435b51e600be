// A server that answers polls before the web framework, beside one with the framework alone.

import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { pino } from "pino";
import { addApp } from "../../../../tests/fixtures/registrations.ts";
import { hashSecret } from "../../src/kernel/seal.ts";
import { registerEndpoints } from "../../src/oauth/register.ts";
import { RefusedRequests } from "../../src/oauth/request-limits.ts";
import { quickPolls } from "../../src/server/quick-polls.ts";
import { answerUnknownPaths, createWebApp, type WebAppOptions } from "../../src/server/web-app.ts";
import { quickContext } from "../fixtures/quick-context.ts";
import { sampleGrant, scopesAt } from "../storage/samples.ts";

export const URN = "urn:ietf:params:oauth:grant-type:device_code";
export const FORM = "application/x-www-form-urlencoded";
export const HOST = "login.example";

export interface Request {
  method?: string;
  path?: string;
  headers?: Record<string, string | undefined>;
  body?: string;
}

/** Two servers on one store: `quick` is the one under test, `usual` has the framework alone. */
export async function start(more: Partial<WebAppOptions> & { embedded?: boolean } = {}, limits = {}) {
  const quick = await quickContext();
  const { config } = quick.ctx;
  const observed: string[] = [];
  const seconds: number[] = [];
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "info", base: null }, { write: (line) => void lines.push(JSON.parse(line)) });
  const ownConfig = { ...config, ...more, limits: { ...config.limits, ...limits } };
  const refusedRequests = new RefusedRequests(ownConfig, quick.clock);
  const ctx = { ...quick.ctx, log, config: ownConfig, refusedRequests };
  const options: WebAppOptions = {
    log,
    metrics: {
      observe(method, route, status, outcome, took) {
        observed.push(`${method} ${route} ${status} ${outcome}`);
        seconds.push(took);
      },
    },
    tracing: undefined,
    hosts: [HOST],
    trustedProxies: [],
    requireForwardedTls: false,
    strictTransport: true,
    ...more,
  };
  const app = createWebApp(options);
  answerUnknownPaths(app);
  registerEndpoints(app, ctx);
  await app.ready();
  let passedOn = 0;
  const usual: RequestListener = (request, response) => {
    passedOn++;
    app.routing(request, response);
  };
  const servers = [createServer(quickPolls(ctx, options, usual)), createServer(usual)];
  const [quickPort, usualPort] = await Promise.all(servers.map(listening));
  const client = await addApp(ctx, "Television");
  const other = await addApp(ctx, "Another");
  const closed = await addApp(ctx, "Confidential", "secret");
  let codes = 0;
  const newCode = async (clientId = client.clientId) => {
    const code = `code-${++codes}`;
    const { now } = ctx.clock;
    const times = { createdAt: now(), expiresAt: now() + 900_000 };
    const grant = sampleGrant(clientId, scopesAt("none", []), { ...times, deviceCodeHash: hashSecret(code) });
    assert.deepEqual(await ctx.store.grants.insert(grant), { outcome: "inserted" });
    return code;
  };
  const pathOf = (name = config.tenantId) => `/${name}/oauth2/v2.0/token`;
  const pollOf = (code: string, more: Record<string, string> = {}): Request => ({
    path: pathOf(),
    body: encoded({ grant_type: "device_code", client_id: client.clientId, device_code: code, ...more }),
  });
  /** A code that was polled once, so that it is known. */
  const knownCode = async () => {
    const code = await newCode();
    await ask(usualPort!, pollOf(code));
    quick.clock.advance(5_000);
    return code;
  };
  return {
    ...{ ctx, clock: quick.clock, client, other, closed, newCode, observed, seconds, lines, config: ctx.config },
    ...{ pathOf, pollOf, knownCode },
    quickPort: quickPort!,
    usualPort: usualPort!,
    passedOn: () => passedOn,
    async close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      await app.close();
      await ctx.store.close();
    },
  };
}

const listening = (server: Server) =>
  new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );

/** The bytes of a request, as a client would send them. */
export function bytesOf({ method = "POST", path = "/", headers = {}, body = "" }: Request): string {
  const all = { host: HOST, "content-type": FORM, "content-length": String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return `${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Answers on one connection, in order. */
export function answersOn(socket: Socket): () => Promise<Answer> {
  let read = "";
  let ended = false;
  let wake = () => {};
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => {
    read += chunk;
    wake();
  });
  socket.on("close", () => {
    ended = true;
    wake();
  });
  socket.on("error", () => undefined);
  return async () => {
    for (;;) {
      const end = read.indexOf("\r\n\r\n");
      if (end >= 0) {
        const [first = "", ...lines] = read.slice(0, end).split("\r\n");
        const headers = Object.fromEntries(
          lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
        );
        const length = Number(headers["content-length"] ?? 0);
        if (read.length >= end + 4 + length) {
          const body = read.slice(end + 4, end + 4 + length);
          read = read.slice(end + 4 + length);
          return { status: Number(first.split(" ")[1]), headers, body };
        }
      }
      if (ended) return { status: 0, headers: {}, body: "" };
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
}

export async function ask(port: number, request: Request): Promise<Answer> {
  const socket = connect(port, "127.0.0.1");
  const next = answersOn(socket);
  socket.write(bytesOf({ ...request, headers: { connection: "close", ...request.headers } }));
  const answer = await next();
  socket.destroy();
  return answer;
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Without what differs between any two answers. */
export const likeness = ({ status, headers, body }: Answer) => ({
  status,
  headers: { ...headers, date: "", "client-request-id": headers["client-request-id"]?.replace(ID, "ID") },
  body: body.replace(ID, "ID"),
});

export const encoded = (form: Record<string, string>) => new URLSearchParams(form).toString();
