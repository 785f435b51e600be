import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { operated, operatedTenants } from "../../../tenant/test/fixtures/operated.ts";
import { approvedGrant, redemption, samplePasskey, seedSamples } from "../../../tenant/test/storage/samples.ts";
import { commands, startCommand } from "./tenant-process.ts";

const MINUTE = 60_000;

/** A tenant with a user who has a passkey, and two programs that are signed in. */
async function withSignIns(t: TestContext, state: (typeof operatedTenants)[number]) {
  const ids: string[] = [];
  let email = "";
  let clientId = "";
  const place = await operated(t, state, async ({ context: { store } }) => {
    const samples = await seedSamples(store);
    email = samples.user.email;
    clientId = samples.app.clientId;
    await store.passkeys.insert(samplePasskey(samples.user.id), 0);
    for (let count = 0; count < 2; count++) {
      const now = Date.now() - count * MINUTE;
      const grant = await approvedGrant(store, samples, { expiresAt: now + 5 * MINUTE });
      const input = redemption(grant, samples.user.id, now);
      await store.tokens.redeem(input);
      ids.push(input.family.id);
    }
  });
  const runOne = commands(t, place.env);
  const run = (...args: string[]) => runOne([...args, "--data", place.data]);
  /** Exit code 0. Returns what was printed. */
  const done = async (...args: string[]) => {
    const { exit, stdout, stderr } = await run(...args);
    assert.equal(exit, 0, `${args.join(" ")}\n${stderr}`);
    return { stdout, stderr };
  };
  const events = async (...args: string[]) =>
    (await done(...args, "--json")).stdout
      .trim()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  return { ...place, run, done, events, ids, email, clientId };
}

