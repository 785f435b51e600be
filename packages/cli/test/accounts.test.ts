import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { signedInEnv, testEnv } from "./signed-in.ts";
import { canaries } from "./stand-in-issuer.ts";

const grace = { sub: "grace-1", email: "grace@contoso.example", name: "Grace" };

describe("doorcode status", () => {
  test("shows the account and the validity of its token from the store", async (t) => {
    const { run, issuer } = await signedInEnv(t);
    await issuer.close();
    const { exit, stdout, stderr } = await run(["status"]);
    assert.equal(exit, 0);
    assert.equal(stderr, "");
    assert.match(stdout, /^Signed in as Ada \(ada@contoso\.example\)\n/);
    assert.ok(stdout.includes(issuer.authority));
    assert.match(stdout, /valid for 59 minutes/);
  });

  test("--json prints the same for programs, with and without --profile", async (t) => {
    const { run, issuer } = await signedInEnv(t);
    const quick = await run(["status", "--json"]);
    const { event, profile, signed_in, account, scopes, token } = quick.events[0]!;
    assert.deepEqual(
      { event, profile, signed_in, scopes },
      {
        ...{ event: "status", profile: "default", signed_in: true, scopes: ["todo.read"] },
      },
    );
    assert.equal((account as { authority: string }).authority, issuer.authority);
    assert.equal((token as { expired: boolean }).expired, false);
    assert.deepEqual(await run(["status", "--json", "--profile", "default"]), quick);
  });

  test("exits 3 when no one is signed in", async (t) => {
    const { run } = await testEnv(t);
    const { exit, stdout, stderr } = await run(["status"]);
    assert.equal(exit, 3);
    assert.match(stdout, /^Not signed in/);
    assert.match(stderr, /doorcode login --authority/);
    assert.equal((await run(["status", "--json"])).events[0]?.signed_in, false);
  });
});

describe("doorcode accounts and switch", () => {
  test("list all accounts, mark the current one, and switch to another", async (t) => {
    const { run, start, login, issuer } = await signedInEnv(t);
    issuer.person = grace;
    await login();
    const listed = await run(["accounts", "--json"]);
    assert.deepEqual(
      listed.events.map(({ account, current }) => [(account as { name: string }).name, current]),
      [
        ["Ada", false],
        ["Grace", true],
      ],
    );
    assert.match((await run(["accounts"])).stdout, /^ {2}Ada .*\n[\s\S]*\n\* Grace/);
    assert.match((await start(["token"]).ended).stdout, /-2\n$/);
    const { exit, stdout, stderr } = await run(["switch"]);
    assert.deepEqual([exit, stdout, stderr], [0, "", "Switched to Ada (ada@contoso.example).\n"]);
    assert.match((await start(["token"]).ended).stdout, /-1\n$/);
    assert.equal((await run(["switch", "GRACE@contoso.example", "--json"])).events[0]?.event, "switched");
    assert.match((await run(["status"])).stdout, /Grace/);
    assert.equal((await run(["switch", "unknown@contoso.example"])).exit, 3);
  });

  test("keep profiles apart", async (t) => {
    const { run, login, issuer } = await signedInEnv(t);
    issuer.person = grace;
    await login("--profile", "work");
    assert.match((await run(["status"])).stdout, /Ada/);
    assert.match((await run(["status"], { DOORCODE_PROFILE: "work" })).stdout, /Grace/);
    assert.match((await run(["status", "--profile", "work"])).stdout, /Grace/);
  });
});

