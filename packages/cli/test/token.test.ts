import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { signedInEnv, testEnv } from "./signed-in.ts";
import { refusal } from "./stand-in-issuer.ts";

const kept = /^canary-access-token-8f2a-1\n$/;

describe("doorcode token", () => {
  test("prints only the token, from the store, while the issuer is down", async (t) => {
    const { issuer, start } = await signedInEnv(t);
    await issuer.close();
    const { exit, stdout, stderr } = await start(["token"]).ended;
    assert.equal(exit, 0, stderr);
    assert.match(stdout, kept);
    assert.equal(stderr, "");
    const asked = await start(["token", "--scope", "TODO.read", "--min-ttl=30m", "--profile", "default"]).ended;
    assert.match(asked.stdout, kept, asked.stderr);
  });

  test("loads only one file for this", async (t) => {
    const { start } = await signedInEnv(t);
    const { stdout, stderr } = await start(["token"], { NODE_DEBUG: "esm,module" }).ended;
    assert.match(stdout, kept);
    const loaded = [...stderr.matchAll(/load "([^"]+)" for module/g)].map(([, file]) => file?.split("/").at(-1));
    assert.deepEqual(loaded, ["doorcode.cjs", "stored-session.cjs"]);
    assert.doesNotMatch(stderr, /msal|main\.cjs/);
  });

  test("prints a token with the granted scopes, and exits 11 for a --scope that was not granted", async (t) => {
    const { run, login, issuer } = await testEnv(t);
    const signedIn = await login("--scope", "todo.write", "--json");
    assert.equal(signedIn.exit, 0);
    assert.deepEqual(signedIn.events.at(-1)?.not_granted, ["todo.write"]);
    for (const [scope, exit] of [
      [[], 0],
      [["--scope", "todo.read"], 0],
      [["--scope", "todo.write"], 11],
      [["--scope", "todo.read todo.write"], 11],
    ] as const) {
      for (const slow of [[], ["--explain"]]) {
        const outcome = await run(["token", ...scope, ...slow]);
        assert.equal(outcome.exit, exit, scope.join(" "));
        assert.equal(outcome.stdout !== "", exit === 0, "no token that lacks the scope");
      }
    }
    const refused = await run(["token", "--scope", "todo.write"]);
    assert.match(refused.stderr, /requested scope was not granted.*todo\.write[\s\S]*doorcode login --scope/);
    assert.match((await run(["status"])).stdout, /\n {2}Not granted {2}todo\.write\n/);
    assert.deepEqual((await run(["status", "--json"])).events[0]?.not_granted, ["todo.write"]);
    issuer.tokenMembers = { scope: "todo.read todo.write" };
    assert.equal((await run(["token", "--min-ttl", "2h"])).exit, 0);
    await login("--scope", "todo.write");
    assert.doesNotMatch((await run(["status"])).stdout, /Not granted/);
  });

  test("renews a token that expires too soon, and prints the new one", async (t) => {
    const { issuer, run } = await signedInEnv(t);
    const { exit, stdout } = await run(["token", "--min-ttl", "2h"]);
    assert.equal(exit, 0);
    assert.match(stdout, /^canary-access-token-8f2a-2\n$/);
    assert.equal(issuer.count("/token", "refresh_token"), 1);
  });

  test("--json prints one event, from the store and from the issuer alike", async (t) => {
    const { run } = await signedInEnv(t);
    for (const [number, more] of [[], ["--min-ttl", "2h"]].entries()) {
      const { events } = await run(["token", "--json", ...more]);
      assert.equal(events.length, 1);
      const { access_token, expires_at, ...rest } = events[0]!;
      assert.equal(access_token, `canary-access-token-8f2a-${number + 1}`);
      assert.ok(Date.parse(String(expires_at)) > Date.now() + 3_000_000);
      assert.deepEqual(rest, {
        ...{ v: 1, event: "token", token_type: "Bearer", scopes: ["todo.read"], username: "ada@contoso.example" },
      });
    }
  });

  test("--explain describes the token on stderr, and stdout still has only the token", async (t) => {
    const { run, start } = await signedInEnv(t);
    const { stdout, stderr } = await start(["token", "--explain"]).ended;
    assert.match(stdout, kept);
    assert.match(stderr, /the store, without a request[\s\S]*Ada \(ada@contoso\.example\)[\s\S]*todo\.read/);
    const renewed = await run(["token", "--explain", "--min-ttl", "2h"]);
    assert.match(renewed.stderr, /renewed just now/);
  });

  test("exits 3 when no one is signed in, and when the issuer requires a new sign-in", async (t) => {
    const { run, login, issuer } = await testEnv(t);
    const before = await run(["token", "--json"]);
    assert.equal(before.exit, 3);
    assert.equal(before.events[0]?.code, "sign_in_needed");
    assert.match(before.stderr, /doorcode login/);
    await login();
    issuer.refresh = refusal("invalid_grant");
    const { exit, stdout, stderr } = await run(["token", "--min-ttl", "2h"]);
    assert.equal(exit, 3, stderr);
    assert.equal(stdout, "");
  });

  test("exits 3 instead of printing a token of another issuer than the environment names", async (t) => {
    const { run } = await signedInEnv(t);
    const { exit, stdout } = await run(["token"], { DOORCODE_AUTHORITY: "https://other.example" });
    assert.equal(exit, 3);
    assert.equal(stdout, "");
  });

  test("exits 7 when it must renew and the issuer is down", async (t) => {
    const { run, issuer } = await signedInEnv(t);
    await issuer.close();
    const { exit, stdout, stderr } = await run(["token", "--min-ttl", "2h"]);
    assert.equal(exit, 7, stderr);
    assert.equal(stdout, "");
  });

  test("exits 8 with a hint when the store is damaged", async (t) => {
    const { run, storeFolder } = await signedInEnv(t);
    const [file] = (await readdir(storeFolder)).filter((name) => name.endsWith(".enc"));
    await writeFile(join(storeFolder, file!), "no store at all");
    for (const command of ["token", "status", "accounts", "logout", "login"]) {
      const { exit, stdout, stderr } = await run([command]);
      assert.equal(exit, 8, `${command}: ${stderr}`);
      assert.equal(stdout, "");
      assert.match(stderr, /^doorcode: .+\n.+\n\(store_damaged\)/);
    }
  });

  test("exits 2 for unknown options and commands, with a suggestion", async (t) => {
    const { run } = await testEnv(t);
    for (const [args, near] of [
      [["token", "--scopes", "x"], "--scope"],
      [["token", "--minttl", "5m"], "--min-ttl"],
      [["tokn"], "token"],
      [["token", "--min-ttl", "soon"], "--help"],
      [["token", "extra"], "--help"],
      [["token", "--scope"], "--scope SCOPE"],
      [["token", "--json=yes"], "--help"],
    ] as const) {
      const { exit, stdout, stderr } = await run([...args]);
      assert.equal(exit, 2, args.join(" "));
      assert.equal(stdout, "");
      assert.ok(stderr.includes(near), `${args.join(" ")}: ${stderr}`);
    }
  });
});