for (const state of operatedTenants) {
  describe(`doorcode tenant, operating: ${state}`, { concurrency: true }, () => {
    test("users: list, search, disable, enable, reset, delete", async (t) => {
      const { run, done, events, email } = await withSignIns(t, state);
      assert.match((await done("users", "add", "bob@contoso.example")).stdout, /^[\w-]{20,}\n$/);
      assert.equal((await done("users", "list", "--search", "BOB@")).stdout, "bob@contoso.example  bob\n");
      assert.equal((await events("users", "--limit", "1")).length, 1);
      assert.match(
        (await done("users", "disable", "Bob@contoso.example")).stderr,
        /^Disabled bob <bob@.*has ended\.\n$/,
      );
      assert.match((await done("users")).stdout, /^bob@contoso\.example .*\(disabled\)$/m);
      const [enabled] = await events("users", "enable", "bob@contoso.example");
      assert.deepEqual([enabled.event, enabled.disabled], ["user_enabled", false]);

      const unsure = await run("users", "reset", email);
      assert.deepEqual([unsure.exit, /--yes/.test(unsure.stderr)], [2, true]);
      const reset = await done("users", "reset", email, "--yes");
      assert.match(
        reset.stderr,
        /^Removed 1 passkey of Ana Example <.*> ?\. Every sign-in has ended; the password stays/,
      );
      const [again] = await events("users", "reset", email, "--yes");
      assert.deepEqual([again.event, again.passkeys, again.sign_ins], ["user_reset", 0, 0]);
      assert.match((await done("users", "reset", email, "--yes")).stderr, /^Ana .* had no second factor or passkey\. /);

      const moved = await done(
        "users",
        "edit",
        "bob@contoso.example",
        "--email",
        "rob@contoso.example",
        "--name",
        "Rob",
      );
      assert.equal(moved.stderr, "Changed Rob <rob@contoso.example>.\n");
      const empty = await run("users", "edit", "rob@contoso.example");
      assert.deepEqual([empty.exit, /Nothing to change/.test(empty.stderr)], [2, true]);
      assert.equal((await run("users", "edit", "rob@contoso.example", "--void-links")).exit, 2, "it asks");
      const voids = ["users", "edit", "rob@contoso.example", "--void-links", "--void-password", "--yes"];
      const [edited] = await events(...voids, "--email", "bob@contoso.example");
      const { event, password_voided, links_voided } = edited;
      assert.deepEqual(
        [event, edited.email, password_voided, links_voided],
        ["user_edited", "bob@contoso.example", true, true],
      );

      assert.equal((await run("users", "delete", "bob@contoso.example")).exit, 2);
      const [deleted] = await events("users", "delete", "bob@contoso.example", "--yes");
      assert.deepEqual([deleted.event, deleted.email], ["user_deleted", "bob@contoso.example"]);
      const gone = await run("users", "disable", "bob@contoso.example");
      assert.deepEqual([gone.exit, /No user has the email address/.test(gone.stderr)], [1, true]);
    });

    test("signins: list, revoke one, those of a user, all", async (t) => {
      const { run, done, events, ids, email, clientId } = await withSignIns(t, state);
      const listed = await events("signins", "--user", email, "--app", clientId);
      assert.deepEqual(
        listed.map(({ event, id }) => [event, id]),
        ids.map((id) => ["sign_in", id]),
      );
      assert.deepEqual(
        (await events("signins", "list", "--limit", "1")).map(({ id }) => id),
        [ids[0]],
      );
      const line = /^[0-9a-f-]{36} {2}\S+@contoso\.example {2}Example app {2}since [\d-]+ [\d:]+ UTC, until [\d-]+$/;
      for (const each of (await done("signins")).stdout.trim().split("\n")) assert.match(each, line);

      for (const wrong of [[], [ids[0]!, "--all"], ["--user", email, "--all"]]) {
        assert.equal((await run("signins", "revoke", ...wrong)).exit, 2);
      }
      assert.equal((await done("signins", "revoke", ids[0]!)).stderr, `Revoked the sign-in ${ids[0]}.\n`);
      assert.equal((await run("signins", "revoke", ids[0]!)).exit, 2);
      const [revoked] = await events("signins", "revoke", "--user", email);
      const again = await done("signins", "revoke", "--user", email);
      assert.equal(again.stderr, `Ended every sign-in of ${email}, 0 of them in programs.\n`);
      assert.deepEqual([revoked.event, revoked.ended, revoked.user], ["sign_ins_revoked", 1, email]);
      assert.equal((await run("signins", "revoke", "--all")).exit, 2, "it needs --yes");
      assert.match((await done("signins", "revoke", "--all", "--yes")).stderr, /^Ended every sign-in, 0 /);
      assert.deepEqual(await events("signins"), []);
    });

    test("keys: list, rotate, retire", async (t) => {
      const { run, done, events } = await withSignIns(t, state);
      const [first, next] = await events("keys");
      assert.deepEqual([first.event, first.state, next.state], ["signing_key", "signing", "next"]);
      assert.match((await done("keys", "rotate")).stderr, new RegExp(`^The key ${next.kid} signs from .* UTC on\\.`));
      const inUse = await run("keys", "retire", first.kid, "--now", "--yes");
      assert.deepEqual([inUse.exit, /keys rotate --now/.test(inUse.stderr)], [2, true]);
      assert.match((await done("keys", "rotate", "--now")).stderr, /signs now/);
      assert.match((await done("keys", "retire", first.kid)).stderr, /is published until .* UTC\./);
      assert.equal((await run("keys", "retire", first.kid, "--now")).exit, 2, "it needs --yes");
      const [retired] = await events("keys", "retire", first.kid, "--now", "--yes");
      assert.deepEqual([retired.event, retired.state], ["signing_key_retired", "retired"]);
      assert.match((await done("keys", "list")).stdout, new RegExp(`^${next.kid} {2}RS256 {2}signing {3}since `, "m"));
    });

    test("keys: an ID that begins with a hyphen is no option", async (t) => {
      const { run } = await withSignIns(t, state);
      const unknown = await run("keys", "retire", `-${"h".repeat(42)}`, "--now", "--yes");
      assert.match(unknown.stderr, /No signing key has this ID/);
    });

    test("audit: newest, by event, user and time, as lines of JSON", async (t) => {
      const { done, events, run, email } = await withSignIns(t, state);
      await done("users", "disable", email);
      await done("users", "enable", email);
      const [last, ...others] = await events("audit", "--limit", "1");
      assert.deepEqual([last.event, last.name, others], ["audit_record", "user.changed", []]);
      const { detail, actor, user_id } = last;
      assert.deepEqual([actor, detail.changed, detail.user_id], ["operator", "disabled", user_id]);
      const plain = await done("audit", "--event", "user.changed", "--user", email, "--since", "1h");
      const lines = plain.stdout.trim().split("\n");
      assert.equal(lines.length, 2);
      for (const line of lines)
        assert.match(line, /^\d{4}-.*Z {2}user\.changed {2}operator {2}user=[0-9a-f-]{36} .*changed=disabled$/);
      const none = await done("audit", "--event", "policy.deleted");
      assert.deepEqual([none.stdout, none.stderr], ["", "No records.\n"]);
      assert.deepEqual(await events("audit", "--event", "policy.deleted"), []);
      const unknown = await run("audit", "--event", "policy.removed");
      assert.equal(unknown.exit, 2);
      assert.match(unknown.stderr, /policy\.changed, policy\.created, policy\.deleted/);
      assert.equal((await run("audit", "--since", "yesterday")).exit, 2);
      assert.equal((await run("audit", "--user", "eve@contoso.example")).exit, 1);
    });

    test("signins watch prints sign-ins that begin and end from now on, with names, until Ctrl-C", async (t) => {
      const { done, data, env, email } = await withSignIns(t, state);
      const { lines, stop } = startCommand(t, ["signins", "watch", "--json", "--user", email, "--data", data], env);
      let seen: Record<string, unknown> | undefined;
      void lines.next().then((line) => {
        seen = line;
      });
      // Repeated until the command watches: what happened before is not printed.
      while (seen === undefined) await done("signins", "revoke", "--user", email);
      assert.deepEqual([seen.event, seen.user], ["activity", email]);
      assert.match(String(seen.name), /^(sign_in\.revoked|user\.sign_ins_ended)$/);
      assert.equal(await stop("SIGINT"), 130);
    });

    test("audit --follow prints what happens from now on, until Ctrl-C", async (t) => {
      const { done, data, env } = await withSignIns(t, state);
      const args = ["audit", "--follow", "--json", "--event", "user.created", "--data", data];
      const { lines, stop } = startCommand(t, args, env);
      await done("users", "add", "bob@contoso.example");
      assert.equal((await lines.next()).actor, "operator");
      await done("users", "add", "eve@contoso.example");
      assert.equal((await lines.next()).actor, "operator");
      assert.equal(await stop("SIGINT"), 130);
    });
  });
}
