// Sign-ins, approvals, API calls, renewals and revocations with the real client, through HAProxy to two nodes in
// processes of their own, while the nodes and the keys change.
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { without } from "../deploy/proxies.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { fleetTraffic } from "./fleet-traffic.ts";

const DEVICES = 3;

/** Runs traffic during `change`, prints what it saw, and expects that every step worked, at the latest when repeated. */
async function duringTraffic(t: TestContext, change: (fleet: Fleet) => Promise<void>) {
  const fleet = await startFleet(t);
  const traffic = await fleetTraffic(fleet, DEVICES);
  const [changed, report] = await Promise.allSettled([change(fleet).finally(traffic.stop), traffic.report]);
  if (report.status === "rejected") throw report.reason;
  if (changed.status === "rejected") throw changed.reason;
  const { broken, first } = report.value;
  t.diagnostic(JSON.stringify(report.value));
  assert.deepEqual(broken, []);
  for (const what of ["sign-in", "approval", "renewal", "API call", "sign-out"]) {
    assert.ok((first[what] ?? 0) > 0, `no ${what} worked at once`);
  }
}

describe("two nodes behind a load balancer", { skip: without("haproxy"), timeout: 300_000 }, () => {
  test("restart one after the other: nothing fails that a second try does not mend", async (t) => {
    await duringTraffic(t, async (fleet) => {
      for (const node of [0, 1, 0, 1]) await fleet.restart(node);
    });
  });

  test("change their signing key and retire the old one: every valid token is accepted", async (t) => {
    await duringTraffic(t, async (fleet) => {
      const keys = async () => {
        const listed = await fleet.operate(0, { do: "list_keys" });
        assert.ok(listed.ok);
        return listed.result as { kid: string; state: string }[];
      };
      const before = (await keys()).find(({ state }) => state === "signing")!;
      assert.ok((await fleet.operate(1, { do: "rotate_keys", now: true })).ok);
      assert.ok((await fleet.operate(0, { do: "retire_key", kid: before.kid, now: false })).ok);
      for (const node of [0, 1]) await fleet.restart(node);
      assert.notEqual((await keys()).find(({ state }) => state === "signing")!.kid, before.kid);
    });
  });

  test("are killed one after the other: whatever fails works when it is repeated", async (t) => {
    await duringTraffic(t, async (fleet) => {
      for (const node of [0, 1, 0, 1]) await fleet.kill(node);
    });
  });
});
