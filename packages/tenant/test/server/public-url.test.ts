import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { issueLeaf } from "../../src/server/certificates.ts";
import { checkPublicUrl } from "../../src/server/check-network.ts";
import { loadLocalCa } from "../../src/server/local-ca.ts";
import { askPublicUrl } from "../../src/server/public-url.ts";
import { scratch } from "./scratch.ts";

const TENANT = "11111111-1111-1111-1111-111111111111";

/** A server that this process trusts, at its origin. */
async function serving(t: TestContext, answer: (response: ServerResponse, origin: string) => void): Promise<string> {
  const { origin, pem } = await servingUntrusted(t, answer);
  const trusted = getCACertificates("default");
  setDefaultCACertificates([...trusted, pem]);
  t.after(() => setDefaultCACertificates(trusted));
  return origin;
}

async function servingUntrusted(
  t: TestContext,
  answer: (response: ServerResponse, origin: string) => void,
): Promise<{ origin: string; pem: string }> {
  const ca = await loadLocalCa(await scratch(t), undefined, Date.now());
  const { key, cert } = await issueLeaf(ca, ca.hosts, Date.now());
  const server = createServer({ key, cert }, (_request, response) => answer(response, origin));
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, pem: ca.pem };
}

test("a public URL that serves this tenant's metadata is this tenant", async (t) => {
  const origin = await serving(t, (response, at) => response.end(JSON.stringify({ issuer: `${at}/${TENANT}/v2.0` })));
  assert.deepEqual(await askPublicUrl(origin, TENANT), { by: "this tenant" });
});

test("a public URL with a certificate of a private CA is asked if a file names that CA", async (t) => {
  const answer = (response: ServerResponse, at: string) =>
    void response.end(JSON.stringify({ issuer: `${at}/${TENANT}/v2.0` }));
  const { origin, pem } = await servingUntrusted(t, answer);
  const file = join(await scratch(t), "ca.pem");
  await writeFile(file, pem);
  assert.equal((await checkPublicUrl(origin, TENANT)).isOurs, false);
  assert.equal((await checkPublicUrl(origin, TENANT, [file])).isOurs, true);
  assert.equal((await checkPublicUrl(origin, TENANT, [`${file}.missing`])).isOurs, false);
});

test("of another server that never stops sending, 64 KB are read", async (t) => {
  const ended = Promise.withResolvers<void>();
  const origin = await serving(t, (response) => {
    response.once("close", ended.resolve);
    const send = () => {
      while (!response.destroyed && response.write("x".repeat(16 * 1024)));
    };
    response.on("drain", send);
    send();
  });
  const answer = await askPublicUrl(origin, TENANT);
  assert.equal(answer.by, "another server");
  assert.match("reason" in answer ? answer.reason : "", /another server \(status 200\)/);
  await ended.promise;
});
