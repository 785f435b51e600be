import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { doorcode } from "./cli-process.ts";
import { type TestEnv, testEnv } from "./signed-in.ts";

const secret = "canary-client-secret-90d2";
const byPost = { token_endpoint_auth_methods_supported: ["client_secret_post"] };

/** A file that only its owner can read, as for a secret. */
async function privateFile({ folder }: TestEnv, name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

const secretsSent = ({ issuer }: TestEnv, path: string) =>
  issuer.requests.filter((each) => each.path === path).map(({ form }) => form.get("client_secret"));

describe("a confidential client", () => {
  test("signs in, renews and signs out with the secret in a file; the profile remembers the path", async (t) => {
    const env = await testEnv(t);
    env.issuer.metadata = byPost;
    const file = await privateFile(env, "secret", `${secret}\n`);
    const login = await env.login("--client-secret-file", file);
    assert.equal(login.exit, 0, login.stderr);
    assert.equal((await env.run(["token", "--min-ttl", "2h"])).exit, 0);
    assert.equal((await env.run(["login"])).exit, 0, "the path is enough");
    assert.equal((await env.run(["logout", "--everywhere"])).exit, 0);
    assert.deepEqual(secretsSent(env, "/device_authorization"), [secret, secret]);
    assert.deepEqual(secretsSent(env, "/token"), [secret, secret, secret]);
    assert.deepEqual(secretsSent(env, "/revoke"), [secret]);
    for (const name of await readdir(env.storeFolder)) {
      assert.ok(!(await readFile(join(env.storeFolder, name))).includes(secret), name);
    }
  });

  test("reads its secret from stdin, again for a renewal, and does not store it", async (t) => {
    const env = await testEnv(t);
    env.issuer.metadata = byPost;
    const { authority } = env.issuer;
    const withStdin = async (args: string[]) => {
      const running = doorcode([...args, "--client-secret-file", "-"], {
        env: { DOORCODE_STORE_DIR: env.storeFolder, HOME: env.folder },
        stdin: "pipe",
      });
      running.child.stdin?.end(secret);
      return await running.ended;
    };
    const target = ["--authority", authority, "--client-id", "6a1b1c1e-24a4-4bd9-9a53-3b5e7f0e6a11"];
    const login = await withStdin(["login", ...target, "--scope", "todo.read"]);
    assert.equal(login.exit, 0, login.stderr);
    assert.equal((await withStdin(["token", "--min-ttl", "2h"])).exit, 0);
    assert.deepEqual(secretsSent(env, "/token"), [secret, secret]);
    assert.equal((await env.run(["token"])).exit, 0, "a stored token needs none");
    await env.run(["token", "--min-ttl", "2h"]);
    assert.equal(secretsSent(env, "/token").at(-1), null);
  });

  test("signs assertions with the key in a file, which the environment can name as well", async (t) => {
    const env = await testEnv(t);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const file = await privateFile(env, "key.pem", pem);
    const args = ["login", "--authority", env.issuer.authority, "--client-id", "6a1b1c1e-24a4-4bd9-9a53-3b5e7f0e6a11"];
    const { exit, stderr } = await env.run(args, { DOORCODE_CLIENT_KEY_FILE: file });
    assert.equal(exit, 0, stderr);
    const sent = env.issuer.requests.filter(({ path }) => path === "/token" || path === "/device_authorization");
    assert.ok(sent.length === 2 && sent.every(({ form }) => form.get("client_assertion")?.split(".").length === 3));
  });

  test("exits 2 with the reason for an unusable file, before any request", async (t) => {
    const env = await testEnv(t);
    const file = await privateFile(env, "secret", secret);
    const empty = await privateFile(env, "empty", "\n");
    for (const [args, message] of [
      [["--client-secret-file", join(env.folder, "none")], /The file .*none with the client secret does not exist\./],
      [["--client-secret-file", empty], /The client secret from .*empty is empty/],
      [["--client-key-file", file], /private key cannot be read/],
      [["--client-secret-file", file, "--client-key-file", file], /cannot be used together/],
      [["--client-secret", secret], /does not belong on the command line/],
    ] as const) {
      const { exit, stderr } = await env.login(...args);
      assert.equal(exit, 2, stderr);
      assert.match(stderr, message);
      assert.ok(!stderr.includes(secret));
    }
    // A file that an orchestrator mounted as root may be readable for all, but only root may write it.
    await chmod(file, 0o646);
    assert.match((await env.login("--client-secret-file", file)).stderr, /Other users can[\s\S]*chmod 600/);
    assert.equal(env.issuer.count("/device_authorization"), 0);
  });
});

test("--device-endpoint and --token-endpoint work for an issuer without these endpoints, and are remembered", async (t) => {
  const env = await testEnv(t);
  const { authority } = env.issuer;
  env.issuer.metadata = { device_authorization_endpoint: undefined };
  const without = await env.login();
  assert.equal(without.exit, 1);
  assert.match(without.stderr, /no device_authorization_endpoint[\s\S]*--device-endpoint/);
  const named = await env.login("--device-endpoint", `${authority}/device_authorization`);
  assert.equal(named.exit, 0, named.stderr);
  assert.equal((await env.run(["login"])).exit, 0);
  assert.equal((await env.login("--token-endpoint", "http://issuer.example/token")).exit, 2);
});
