import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import * as nodeTls from "node:tls";
import { inspect } from "node:util";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { createGuard } from "../src/index.ts";
import { type LocalIssuer, localIssuer, serviceUnavailable } from "./fixtures/local-issuer.ts";
import { localhostCertificate } from "./fixtures/localhost-certificate.ts";
import { refused } from "./fixtures/refused.ts";

const second = 1_000;
const minute = 60 * second;

describe("an issuer's keys", () => {
  test("are read once, even for many simultaneous first requests", async () => {
    await using at = await localIssuer();
    const guard = createGuard({ ...at.trust, profile: "entra" });
    const jwt = await at.sign(at.entraClaims());
    await Promise.all(Array.from({ length: 32 }, () => guard.verify(jwt)));
    assert.deepEqual(at.requests, { metadata: 1, keys: 1 });
  });

  test("are read from jwksUri if it is set, without reading metadata", async () => {
    await using at = await localIssuer();
    const guard = createGuard({ ...at.trust, profile: "entra", jwksUri: at.jwksUri });
    await guard.verify(await at.sign(at.entraClaims()));
    assert.deepEqual(at.requests, { metadata: 0, keys: 1 });
  });

  test("are named in errors without a user name, password or query of jwksUri", async () => {
    await using at = await localIssuer();
    at.breakWith(serviceUnavailable);
    const jwksUri = `${at.jwksUri.replace("://", "://person:canary@")}?key=canary`;
    const guard = createGuard({ ...at.trust, profile: "entra", jwksUri });
    const jwt = await at.sign(at.entraClaims());
    const error = await refused(guard.verify(jwt), "issuer_unreachable", 503);
    assert.equal((error.cause as Error).message, `${at.jwksUri} answered 503`);
    assert.doesNotMatch(inspect(error, { depth: 9 }), /canary/);
  });

  test("are requested as JSON, on a connection that is not kept open", async () => {
    await using at = await localIssuer();
    const sent: (string | undefined)[][] = [];
    at.breakWith((request, response) => {
      sent.push([request.headers.accept, request.headers.connection]);
      serviceUnavailable(request, response);
    });
    const guard = createGuard({ ...at.trust, profile: "entra" });
    await refused(guard.verify(await at.sign(at.entraClaims())), "issuer_unreachable", 503);
    assert.deepEqual(sent, [["application/json", "close"]]);
  });

  test("are found for an issuer with a trailing slash", async () => {
    await using at = await localIssuer();
    const issuer = `${at.issuer}/`;
    at.describe({ issuer });
    const guard = createGuard({ ...at.trust, issuer, tenantId: at.tenantId, profile: "entra" });
    assert.equal((await guard.verify(await at.sign(at.entraClaims({ iss: issuer })))).issuer, issuer);
  });

  test("are read again when they are ten minutes old, and then a withdrawn key no longer counts", async () => {
    await using at = await localIssuer();
    const guard = createGuard({ ...at.trust, profile: "entra" });
    const old = await at.sign(at.entraClaims());
    await guard.verify(old);
    await at.rotate({ keepOld: false });
    at.clock.advance(10 * minute - 1);
    await guard.verify(old);
    assert.equal(at.requests.keys, 1);
    at.clock.advance(1);
    await refused(guard.verify(old), "key_unknown");
    await guard.verify(await at.sign(at.entraClaims()));
    assert.equal(at.requests.keys, 2);
  });

  test("are read again for a new key, so a rotation takes effect immediately", async () => {
    await using at = await localIssuer();
    const guard = createGuard({ ...at.trust, profile: "entra" });
    const old = await at.sign(at.entraClaims());
    await guard.verify(old);
    at.clock.advance(30 * second);
    await at.rotate();
    await guard.verify(await at.sign(at.entraClaims()));
    await guard.verify(old);
    assert.equal(at.requests.keys, 2);
  });

  test("are loaded at most once per cool-down, regardless of the key IDs that a caller invents", async () => {
    await using at = await localIssuer();
    const guard = createGuard({ ...at.trust, profile: "entra", cooldownMs: 20 * second });
    await guard.verify(await at.sign(at.entraClaims()));
    const madeUp = async () => guard.verify(await at.sign(at.entraClaims(), { kid: randomUUID() }));
    for (let i = 0; i < 20; i++) await refused(madeUp(), "key_unknown");
    assert.equal(at.requests.keys, 1);
    at.clock.advance(20 * second);
    await Promise.all(Array.from({ length: 20 }, () => refused(madeUp(), "key_unknown")));
    for (let i = 0; i < 20; i++) await refused(madeUp(), "key_unknown");
    assert.equal(at.requests.keys, 2);
    await guard.verify(await at.sign(at.entraClaims()));
  });

  test("are not requested for a token that is invalid anyway", async () => {
    await using at = await localIssuer();
    const guard = createGuard({ ...at.trust, profile: "entra" });
    await refused(guard.verify(await at.sign(at.entraClaims({ iss: "https://other.example" }))), "issuer_unknown");
    await refused(guard.verify("a.b.c"), "token_malformed");
    const unsigned = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    const [, payload] = (await at.sign(at.entraClaims())).split(".");
    await refused(guard.verify(`${unsigned}.${payload}.`), "algorithm_refused");
    assert.deepEqual(at.requests, { metadata: 0, keys: 0 });
  });

  test("of another issuer in a shared set are not accepted for this one", async () => {
    await using at = await localIssuer();
    const other = at.issuer.replace(at.tenantId, randomUUID());
    const template = at.issuer.replace(at.tenantId, "{tenantid}");
    const cases: [string, boolean][] = [
      [at.issuer, true],
      [template, true],
      [other, false],
      [template.replace("127.0.0.1", "127.0.0.2"), false],
      [`${template}/more`, false],
      [template.replace("/v2.0", ""), false],
    ];
    for (const [issuer, good] of cases) {
      const guard = createGuard({ ...at.trust, profile: "entra" });
      at.publish([
        { ...at.jwk, issuer },
        { kty: "RSA", kid: "another", n: at.jwk.n, e: at.jwk.e },
      ]);
      const attempt = guard.verify(await at.sign(at.entraClaims()));
      await (good ? attempt : refused(attempt, "key_unknown"));
    }
  });

  test("that are secret or for encryption are not used, and odd entries are ignored", async () => {
    await using at = await localIssuer();
    const { kid } = at.jwk;
    const octet = { kty: "oct", kid, k: "c2VjcmV0" };
    for (const unusable of [octet, { ...at.jwk, d: "AQAB" }, { ...at.jwk, use: "enc" }, { ...at.jwk, kid: "other" }]) {
      const guard = createGuard({ ...at.trust, profile: "entra" });
      at.publish([unusable, null, 7, "key", { kty: "RSA", kid: "spare", n: at.jwk.n, e: at.jwk.e }]);
      await refused(guard.verify(await at.sign(at.entraClaims())), "key_unknown");
    }
  });
});

