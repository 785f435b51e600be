import assert from "node:assert/strict";
import type { TestTenant } from "../fixtures/start-test-tenant.ts";

export interface GraphReply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: responses are read member by member
  body: any;
}

export interface GraphClient {
  get(path: string, headers?: Record<string, string>): Promise<GraphReply>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<GraphReply>;
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<GraphReply>;
  delete(path: string): Promise<GraphReply>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<GraphReply>;
}

/** Calls the tenant's Graph over https. Default: the operator's token. "" sends none. */
export async function graphClient(tenant: TestTenant, token?: string): Promise<GraphClient> {
  const bearer = token ?? (await tenant.operatorToken());
  const send: GraphClient["send"] = async (method, path, body, headers = {}) => {
    const url = path.startsWith("https:") ? path : `${tenant.graph}/${path}`;
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const answer = await tenant.fetch(url, {
      method,
      headers: {
        ...(bearer === "" ? {} : { authorization: `Bearer ${bearer}` }),
        ...(text === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text as string }),
    });
    const read = await answer.text();
    return { status: answer.status, headers: answer.headers, body: read === "" ? undefined : JSON.parse(read) };
  };
  return {
    send,
    get: (path, headers) => send("GET", path, undefined, headers),
    post: (path, body, headers) => send("POST", path, body, headers),
    patch: (path, body, headers) => send("PATCH", path, body, headers),
    delete: (path) => send("DELETE", path),
  };
}

/** As in the facts: the headers to create an application by its name, or change it. */
export const CREATE = { prefer: "create-if-missing" };

/** Graph's error body with this status and code, and a message that names the problem. */
export function assertRefused(reply: GraphReply, status: number, code: string, message?: RegExp): void {
  const text = JSON.stringify(reply.body);
  assert.equal(reply.status, status, text);
  assert.deepEqual(Object.keys(reply.body), ["error"], text);
  const { error } = reply.body;
  assert.equal(error.code, code, text);
  assert.deepEqual(Object.keys(error.innerError), ["date", "request-id", "client-request-id"]);
  assert.equal(reply.headers.get("request-id"), error.innerError["request-id"]);
  assert.equal(reply.headers.get("cache-control"), "no-store");
  if (message) assert.match(error.message, message);
}

export function assertDone(reply: GraphReply, status: 200 | 201 | 204): GraphReply["body"] {
  assert.equal(reply.status, status, JSON.stringify(reply.body));
  return reply.body;
}
