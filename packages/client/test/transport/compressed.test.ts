import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { nodeTransport } from "../../src/transport/node-transport.ts";
import { manualClock } from "../fixtures/manual-clock.ts";
import { plainIssuer } from "../fixtures/plain-issuer.ts";

const codings: [what: string, coding: string, compress: (text: string | Buffer) => Buffer][] = [
  ["gzip", "gzip", gzipSync],
  ["gzip by its old name", "x-gzip", gzipSync],
  ["gzip in mixed case", "GZip", gzipSync],
  ["deflate", "deflate", deflateSync],
  ["deflate without its header", "deflate", deflateRawSync],
  ["br", "br", brotliCompressSync],
  ["identity", "identity", (text) => Buffer.from(text)],
  ["twice", "deflate, gzip", (text) => gzipSync(deflateSync(text))],
];
const get = { method: "GET", timeoutMs: 5_000 } as const;
/** Its time is frozen: no exchange ends at its time limit, even on a slow machine. */
const unhurried = () => nodeTransport({ clock: manualClock() });

describe("a response that is compressed although the request did not ask for it", () => {
  for (const [what, coding, compress] of codings) {
    test(`is read: ${what}`, async (t) => {
      const issuer = await plainIssuer(t);
      const text = JSON.stringify({ name: "Ä".repeat(1_000) });
      issuer.answer = () => ({ body: compress(text), headers: { "content-encoding": coding } });
      const answer = await unhurried().send({ ...get, url: `${issuer.origin}/any` });
      assert.equal(answer.body, text);
      assert.equal(issuer.requests[0]?.headers["accept-encoding"], "identity");
    });
  }

  test("works for a whole sign-in", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.compress = gzipSync;
    const session = await issuer.client().client.signIn();
    assert.notEqual((await session.getToken({ forceRefresh: true })).token, undefined);
    assert.equal((await session.signOut({ everywhere: true })).revoked, "yes");
  });

  test("without a body stays a response without a body", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.answer = () => ({ body: "", headers: { "content-encoding": "gzip" } });
    assert.equal((await unhurried().send({ ...get, url: `${issuer.origin}/any` })).body, "");
  });

  test("that exceeds 1 MiB, is damaged or has an unknown encoding is an error that says which", async (t) => {
    for (const [coding, body, kind, message] of [
      ["gzip", gzipSync(Buffer.alloc(1024 * 1024 + 1)), "too_large", /more than 1 MiB/],
      ["br", brotliCompressSync(Buffer.alloc(64 * 1024 * 1024)), "too_large", /more than 1 MiB/],
      ["gzip", Buffer.from("{}"), "connection", /gzip answer from .* is damaged/],
      ["gzip", gzipSync("{}").subarray(0, 12), "connection", /damaged/],
      ["zstandard", Buffer.from("{}"), "connection", /an unsupported content coding \(zstandard\)/],
      ["__proto__", Buffer.from("{}"), "connection", /unsupported content coding/],
    ] as const) {
      const issuer = await plainIssuer(t);
      issuer.answer = () => ({ body, headers: { "content-encoding": coding } });
      const sending = unhurried().send({ ...get, url: `${issuer.origin}/any` });
      await assert.rejects(sending, { name: "TransportError", kind, message }, coding);
    }
  });
});