describe("a token without a key ID", () => {
  test("is accepted if exactly one key of the issuer fits, and rejected if several do", async () => {
    await using at = await localIssuer();
    const guard = () => createGuard({ ...at.trust, profile: "entra" });
    const nameless = () => at.sign(at.entraClaims(), { kid: undefined });
    await guard().verify(await nameless());
    await at.rotate();
    const error = await refused(guard().verify(await nameless()), "key_unknown");
    assert.match(error.message, /does not name its signing key/);
    assert.match(error.hint, /kid/);
    at.publish([at.jwk, { ...at.jwk }]);
    assert.match(
      (await refused(guard().verify(await at.sign(at.entraClaims())), "key_unknown")).hint,
      /publish each kid only once/,
    );
  });
});

test("compressed keys are decompressed", async () => {
  for (const [coding, pack] of Object.entries({ gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync })) {
    await using at = await localIssuer();
    const answers = { keys: { keys: [at.jwk] }, metadata: { issuer: at.issuer, jwks_uri: at.jwksUri } };
    at.breakWith((request, response) => {
      const body = request.url?.endsWith("keys") ? answers.keys : answers.metadata;
      response.setHeader("content-encoding", coding).end(pack(JSON.stringify(body)));
    });
    await createGuard({ ...at.trust, profile: "entra" }).verify(await at.sign(at.entraClaims()));
  }
});

