import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { connectProxy } from "../../../../tests/fixtures/connect-proxy.ts";
import { nodeFetch } from "../../src/fetch/node-fetch.ts";
import { connections } from "../../src/transport/connections.ts";
import { httpsServer } from "../fixtures/https-server.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function apiAnswering(t: TestContext, answer: Answer, names?: string[]) {
  const server = await httpsServer(t, answer, names);
  const exchange = nodeFetch(connections(server.ca));
  const call = (path = "/", init: RequestInit = {}) => exchange(new URL(path, server.origin), init);
  return { ...server, call };
}

test("an API behind the client's own CA is reached; without it the certificate is not trusted", async (t) => {
  const api = await apiAnswering(t, (_request, response) => response.end("done"));
  const response = await api.call("/items?all");
  assert.equal(response.url, `${api.origin}/items?all`);
  assert.equal(await response.text(), "done");
  await assert.rejects(nodeFetch(connections(undefined))(new URL(api.origin), {}), (error: TypeError) => {
    assert.equal(error.name, "TypeError");
    assert.ok(String((error.cause as NodeJS.ErrnoException).code).length > 0);
    return true;
  });
});

test("an API is reached through the proxy that the environment names", async (t) => {
  const proxy = await connectProxy(t);
  const before = process.env.HTTPS_PROXY;
  process.env.HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
  t.after(() => {
    if (before === undefined) delete process.env.HTTPS_PROXY;
    else process.env.HTTPS_PROXY = before;
  });
  const api = await apiAnswering(t, (_request, response) => response.end("done"), ["todo.example"]);
  assert.equal(await (await api.call()).text(), "done");
  assert.deepEqual(
    proxy.connects.map(({ target }) => target),
    [`todo.example:${api.port}`],
  );
});

test("each kind of body arrives with its content type: text, bytes, a form, a stream", async (t) => {
  const api = await apiAnswering(t, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { "content-type": type = "", "content-length": length = "none" } = request.headers;
    response.end(`${request.method} ${type.split(";")[0]} ${length} ${Buffer.concat(chunks)}`);
  });
  const sent = async (body: NonNullable<RequestInit["body"]>) =>
    await (await api.call("/", { method: "PUT", body })).text();
  assert.equal(await sent("milk"), "PUT text/plain 4 milk");
  assert.equal(await sent(Buffer.from("milk")), "PUT  4 milk");
  assert.equal(await sent(new URLSearchParams({ a: "b" })), "PUT application/x-www-form-urlencoded 3 a=b");
  const form = new FormData();
  form.set("a", "b");
  assert.match(await sent(form), /^PUT multipart\/form-data \d+ /);
  const stream = Readable.toWeb(Readable.from([Buffer.from("oat"), Buffer.from(" milk")])) as ReadableStream;
  assert.equal(await sent(stream), "PUT  none oat milk");
});

test("a response keeps its status, its repeated headers, and a missing body", async (t) => {
  const api = await apiAnswering(t, (_request, response) =>
    response
      .writeHead(204, "Gone home", [
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ] as never)
      .end(),
  );
  const response = await api.call("/", { method: "DELETE" });
  assert.deepEqual([response.status, response.statusText, response.body], [204, "Gone home", null]);
  assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
});

test("an aborted call ends immediately with the signal's reason, before and during the response", async (t) => {
  const reason = new Error("enough");
  const early = new AbortController();
  const api = await apiAnswering(t, (request, response) => {
    if (request.url === "/begins") response.writeHead(200).write("half");
    else early.abort(reason);
  });
  const silent = api.call("/silent", { signal: early.signal });
  await assert.rejects(silent, reason);

  const late = new AbortController();
  const response = await api.call("/begins", { signal: late.signal });
  const text = response.text();
  late.abort(reason);
  await assert.rejects(text);
  await assert.rejects(api.call("/", { signal: AbortSignal.abort(reason) }), reason);
});

test("a lost connection fails as fetch does, with its cause", async (t) => {
  const api = await apiAnswering(t, (request) => request.socket.destroy());
  await assert.rejects(api.call(), (error: TypeError) => {
    assert.equal(error.name, "TypeError");
    assert.equal((error.cause as NodeJS.ErrnoException).code, "ECONNRESET");
    return true;
  });
});

test("a response in several chunks is read as it arrives", async (t) => {
  let last = (): void => {};
  const api = await apiAnswering(t, (_request, response) => {
    response.write("first");
    last = () => response.end(" last");
  });
  const response = await api.call();
  const reader = response.body!.getReader();
  const first = await reader.read();
  assert.equal(Buffer.from(first.value!).toString(), "first");
  last();
  const second = await reader.read();
  assert.equal(Buffer.from(second.value!).toString(), " last");
  assert.equal((await reader.read()).done, true);
});
