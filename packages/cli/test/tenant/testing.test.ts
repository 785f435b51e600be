import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { operated } from "../../../tenant/test/fixtures/operated.ts";
import { scratch } from "../../../tenant/test/server/scratch.ts";
import { command, commands, startProcess } from "./tenant-process.ts";

const EMAIL = "ada@contoso.example";

/** A running tenant with a user, and its commands. */
async function running(t: TestContext) {
  const { data, look } = await operated(t, "running SQLite", ({ admin }) => admin.people.add({ email: EMAIL }));
  const run = commands(t);
  const of = (...args: string[]) => run([...args, "--data", data]);
  const done = async (...args: string[]) => {
    const { exit, stdout, stderr } = await of(...args);
    assert.equal(exit, 0, `${args.join(" ")}\n${stderr}`);
    return { stdout, stderr };
  };
  const event = async (...args: string[]) => JSON.parse((await done(...args, "--json")).stdout.trim().split("\n")[0]!);
  return { data, run: of, done, event, tenant: await look() };
}

describe("doorcode tenant, for testers", () => {
  test("clock: show, advance, set, reset", async (t) => {
    const { run, done, event, tenant } = await running(t);
    assert.match((await done("clock")).stdout, /^\d{4}-\S+Z {2}this computer's time\n$/);
    assert.match((await done("clock", "advance", "26h")).stdout, /Z {2}1d 2h ahead of this computer\n$/);
    const shown = await event("clock", "show");
    assert.deepEqual([shown.event, shown.ahead_ms, shown.went_back], ["clock", 26 * 3_600_000, false]);
    assert.ok(Math.abs(Date.parse(shown.now) - tenant.testing.clock.now()) < 60_000);
    const moved = await event("clock", "set", "2100-01-01T00:00:00Z").catch((error: Error) => error.message);
    assert.match(String(moved), /ten years/);
    const back = await run("clock", "set", "2020-01-01T00:00:00Z");
    assert.deepEqual([back.exit, /--back/.test(back.stderr)], [2, true]);
    assert.match((await done("clock", "reset")).stderr, /^The clock went back: /);
    for (const wrong of [["advance", "soon"], ["advance", "-5m"], ["set", "yesterday"], ["advance"]]) {
      assert.equal((await run("clock", ...wrong)).exit, 2, wrong.join(" "));
    }
  });

  test("fault: add, list, clear", async (t) => {
    const { run, done, event, tenant } = await running(t);
    assert.equal((await done("fault")).stderr, "No faults.\n");
    const args = ["token", "--status", "429", "--retry-after", "2", "--times", "3", "--app", "ciam-client-app"];
    const added = await event("fault", "add", ...args);
    const { id } = added;
    assert.deepEqual(
      [added.event, added.endpoint, added.status, added.retry_after, added.left, added.client_id],
      ["fault_added", "token", 429, 2, 3, tenant.apps[0]!.clientId],
    );
    await done("fault", "add", "keys", "--delay", "500ms", "--cut");
    const lines = (await done("fault", "list")).stdout.trim().split("\n");
    assert.match(lines[0]!, new RegExp(`^${id} {2}token answers 429, Retry-After 2: the next 3 requests of `));
    assert.match(lines[1]!, /keys cuts the connection, 500 ms late: the next request$/);
    assert.equal((await done("fault", "clear", id)).stderr, "Ended 1 fault.\n");
    assert.equal((await event("fault", "clear")).cleared, 1);
    for (const [wrong, exit] of [
      [["token"], 2],
      [["token", "--status", "500"], 2],
      [["token", "--retry-after", "5", "--cut"], 2],
      [["token", "--aadsts", "53003", "--cut"], 2],
      [["keys", "--aadsts", "53003"], 2],
      [["token", "--status", "503", "--app", "nothing"], 2],
      [["logout", "--cut"], 2],
    ] as const) {
      assert.equal((await run("fault", "add", ...wrong)).exit, exit, wrong.join(" "));
    }
  });

  test("snapshot: create, list, restore, delete", async (t) => {
    const { run, done, event, tenant } = await running(t);
    assert.equal((await done("snapshot")).stderr, "No snapshots.\n");
    assert.equal((await done("snapshot", "create", "before")).stderr, "Created the snapshot before.\n");
    await tenant.admin.people.add({ email: "bob@contoso.example" });
    const [taken, replaced] = [await run("snapshot", "create", "before"), await run("snapshot", "create", "../x")];
    assert.deepEqual([taken.exit, replaced.exit], [2, 2]);
    assert.match((await done("snapshot", "list")).stdout, /^before {2}[\d-]+ [\d:]+ UTC {2}\d+ KiB\n$/);
    assert.match(
      (await done("snapshot", "restore", "before")).stderr,
      /^The tenant is as it was in the snapshot before/,
    );
    assert.equal((await tenant.admin.people.list()).length, 1);
    assert.equal((await event("snapshot", "create", "before", "--replace")).event, "snapshot_created");
    assert.equal((await event("snapshot", "delete", "before")).name, "before");
    assert.deepEqual([(await run("snapshot", "restore", "before")).exit], [2]);
  });

  test("issue-token prints the token alone, and check-token says what a guard does with it", async (t) => {
    const { data, done, event, run, tenant } = await running(t);
    const [{ clientId: api } = { clientId: "" }] = tenant.apis;
    const wanted = ["--as", EMAIL, "--app", "ciam-client-app", "--scope", `api://${api}/ToDoList.Read`];
    const { stdout } = await done("issue-token", ...wanted);
    assert.match(stdout, /^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const issued = await event("issue-token", ...wanted);
    assert.deepEqual([issued.event, issued.scopes], ["token_issued", [`api://${api}/ToDoList.Read`]]);
    const check = (token: string, ...args: string[]) =>
      command(["check-token", "--data", data, "--api", "ciam-ToDoList-api", ...args], { stdin: token });
    const accepted = await check(stdout);
    assert.equal(accepted.exit, 0, accepted.stderr);
    assert.equal(JSON.parse(accepted.stdout).claims.scp, "ToDoList.Read");
    assert.match(accepted.stderr, /^Accepted by the guard of ciam-ToDoList-api \(audience \S+, profile entra\)\.\n$/);
    await done("clock", "advance", "2h");
    const late = await check(stdout, "--json");
    const { accepted: isAccepted, reasons } = JSON.parse(late.stdout);
    assert.deepEqual([late.exit, isAccepted, reasons[0].code], [4, false, "token_expired"]);
    assert.match(late.stderr, /token_expired: It expired at /);
    const none = await check("nothing");
    assert.deepEqual([none.exit, none.stdout], [4, ""]);
    const refused = await run("issue-token", "--as", EMAIL, "--app", "ciam-client-app", "--scope", "api://none/Read");
    assert.deepEqual([refused.exit, /AADSTS500011/.test(refused.stderr)], [4, true]);
  });

  test("with --no-testing, and of a tenant that is served or stopped, the commands are refused", async (t) => {
    const dir = await scratch(t);
    await startProcess(t, dir, ["--no-testing"]);
    const off = await command(["clock", "advance", "1m", "--data", dir]);
    assert.deepEqual([off.exit, off.stderr.includes("(testing_off)")], [4, true], off.stderr);
    for (const [state, exit, code] of [
      ["stopped SQLite", 7, "tenant_not_running"],
      ["served SQLite", 4, "testing_off"],
      ["PostgreSQL", 4, "testing_off"],
    ] as const) {
      const { data, env } = await operated(t, state);
      const refused = await command(["fault", "--data", data], { env });
      assert.deepEqual([refused.exit, refused.stderr.includes(`(${code})`)], [exit, true], refused.stderr);
    }
  });
});