describe("an issuer that is down", () => {
  test("before its keys were ever read leads to 503 without a challenge, and to a new attempt a second later", async () => {
    await using at = await localIssuer();
    const guard = createGuard({ ...at.trust, profile: "entra" });
    const jwt = await at.sign(at.entraClaims());
    at.breakWith(serviceUnavailable);
    const error = await refused(guard.verify(jwt), "issuer_unreachable", 503);
    assert.equal(error.wwwAuthenticate, null);
    assert.match(String((error.cause as Error).message), /answered 503/);
    at.breakWith(undefined);
    await refused(guard.verify(jwt), "issuer_unreachable", 503);
    assert.equal(at.requests.metadata, 1);
    at.clock.advance(second);
    await guard.verify(jwt);
  });

  test("later is bridged by the previous keys for at most a day, with one request per cool-down", async () => {
    await using at = await localIssuer();
    const guard = createGuard({ ...at.trust, profile: "entra" });
    const jwt = () => at.sign(at.entraClaims());
    await guard.verify(await jwt());
    at.breakWith(serviceUnavailable);
    at.clock.advance(11 * minute);
    for (let i = 0; i < 10; i++) await guard.verify(await jwt());
    assert.equal(at.requests.metadata, 2);
    at.clock.advance(29 * second);
    await guard.verify(await jwt());
    assert.equal(at.requests.metadata, 2);
    at.clock.advance(second);
    await guard.verify(await jwt());
    assert.equal(at.requests.metadata, 3);
    at.clock.advance(23 * 60 * minute);
    await guard.verify(await jwt());
    // Ten minutes and a day after the keys were read.
    at.clock.advance(59 * minute - 30 * second - 1);
    await guard.verify(await jwt());
    at.clock.advance(1);
    await refused(guard.verify(await jwt()), "issuer_unreachable", 503);
    at.breakWith(undefined);
    at.clock.advance(30 * second);
    await guard.verify(await jwt());
  });

  const broken: [string, (at: LocalIssuer) => void, RegExp][] = [
    ["drops the connection", (at) => at.breakWith((request) => request.socket.destroy()), /socket hang up/],
    [
      "returns HTML",
      (at) => at.breakWith((_r, response) => response.setHeader("content-type", "text/html; charset=x").end("<html>")),
      /configuration did not answer with JSON but with a body of type text\/html$/,
    ],
    [
      "returns nothing",
      (at) => at.breakWith((_r, response) => response.end()),
      /not answer with JSON but with a body of type no type/,
    ],
    [
      "declares gzip without compressing",
      (at) => at.breakWith((_r, response) => response.setHeader("content-encoding", "gzip").end("{}")),
      /labels its answer gzip, but it is not/,
    ],
    [
      "sends too much when decompressed",
      (at) => at.breakWith((_r, res) => res.setHeader("content-encoding", "gzip").end(gzipSync(Buffer.alloc(600_000)))),
      /more than 524288 bytes/,
    ],
    [
      "uses an unknown encoding",
      (at) => at.breakWith((_r, response) => response.setHeader("content-encoding", "zip").end("{}")),
      /a Content-Encoding that is not supported/,
    ],
    [
      "returns null",
      (at) => at.breakWith((_request, response) => response.end("null")),
      /not answer with a JSON object/,
    ],
    [
      "returns a list",
      (at) => at.breakWith((_request, response) => response.end("[]")),
      /not answer with a JSON object/,
    ],
    [
      "returns a number",
      (at) => at.breakWith((_request, response) => response.end("7")),
      /not answer with a JSON object/,
    ],
    ["returns far too much", (at) => at.breakWith((_r, response) => response.end("9".repeat(600_000))), /more than/],
    ["redirects", (at) => at.breakWith((_r, response) => response.writeHead(302, { location: "/" }).end()), /302/],
    ["describes another issuer", (at) => at.describe({ issuer: "https://other.example" }), /belongs to another issuer/],
    ["has its keys on plain http", (at) => at.describe({ jwks_uri: "http://other.example/keys" }), /not an https URL/],
    ["has its keys in a file", (at) => at.describe({ jwks_uri: "file:///etc/passwd" }), /not an https URL/],
    ["names its keys in a list", (at) => at.describe({ jwks_uri: [at.jwksUri] }), /not an https URL/],
    ["names no keys", (at) => at.describe({ jwks_uri: undefined }), /not an https URL/],
    ["publishes no list", (at) => at.publish("keys" as never), /keys is not a key set: it has no list of keys/],
    ["publishes an empty set", (at) => at.publish([]), /keys is an empty key set/],
    ["publishes only secrets", (at) => at.publish([{ ...at.jwk, d: "AQAB" }]), /has no public keys for http/],
  ];
  for (const [name, breakIt, cause] of broken) {
    test(`or ${name}: no token is accepted, and none is called invalid`, async () => {
      await using at = await localIssuer();
      const guard = createGuard({ ...at.trust, profile: "entra" });
      breakIt(at);
      const attempt = guard.verify(await at.sign(at.entraClaims()));
      const error = await refused(attempt, "issuer_unreachable", 503);
      assert.match((error.cause as Error).message, cause);
    });
  }
});