describe("doorcode token --decode", () => {
  const jwt = (claims: object) =>
    [{ typ: "JWT", alg: "RS256" }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
  const decode = async (t: TestContext, token: string, ...more: string[]) => {
    const { start } = await testEnv(t);
    const { child, ended } = start(["token", "--decode", "-", ...more], {}, "pipe");
    child.stdin?.end(`${token}\n`);
    return ended;
  };

  test("prints header and claims of a token from stdin, without its signature, and says that nothing is verified", async (t) => {
    const claims = { sub: "ada", name: "\u001b[31mAda", exp: 1_900_000_000 };
    const { exit, stdout, stderr } = await decode(t, `${jwt(claims)}.c2ln`);
    assert.equal(exit, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), { header: { typ: "JWT", alg: "RS256" }, claims, verified: false });
    assert.ok(!stdout.includes("\u001b") && !stdout.includes("c2ln"));
    assert.equal(stderr, "Not verified: anyone can write such a token.\nexp       2030-03-17T17:46:40.000Z\n");
    const event = JSON.parse((await decode(t, `${jwt(claims)}.c2ln`, "--json")).stdout);
    assert.deepEqual([event.event, event.verified, event.claims.sub], ["decoded_token", false, "ada"]);
  });

  test("prints what the token has: control characters escaped, and all digits of a number", async (t) => {
    const name = "\u001b]0;owned\u0007\u202eAda";
    const claims = `{"name":${JSON.stringify(name)},"n":12345678901234567890,"exp":1.9e9}`;
    const token = `${[JSON.stringify({ alg: "none" }), claims].map((part) => Buffer.from(part).toString("base64url")).join(".")}.`;
    for (const more of [[], ["--json"]]) {
      const { exit, stdout, stderr } = await decode(t, token, ...more);
      assert.equal(exit, 0, stderr);
      assert.equal(JSON.parse(stdout).claims.name, name);
      assert.match(stdout, /"n": ?12345678901234567890\b/);
      assert.doesNotMatch(stdout, /(?!\n)\p{Cc}|\u202e/u);
      assert.match(stderr, /exp +2030-03-17T17:46:40/);
    }
    const [header] = token.split(".");
    const notUtf8 = Buffer.from([...Buffer.from('{"sub":"'), 0xff, ...Buffer.from('"}')]).toString("base64url");
    assert.equal((await decode(t, `${header}.${notUtf8}.`)).exit, 1);
  });

  test("of the profile's own opaque token says that it has no claims to read, and repeats nothing of it", async (t) => {
    const { start } = await signedInEnv(t);
    const { exit, stdout, stderr } = await start(["token", "--decode"]).ended;
    assert.deepEqual([exit, stdout], [1, ""]);
    assert.match(stderr, /^doorcode: This token is not a JWT/);
    assert.doesNotMatch(stderr, /canary/);
  });

  test("takes no token from the command line, and nothing that is no JWT", async (t) => {
    const { run } = await testEnv(t);
    const token = `${jwt({ sub: "ada" })}.c2ln`;
    const onArgv = await run(["token", "--decode", token]);
    assert.deepEqual([onArgv.exit, onArgv.stderr.includes(token.slice(0, 20))], [2, false]);
    assert.match(onArgv.stderr, /every user of this machine can read it/);
    for (const wrong of ["a.b", "a.b.c", `${jwt({ sub: "ada" })}.`.replace(/^[^.]+/, "bnVsbA"), `${token}.more`]) {
      const { exit, stdout } = await decode(t, wrong);
      assert.deepEqual([exit, stdout], [1, ""], wrong);
    }
    const empty = await decode(t, "");
    assert.deepEqual([empty.exit, empty.stdout], [2, ""]);
    assert.match(empty.stderr, /The token is read from stdin, which is empty\./);
  });
});
