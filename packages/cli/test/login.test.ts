import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { describe, test } from "node:test";
import { packageFolder } from "./cli-process.ts";
import { testEnv } from "./signed-in.ts";
import { pending, refusal } from "./stand-in-issuer.ts";

test("doorcode login suggests the URL of the tenant at an authority without a scheme", async (t) => {
  const { run, issuer } = await testEnv(t);
  const meant = "https://localhost:8443/9d3c8a55-1111-4222-8333-444455556666";
  issuer.api = () => ({ status: 404, json: { doorcode_authority: meant } });
  const { host } = new URL(issuer.authority);
  const given = ["login", "--client-id", "app", "--scope", "todo.read", "--authority"];
  const { exit, stderr } = await run([...given, host]);
  assert.equal(exit, 2);
  assert.equal(
    stderr,
    `doorcode: The authority ${host} is not a URL that begins with https://.\nDid you mean ${meant}?\n`,
  );
  assert.doesNotMatch((await run([...given, `ada:hunter2@${host}`])).stderr, /hunter2/);
});

describe("doorcode login", () => {
  test("shows the code on stderr, nothing on stdout, and exits 0 after the approval", async (t) => {
    const { login } = await testEnv(t);
    const { exit, stdout, stderr } = await login();
    assert.equal(exit, 0, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /WDJB-MJHT/);
    assert.match(stderr, /on this computer: http:\/\/127\.0\.0\.1:\d+\/device\n/);
    assert.match(stderr, /Signed in as Ada \(ada@contoso\.example\)\./);
  });

  test("prints code, waiting, slowed, retrying and signed_in as events, one per line", async (t) => {
    const { login, issuer } = await testEnv(t);
    issuer.polls = [pending, { status: 503 }, refusal("slow_down"), "approved"];
    const { exit, events, stdout } = await login("--json");
    assert.equal(exit, 0, stdout);
    assert.deepEqual([...new Set(events.map(({ event }) => event))].sort(), [
      "code",
      "retrying",
      "signed_in",
      "slowed",
      "waiting",
    ]);
    assert.ok(events.every(({ v }) => v === 1));
    const [code] = events;
    assert.equal(code?.user_code, "WDJB-MJHT");
    assert.equal(code?.verification_uri, `${issuer.authority}/device`);
    assert.equal(code?.verification_uri_complete, `${issuer.authority}/device?user_code=WDJB-MJHT`);
    assert.ok(Math.abs(Date.parse(String(code?.expires_at)) - Date.now() - 900_000) < 60_000);
    assert.equal(typeof code?.message, "string");
  });

  test("remembers its options; the environment overrides them, and an option overrides both", async (t) => {
    const { login, run, issuer } = await testEnv(t);
    assert.equal((await login()).exit, 0);
    assert.equal((await run(["login"])).exit, 0);
    assert.deepEqual(
      issuer.requests.filter(({ path }) => path === "/device_authorization").map(({ form }) => form.get("scope")),
      Array(2).fill("openid profile offline_access todo.read"),
    );
    const env = { DOORCODE_AUTHORITY: issuer.authority, DOORCODE_CLIENT_ID: "another-app", DOORCODE_PROFILE: "work" };
    issuer.polls = [refusal("access_denied")];
    assert.equal((await run(["login"], env)).exit, 4);
    assert.equal(issuer.requests.at(-1)?.form.get("client_id"), "another-app");
  });

  test("suggests an issuer or your own tenant when no issuer is given", async (t) => {
    const { run } = await testEnv(t);
    const { exit, stdout, stderr } = await run(["login"]);
    assert.equal(exit, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /--authority URL --client-id ID/);
    assert.match(stderr, /doorcode tenant start/);
  });

  test("rejects any account but the expected one, and stores nothing", async (t) => {
    const { login, run, issuer } = await testEnv(t);
    const { exit, stderr, events } = await login("--expect-account", "eve@contoso.example", "--json");
    assert.equal(exit, 4);
    assert.match(stderr, /ada@contoso\.example signed in, but eve@contoso\.example was expected/);
    assert.deepEqual({ code: events.at(-1)?.code, exit: events.at(-1)?.exit }, { code: "wrong_account", exit: 4 });
    assert.equal((await run(["status"])).exit, 3);
    assert.equal((await run(["accounts", "--json"])).stdout, "");
    assert.equal((await login("--expect-account", "ADA@contoso.example")).exit, 0);
    assert.equal(issuer.count("/revoke"), 1);
  });

  const ends: [what: string, poll: ReturnType<typeof refusal>, exit: number, code: string][] = [
    ["4 when it is declined", refusal("access_denied"), 4, "denied"],
    ["5 when the code expired", refusal("expired_token"), 5, "code_expired"],
    [
      "6 when a policy blocks it",
      refusal("invalid_grant", "AADSTS53003: Blocked. Correlation ID: 5e1c0d0a-0001-4000-8000-000000000001"),
      6,
      "blocked_by_policy",
    ],
    ["2 when the issuer does not know the app", refusal("invalid_client"), 2, "client_rejected"],
  ];
  for (const [what, poll, exit, code] of ends) {
    test(`exits ${what}, with a message, a hint and the code`, async (t) => {
      const { login, issuer } = await testEnv(t);
      issuer.polls = [poll];
      const outcome = await login("--json");
      assert.equal(outcome.exit, exit, outcome.stderr);
      const error = outcome.events.at(-1);
      assert.deepEqual(
        { v: error?.v, event: error?.event, code: error?.code, exit: error?.exit },
        {
          ...{ v: 1, event: "error", code, exit },
        },
      );
      assert.match(outcome.stderr, new RegExp(`^doorcode: .+\\n.+\\n\\(${code}`));
      if (exit === 6) {
        assert.equal(error?.correlation_id, "5e1c0d0a-0001-4000-8000-000000000001");
        assert.equal(error?.aadsts, 53003);
        assert.match(outcome.stderr, /correlation ID 5e1c0d0a/);
      }
    });
  }

  test("shows a message with the number of Microsoft's error; --verbose and --json add the original text", async (t) => {
    const { login, issuer } = await testEnv(t);
    const words =
      "AADSTS700016: Application with identifier 'x' was not found. Trace ID: a1 Timestamp: 2026-01-01 00:00:00Z";
    issuer.polls = [refusal("unauthorized_client", words)];
    const plain = await login();
    assert.match(
      plain.stderr,
      /\ndoorcode: The issuer rejected the application or the request\.\n[^`\n]+\n\(client_rejected, AADSTS700016; --verbose shows the issuer's own words\)\n$/,
    );
    assert.doesNotMatch(plain.stderr, /Trace ID|was not found/);
    assert.ok((await login("--verbose")).stderr.includes(words));
    const json = await login("--json");
    assert.ok(String(json.events.at(-1)?.message).includes(words));
  });

  test("exits 5 after --timeout", async (t) => {
    const { login, issuer } = await testEnv(t);
    issuer.polls = [pending];
    const { exit, stderr } = await login("--timeout", "1s");
    assert.equal(exit, 5);
    assert.match(stderr, /longer than allowed/);
  });

  test("Ctrl-C ends it with 130 long before the code expires, and leaves nothing half-written", async (t) => {
    const { start, run, issuer, storeFolder } = await testEnv(t);
    issuer.polls = [pending];
    const args = ["login", "--authority", issuer.authority, "--client-id", "app", "--json"];
    const { child, ended } = start(args);
    t.after(() => child.kill("SIGKILL"));
    await once(child.stdout!, "data");
    child.kill("SIGINT");
    const { exit, stdout } = await ended;
    assert.equal(exit, 130);
    assert.equal(JSON.parse(stdout.trimEnd().split("\n").at(-1)!).exit, 130);
    assert.equal((await run(["status"])).exit, 3);
    assert.ok((await readdir(storeFolder)).every((name) => /^(store\.\d+\.enc|key)$/.test(name)));
  });

  // A terminal also signals npx, which passes the signal on. The second signal must not cut off the message for the
  // first.
  test("Ctrl-C through npx ends it once, with a plain message", { skip: process.platform === "win32" }, async (t) => {
    const { issuer, folder, storeFolder } = await testEnv(t);
    issuer.polls = [pending];
    const args = ["--no-install", "doorcode", "login", "--authority", issuer.authority, "--client-id", "app"];
    const env = { ...process.env, HOME: folder, DOORCODE_STORE_DIR: storeFolder };
    const child = spawn("npx", args, { cwd: packageFolder, env, detached: true, stdio: ["ignore", "ignore", "pipe"] });
    const group = -(child.pid as number);
    t.after(() => child.exitCode ?? child.signalCode ?? process.kill(group, "SIGKILL"));
    let stderr = "";
    const isWaiting = new Promise<void>((resolve) => {
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        stderr += chunk;
        if (stderr.includes("Waiting")) resolve();
      });
    });
    const ended = once(child, "close");
    await Promise.race([isWaiting, ended]);
    process.kill(group, "SIGINT");
    const [exit, signal] = await ended;
    assert.ok(signal === "SIGINT" || exit === 130, `${exit} ${signal}`);
    assert.equal(stderr.match(/The sign-in was canceled\./g)?.length, 1, stderr);
    assert.doesNotMatch(stderr, /npm error|^\s+at /m);
  });

  test("prints no secret and no token, and rejects secrets in its arguments", async (t) => {
    const { run, issuer } = await testEnv(t);
    for (const given of [
      ["--password=hunter2"],
      ["--client-secret", "hunter2"],
      ["--refresh-token", "hunter2"],
      ["--authority", "https://user:hunter2@issuer.example"],
      ["--nonsense=hunter2"],
    ]) {
      const { exit, stdout, stderr } = await run(["login", ...given, "--json"]);
      assert.equal(exit, 2, given[0]);
      assert.ok(!`${stdout}${stderr}`.includes("hunter2"), given[0]);
    }
    assert.equal(issuer.requests.length, 0);
  });
});
