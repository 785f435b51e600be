import assert from "node:assert/strict";
import type { TestTenant } from "../fixtures/start-test-tenant.ts";

export interface GraphReply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are read member by member
  body: any;
}

export interface GraphClient {
  get(path: string, headers?: Record<string, string>): Promise<GraphReply>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<GraphReply>;
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<GraphReply>;
  delete(path: string): Promise<GraphReply>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<GraphReply>;
}

/** Calls the tenant's Graph over https with this token, the operator's unless another is given; "" sends none. */
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

/** As in the facts: who makes an application by its name, and again. */
export const CREATE = { prefer: "create-if-missing" };

/** Graph's error body, this status and code, and words that say what was wrong. */
export function assertRefused(reply: GraphReply, status: number, code: string, message?: RegExp): void {
  const told = JSON.stringify(reply.body);
  assert.equal(reply.status, status, told);
  assert.deepEqual(Object.keys(reply.body), ["error"], told);
  const { error } = reply.body;
  assert.equal(error.code, code, told);
  assert.deepEqual(Object.keys(error.innerError), ["date", "request-id", "client-request-id"]);
  assert.equal(reply.headers.get("request-id"), error.innerError["request-id"]);
  assert.equal(reply.headers.get("cache-control"), "no-store");
  if (message) assert.match(error.message, message);
}

export function assertDone(reply: GraphReply, status: 200 | 201 | 204): GraphReply["body"] {
  assert.equal(reply.status, status, JSON.stringify(reply.body));
  return reply.body;
}
