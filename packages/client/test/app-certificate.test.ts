import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { checkPeriod, parseCertificate, readCertificateFile } from "../src/app-certificate.ts";
import { appToken } from "../src/app-token.ts";
import { DoorcodeError } from "../src/errors.ts";
import { type AppPem, appPem } from "./fixtures/app-pem.ts";
import { scratchFolder } from "./token-store/scratch-folder.ts";

/** A configuration error with this message that reveals nothing of the key. */
const refuses =
  (message: RegExp, hint: RegExp, secret = "") =>
  (error: unknown) => {
    assert.ok(error instanceof DoorcodeError);
    assert.equal(error.code, "configuration");
    assert.match(error.message, message);
    assert.match(error.hint, hint);
    if (secret !== "") assert.ok(!JSON.stringify([error.message, error.hint, String(error.cause)]).includes(secret));
    return true;
  };

describe("an app's certificate", () => {
  let own: AppPem;
  let other: AppPem;
  before(async () => {
    [own, other] = await Promise.all([appPem(), appPem()]);
  });

  test("is read from PEM in any order, with other text around it; a chain begins with the app's own certificate", () => {
    const { fingerprint256, validTo } = new X509Certificate(own.certificate);
    const texts = [
      own.privateKey + own.certificate,
      own.certificate + own.privateKey,
      `Bag Attributes\r\n${own.file.replaceAll("\n", "\r\n")}subject=CN = ci\n`,
      other.certificate + own.privateKey + own.certificate,
    ];
    for (const text of texts) {
      const read = parseCertificate(text);
      assert.equal(read.thumbprintSha256, fingerprint256.replaceAll(":", ""));
      assert.equal(read.notAfter, Date.parse(validTo));
      assert.equal(new X509Certificate(read.chain).fingerprint256, fingerprint256);
      assert.match(read.privateKey, /^-----BEGIN PRIVATE KEY-----/);
    }
    assert.equal(parseCertificate(texts[3]!).chain.match(/BEGIN CERTIFICATE/g)?.length, 2);
  });

  test("its key may be PKCS#1, which older tools write", () => {
    const pkcs1 = own.key.export({ type: "pkcs1", format: "pem" }).toString();
    assert.match(pkcs1, /^-----BEGIN RSA PRIVATE KEY-----/);
    assert.match(parseCertificate(pkcs1 + own.certificate).privateKey, /^-----BEGIN PRIVATE KEY-----/);
  });

  test("an encrypted key is refused, and the error says how to decrypt it", () => {
    const passphrase = { cipher: "aes-256-cbc", passphrase: "violet" };
    for (const type of ["pkcs8", "pkcs1"] as const) {
      const encrypted = own.key.export({ type, format: "pem", ...passphrase }).toString();
      assert.throws(() => parseCertificate(encrypted + own.certificate), refuses(/is encrypted/, /openssl pkey -in/));
    }
  });

  test("a key that is not RSA with at least 2048 bits is refused", async () => {
    const ec = await appPem({ kind: "ec" });
    assert.throws(
      () => parseCertificate(ec.file),
      refuses(/its key is ec; Entra and MSAL accept only RSA/, /openssl req/),
    );
    const short = await appPem({ bits: 1024 });
    assert.throws(() => parseCertificate(short.file), refuses(/shorter than 2048 bits/, /rsa:3072/));
  });

  test("the error says what is missing, duplicate, broken or mismatched, and never shows the key", () => {
    const line = own.privateKey.split("\n")[3]!;
    const cases: [string, RegExp][] = [
      ["", /no private key/],
      [own.certificate, /no private key/],
      [own.privateKey, /no certificate/],
      ["0\x82\x0a\x33\x02\x01\x03", /no private key/],
      [own.file + other.privateKey, /several private keys/],
      [other.certificate + own.privateKey, /does not belong to the certificate/],
      [own.file.replace(line, ""), /private key cannot be read/],
      [
        own.privateKey + own.certificate.replace(/\n[A-Za-z0-9+/]{20}/, "\n"),
        /contains a certificate that cannot be read/,
      ],
    ];
    for (const [text, message] of cases) assert.throws(() => parseCertificate(text), refuses(message, /./, line));
  });

  test("one that has expired or is not valid yet is refused with its dates, before anything is sent", async () => {
    const [from, to] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 6, 1)];
    const read = parseCertificate((await appPem({ from, to })).file);
    checkPeriod(read, from);
    checkPeriod(read, to - 1);
    assert.throws(() => checkPeriod(read, to), refuses(/it expired at 2026-07-01T00:00:00.000Z/, /Register a new one/));
    assert.throws(() => checkPeriod(read, from - 1), refuses(/not valid until 2026-01-01/, /clock/));
    const nothing = { send: () => assert.fail("nothing is to be sent") };
    const options = { authority: "https://issuer.example/t", clientId: "ci", scope: "api://x/.default" };
    const expired = (await appPem({ to: Date.now() - 1_000 })).file;
    assert.throws(() => appToken({ ...options, certificate: expired, transport: nothing }), refuses(/expired at/, /./));
  });

  test("a scope other than the .default of one resource is refused immediately", () => {
    for (const scope of ["", "openid", "api://x/Read", "/.default", "api://x/.default api://y/.default"]) {
      const options = { authority: "https://issuer.example/t", clientId: "ci", scope, certificate: own.file };
      assert.throws(() => appToken(options), refuses(/option scope/, /./));
    }
  });

  test("a file that other users can read or write is refused", { skip: process.platform === "win32" }, async (t) => {
    const file = join(await scratchFolder(t), "ci.pem");
    await writeFile(file, own.file, { mode: 0o600 });
    assert.equal(readCertificateFile(file), own.file);
    for (const mode of [0o640, 0o604, 0o620, 0o644]) {
      await chmod(file, mode);
      assert.throws(() => readCertificateFile(file), refuses(/users other than the owner/, /chmod 600/));
    }
    await chmod(file, 0o400);
    assert.equal(readCertificateFile(file), own.file);
  });

  test("a file that does not exist, is a folder, or is huge is refused", async (t) => {
    const folder = await scratchFolder(t);
    assert.throws(() => readCertificateFile(join(folder, "none.pem")), refuses(/none\.pem does not exist\./, /./));
    await chmod(folder, 0o700);
    assert.throws(() => readCertificateFile(folder), refuses(/ is a folder\./, /./));
    const huge = join(folder, "huge.pem");
    await writeFile(huge, "x".repeat(64 * 1024 + 1), { mode: 0o600 });
    assert.throws(() => readCertificateFile(huge), refuses(/too large for/, /./));
  });
});