test("the response of an issuer that fails and keeps sending is not read", async (t) => {
  await using at = await localIssuer();
  // The time limit would also close the connection, but later.
  t.mock.method(AbortSignal, "timeout", () => new AbortController().signal);
  const closed = new Promise((resolve) =>
    at.breakWith((_request, response) => {
      response.once("close", resolve);
      response.writeHead(503).write("down");
    }),
  );
  const guard = createGuard({ ...at.trust, profile: "entra" });
  await refused(guard.verify(await at.sign(at.entraClaims())), "issuer_unreachable", 503);
  await closed;
});

test("a response of an issuer may have 512 KiB", async () => {
  await using at = await localIssuer();
  const { kid, ...key } = at.jwk;
  const size = (padding: string) => Buffer.byteLength(JSON.stringify({ keys: [{ ...key, kid, padding }] }));
  at.publish([{ ...at.jwk, padding: "x".repeat(512 * 1024 - size("")) }]);
  const guard = createGuard({ ...at.trust, profile: "entra" });
  const jwt = await at.sign(at.entraClaims());
  await guard.verify(jwt);
  at.publish([{ ...at.jwk, padding: "x".repeat(512 * 1024 - size("") + 1) }]);
  await refused(createGuard({ ...at.trust, profile: "entra" }).verify(jwt), "issuer_unreachable", 503);
});

describe("a clock that is set back", () => {
  test("does not block a new key", async () => {
    await using at = await localIssuer();
    const guard = createGuard({ ...at.trust, profile: "entra" });
    await guard.verify(await at.sign(at.entraClaims()));
    at.clock.advance(-9 * minute);
    await at.rotate();
    await guard.verify(await at.sign(at.entraClaims()));
  });

  test("does not keep a withdrawn key", async () => {
    await using at = await localIssuer();
    const guard = createGuard({ ...at.trust, profile: "entra" });
    await guard.verify(await at.sign(at.entraClaims()));
    at.clock.advance(-180 * minute);
    const old = await at.sign(at.entraClaims());
    await at.rotate({ keepOld: false });
    await refused(guard.verify(old), "key_unknown");
  });
});

describe("over https", () => {
  test("the issuer's CA is trusted only if it is given", async () => {
    const { ca, ...tls } = await localhostCertificate();
    await using at = await localIssuer({ tls });
    const jwt = await at.sign(at.entraClaims());
    const guard = createGuard({ ...at.trust, profile: "entra", ca });
    assert.equal((await guard.verify(jwt)).issuer, at.issuer);

    const untrusting = createGuard({ ...at.trust, profile: "entra" });
    const error = await refused(untrusting.verify(jwt), "issuer_unreachable", 503);
    assert.match(String((error.cause as NodeJS.ErrnoException).code), /CERT|SIGNATURE/);
    const { ca: anotherCa } = await localhostCertificate();
    const misled = createGuard({ ...at.trust, profile: "entra", ca: anotherCa });
    await refused(misled.verify(jwt), "issuer_unreachable", 503);
  });

  const skip = nodeTls.setDefaultCACertificates === undefined && "this Node.js cannot change what it trusts";
  test("an issuer that Node.js already trusts is still trusted if a CA is given", { skip }, async (t) => {
    const { ca, ...tls } = await localhostCertificate();
    const { ca: another } = await localhostCertificate();
    await using at = await localIssuer({ tls });
    const before = nodeTls.getCACertificates("default");
    t.after(() => nodeTls.setDefaultCACertificates(before));
    nodeTls.setDefaultCACertificates([...before, ca]);
    const guard = createGuard({ ...at.trust, profile: "entra", ca: another });
    assert.equal((await guard.verify(await at.sign(at.entraClaims()))).issuer, at.issuer);
  });
});
