import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { lockDataDir } from "../../src/kernel/data-folder.ts";
import { operate, operateOften } from "../../src/operator/operate.ts";
import { operated, operatedTenants } from "../fixtures/operated.ts";
import { failsWith } from "../server/scratch.ts";

for (const state of operatedTenants) {
  test(`the operator's view of the audit log: ${state}`, async (t) => {
    const { location } = await operated(t, state, async ({ admin }) => {
      for (const name of ["ada", "bob"]) await admin.people.add({ email: `${name}@contoso.example` });
    });
    const event = "user.created";
    const first = await operate(location, { do: "read_audit", event });
    const [ada, bob] = await operate(location, { do: "list_users" });
    assert.deepEqual(
      first.records.map(({ actor, user_id, detail }) => [actor, user_id, detail.user_id]),
      [
        ["operator", ada!.id, ada!.id],
        ["operator", bob!.id, bob!.id],
      ],
    );
    assert.equal(first.more, false);

    await operateOften(location, async (ask) => {
      const next = (after: string) => ask({ do: "read_audit", after, event });
      assert.deepEqual((await next(first.after)).records, []);
      await ask({ do: "add_user", email: "eve@contoso.example", name: null, password: "violet-harbour-1871" });
      const { records, after } = await next(first.after);
      assert.equal(records.length, 1);
      assert.deepEqual((await next(after)).records, []);
    });

    const about = async (user: string) => (await operate(location, { do: "read_audit", user })).records.length;
    assert.equal(await about("ADA@contoso.example"), 1);
    await operate(location, { do: "delete_user", email: "ada@contoso.example" });
    assert.equal(await about(ada!.id), 2, "records of a deleted user are found by its ID");
    assert.equal(await about(randomUUID()), 0);
    await assert.rejects(about("ada@contoso.example"), failsWith("user_unknown"));

    const since = (time: number) => operate(location, { do: "read_audit", since: new Date(time).toISOString() });
    assert.deepEqual((await since(Date.now() + 60_000)).records, []);
    assert.ok((await since(Date.now() - 60_000)).records.length >= 4);
    const newest = await operate(location, { do: "read_audit", newest: 1 });
    assert.deepEqual(
      newest.records.map((record) => record.event),
      ["user.deleted"],
    );
    for (const wrong of ["", "{}", "[]", '{"low":"x"}']) {
      await assert.rejects(operate(location, { do: "read_audit", after: wrong }), failsWith("usage"));
    }
    await assert.rejects(operate(location, { do: "read_audit", since: "noon" }), failsWith("usage"));
  });
}

test("a request of many waits for another process in the data folder", async (t) => {
  const stopped = operatedTenants.find((state) => state === "stopped SQLite")!;
  const { location } = await operated(t, stopped, async () => undefined);
  const other = await lockDataDir(location.data);
  await operateOften(location, async (ask) => {
    const asked = ask({ do: "read_audit" });
    await assert.rejects(operate(location, { do: "read_audit" }), failsWith("already_running"));
    other.release();
    assert.equal((await asked).more, false);
  });
});
