import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createPlainServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { unreachable } from "../../src/issuer/issuer-answer.ts";
import { nodeTransport } from "../../src/transport/node-transport.ts";
import { TransportError } from "../../src/transport/transport.ts";
import { httpsServer } from "../fixtures/https-server.ts";
import { manualClock } from "../fixtures/manual-clock.ts";

const get = { method: "GET", timeoutMs: 5_000 } as const;
/** Its time is frozen: no exchange ends at its time limit, even on a slow machine. */
const unhurried = (ca?: string) => nodeTransport({ ca, clock: manualClock() });
const kind = (expected: TransportError["kind"]) => (error: unknown) =>
  error instanceof TransportError && error.kind === expected;

describe("the transport", { concurrency: true }, () => {
  test("sends a form and returns status, lower-case headers and body, on one connection", async (t) => {
    const server = await httpsServer(t, (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        response.writeHead(400, { "X-Ms-Request-Id": "r1", "Set-Cookie": ["a=1", "b=2"] });
        response.end(`${request.method} ${request.headers["content-type"]} ${Buffer.concat(chunks)}`);
      });
    });
    const clock = manualClock();
    const transport = nodeTransport({ ca: server.ca, clock });
    const request = {
      url: `${server.origin}/token`,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "name=ä",
      timeoutMs: 5_000,
    } as const;
    const answer = await transport.send(request);
    assert.equal(answer.status, 400);
    assert.equal(answer.headers["x-ms-request-id"], "r1");
    assert.equal(answer.body, "POST application/x-www-form-urlencoded name=ä");
    await transport.send(request);
    await transport.send(request);
    assert.equal(server.connections(), 1);
    assert.equal(clock.sleeping(), 0);
  });

  test("a socket that hangs, before or during the response, ends at the time limit", async (t) => {
    let drip = async (): Promise<void> => {};
    const asked = new EventEmitter();
    const server = await httpsServer(t, (request, response) => {
      if (request.url === "/drip") drip = () => new Promise((written) => response.write("x", () => written()));
      asked.emit("request");
    });
    const clock = manualClock();
    const transport = nodeTransport({ ca: server.ca, clock });
    for (const path of ["/silent", "/drip"]) {
      let ended = false;
      const arrived = once(asked, "request");
      const sent = transport.send({ url: server.origin + path, method: "GET", timeoutMs: 200 });
      const failed = assert.rejects(
        sent.finally(() => {
          ended = true;
        }),
        kind("timeout"),
      );
      await arrived;
      for (let passed = 0; passed < 199; passed++) {
        if (passed % 20 === 0) await drip();
        await clock.advance(1);
      }
      assert.equal(ended, false, path);
      await clock.advance(1);
      await failed;
    }
    assert.equal(clock.sleeping(), 0);
  });

  test("the time limit uses the system's time if no clock is given", async (t) => {
    const server = await httpsServer(t, () => {});
    const sent = nodeTransport({ ca: server.ca }).send({ url: server.origin, method: "GET", timeoutMs: 20 });
    await assert.rejects(sent, kind("timeout"));
  });

  test("an aborted exchange ends immediately with the signal's reason", async (t) => {
    const ending = new AbortController();
    const reason = new Error("enough");
    const connection = new EventEmitter();
    const closed = once(connection, "close");
    const server = await httpsServer(t, (_, response) => {
      response.on("close", () => connection.emit("close"));
      ending.abort(reason);
    });
    const transport = unhurried(server.ca);
    const request = { ...get, url: server.origin, signal: ending.signal };
    await assert.rejects(transport.send(request), (error) => error === reason);
    await closed;
    await assert.rejects(transport.send(request), (error) => error === reason);
  });

  test("a response of 1 MiB is accepted, a larger one is rejected", async (t) => {
    const server = await httpsServer(t, (request, response) => {
      response.end(Buffer.alloc(1024 * 1024 + (request.url === "/more" ? 1 : 0), "x"));
    });
    const transport = unhurried(server.ca);
    assert.equal((await transport.send({ ...get, url: server.origin })).body.length, 1024 * 1024);
    await assert.rejects(transport.send({ ...get, url: `${server.origin}/more` }), kind("too_large"));
  });

  test("a response that is cut off is a lost connection, and so is a port where nothing listens", async (t) => {
    const server = await httpsServer(t, (request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
      setImmediate(() => request.socket.destroy());
    });
    const transport = unhurried(server.ca);
    await assert.rejects(transport.send({ ...get, url: server.origin }), kind("connection"));
    await assert.rejects(transport.send({ ...get, url: "https://localhost:1/" }), (error) => {
      assert.ok(error instanceof TransportError);
      assert.equal(error.kind, "connection");
      assert.match(error.message, /connection refused by localhost:1 \(ECONNREFUSED\)/);
      return true;
    });
  });

  test("a certificate of another CA, and one for another name, are not trusted", async (t) => {
    const server = await httpsServer(t, (_, response) => response.end("secret"));
    const other = await httpsServer(t, (_, response) => response.end("secret"), ["other.example"]);
    await assert.rejects(unhurried().send({ ...get, url: server.origin }), kind("tls"));
    await assert.rejects(unhurried(other.ca).send({ ...get, url: server.origin }), kind("tls"));
    const wrongName = { ...get, url: `https://localhost:${other.port}/` };
    await assert.rejects(unhurried(other.ca).send(wrongName), kind("tls"));
  });

  test("a certificate outside its validity period: the error names this computer's clock", async (t) => {
    const day = 86_400_000;
    for (const [from, to, code] of [
      [-2 * day, -day, "CERT_HAS_EXPIRED"],
      [day, 2 * day, "CERT_NOT_YET_VALID"],
    ] as const) {
      const period = { notBefore: new Date(Date.now() + from), notAfter: new Date(Date.now() + to) };
      const server = await httpsServer(t, (_, response) => response.end("secret"), ["localhost"], period);
      await assert.rejects(unhurried(server.ca).send({ ...get, url: server.origin }), (error) => {
        assert.ok(error instanceof TransportError);
        assert.match(error.message, new RegExp(`at 20\\S+, by this machine's clock \\(${code}\\)$`));
        assert.match(unreachable(error).hint, /Correct this machine's clock if it is wrong/);
        return true;
      });
    }
  });

  test("the program's CA is trusted in addition to NODE_EXTRA_CA_CERTS", async (t) => {
    const first = await httpsServer(t, (_, response) => response.end("first"));
    const second = await httpsServer(t, (_, response) => response.end("second"));
    const folder = await scratch(t);
    await writeFile(join(folder, "extra.pem"), first.ca);
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, "extra.pem") };
    const self = fileURLToPath(import.meta.url);
    const script = fileURLToPath(new URL(`../fixtures/ask-two${extname(self)}`, import.meta.url));
    const args = [...process.execArgv.filter((arg) => !arg.startsWith("--test")), script];
    const { stdout } = await promisify(execFile)(process.execPath, [...args, first.origin, second.origin, second.ca], {
      env,
    });
    assert.equal(stdout, "first\nsecond\n");
  });

  test("a `ca` that is not a certificate is rejected", () => {
    assert.throws(() => nodeTransport({ ca: "/etc/ca.pem" }), { code: "configuration" });
  });

  test("http is allowed only for this computer", async (t) => {
    const server = createPlainServer((_, response) => response.end("plain"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const transport = unhurried();
    assert.equal((await transport.send({ ...get, url: `http://localhost:${port}/` })).body, "plain");
    for (const url of [
      "http://issuer.example/",
      "http://localhost.issuer.example/",
      "http://10.0.0.1/",
      "ftp://localhost/",
    ]) {
      await assert.rejects(transport.send({ ...get, url }), { code: "configuration" });
    }
  });

  test("a redirect is returned as the response and not followed", async (t) => {
    const asked: (string | undefined)[] = [];
    const server = await httpsServer(t, (request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    const answer = await unhurried(server.ca).send({ ...get, url: `${server.origin}/here` });
    assert.equal(answer.status, 302);
    assert.deepEqual(asked, ["/here"]);
  });
});

async function scratch(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-transport-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