describe("doorcode logout", () => {
  test("removes the account here, and says that the issuer did not revoke", async (t) => {
    const { run, issuer } = await signedInEnv(t);
    await issuer.close();
    const { exit, stdout, stderr } = await run(["logout"]);
    assert.equal(exit, 0, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /Ada .*signed out here\. .*--everywhere/);
    assert.equal((await run(["token"])).exit, 3);
    assert.equal((await run(["accounts"])).stdout, "");
    assert.match((await run(["logout"])).stderr, /No account was signed in/);
  });

  test("--everywhere reports whether the issuer revoked, cannot revoke, refused, or could not be reached", async (t) => {
    for (const [revocation, revoked, exit, status] of [
      ["works", "yes", 0, undefined],
      ["none", "unsupported", 0, undefined],
      ["refuses", "refused", 10, 401],
      ["fails", "failed", 7, 503],
    ] as const) {
      const { run, login, issuer } = await testEnv(t);
      issuer.revocation = revocation;
      await login();
      const outcome = await run(["logout", "--everywhere", "--json"]);
      assert.equal(outcome.events[0]?.revoked, revoked, revocation);
      assert.equal(outcome.events[0]?.status, status, revocation);
      assert.equal(outcome.exit, exit, revocation);
      assert.equal((await run(["status"])).exit, 3);
      assert.equal(issuer.count("/revoke") > 0, revocation !== "none");
    }
  });

  test("--everywhere shows the response of an issuer that refuses", async (t) => {
    const { run, issuer } = await signedInEnv(t);
    issuer.revocation = "refuses";
    const { exit, stderr } = await run(["logout", "--everywhere"]);
    assert.equal(exit, 10);
    assert.match(stderr, /signed out here, but the issuer refused to revoke \(HTTP 401\).*\n.*invalid_client/);
    assert.doesNotMatch(stderr, /could not be reached/);
  });

  test("--everywhere revokes the access token if there is no refresh token, and reports when nothing is left", async (t) => {
    const { run, login, issuer } = await testEnv(t);
    issuer.tokenMembers = { refresh_token: undefined };
    await login();
    assert.equal((await run(["logout", "--everywhere", "--json"])).events[0]?.revoked, "yes");
    const sent = issuer.requests.filter(({ path }) => path === "/revoke").map(({ form }) => form);
    assert.deepEqual(
      sent.map((form) => [form.get("token"), form.get("token_type_hint")]),
      [[`${canaries.accessToken}-1`, "access_token"]],
    );
    // The token expires immediately, so there is nothing to send.
    issuer.accessTokenLife = 0.001;
    await login();
    const { events, exit } = await run(["logout", "--everywhere", "--json"]);
    assert.deepEqual([events[0]?.revoked, exit], ["nothing", 0]);
    assert.equal(issuer.count("/revoke"), 1, "nothing was sent the second time");
  });

  test("of one profile leaves another profile with the same account signed in", async (t) => {
    const { run, login, issuer } = await signedInEnv(t);
    await login("--profile", "two");
    const { exit, stderr } = await run(["logout", "--profile", "two"]);
    assert.equal(exit, 0, stderr);
    assert.match(stderr, /^Ada .*: this profile is signed out here\. The account stays signed in for profile default;/);
    assert.equal((await run(["status", "--profile", "two"])).exit, 3);
    assert.equal((await run(["status"])).exit, 0);
    assert.equal((await run(["token", "--min-ttl", "2h"])).exit, 0, "and it can renew");
    await login("--profile", "two");
    const { events } = await run(["logout", "--json"]);
    assert.deepEqual([events[0]?.revoked, events[0]?.still_used_by], ["not_asked", ["two"]]);
    assert.match((await run(["logout", "--profile", "two"])).stderr, /signed out here\. The issuer's tokens/);
    assert.equal((await run(["accounts"])).stdout, "", "the last profile removes the account");
    assert.equal(issuer.count("/revoke"), 0);
  });

  test("--everywhere names the other profiles that the revocation signs out", async (t) => {
    const { run, login } = await signedInEnv(t);
    await login("--profile", "two");
    const { stderr } = await run(["logout", "--everywhere", "--profile", "two"]);
    assert.match(stderr, /revoked at the issuer\.\n {4}Also signed out: profile default\.\n$/);
    assert.equal((await run(["status"])).exit, 3);
    assert.equal((await run(["accounts"])).stdout, "");
  });

  test("of a profile that switched accounts keeps the account of the other profile", async (t) => {
    const { run, login, issuer } = await signedInEnv(t);
    await login("--profile", "two");
    issuer.person = grace;
    await login("--profile", "two");
    assert.match((await run(["switch", "--profile", "two"])).stderr, /Switched to Ada/);
    assert.match((await run(["switch", "--profile", "two"])).stderr, /Switched to Grace/);
    await run(["logout", "--profile", "two"]);
    assert.match((await run(["status"])).stdout, /Ada/);
    assert.doesNotMatch((await run(["accounts"])).stdout, /Grace/);
  });

  test("--all signs out every account of every profile", async (t) => {
    const { run, login, issuer } = await signedInEnv(t);
    issuer.person = grace;
    await login("--profile", "work");
    assert.equal((await run(["logout", "--all", "--json"])).events.length, 2);
    assert.equal((await run(["status", "--profile", "work"])).exit, 3);
    assert.equal((await run(["status"])).exit, 3);
  });

  test("keeps the settings, so that `doorcode login` is enough the next time", async (t) => {
    const { run } = await signedInEnv(t);
    await run(["logout"]);
    assert.equal((await run(["login"])).exit, 0);
    assert.equal((await run(["status"])).exit, 0);
  });
});
