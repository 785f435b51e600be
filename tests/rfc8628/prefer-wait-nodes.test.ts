import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { StartedTenant } from "../../packages/tenant/src/server/start-tenant.ts";
import { fetchTrusting } from "../../packages/tenant/test/fixtures/fetch-trusting.ts";
import { movingClock } from "../../packages/tenant/test/fixtures/manual-clock.ts";
import { pgNodes } from "../../packages/tenant/test/server/pg-nodes.ts";
import { approver } from "../fixtures/approver.ts";
import { URN } from "../fixtures/device.ts";
import { addUser } from "../fixtures/registrations.ts";

/** Two nodes, a program's requests to each, and a user who decides on either. */
async function start(t: TestContext) {
  const clock = movingClock();
  const nodes = await pgNodes(t, { clock });
  const user = await addUser(nodes[0].context, "ada@contoso.example", "Ada");
  const clientId = nodes[0].apps[0]!.clientId;
  const post = async (node: StartedTenant, path: string, form: Record<string, string>, prefer = "") => {
    const { fetch, close } = fetchTrusting(node.ca);
    t.after(close);
    const answer = await fetch(`${node.authority}/oauth2/v2.0/${path}`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...(prefer && { prefer }) },
      body: new URLSearchParams({ client_id: clientId, ...form }).toString(),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, string> };
  };
  return {
    nodes,
    codeOf: async () =>
      (await post(nodes[0], "devicecode", { scope: "openid" })).body as Record<"device_code" | "user_code", string>,
    poll: (node: StartedTenant, device_code: string, prefer = "wait=30") =>
      post(node, "token", { grant_type: URN, device_code }, prefer),
    userAt: (node: StartedTenant) => approver(node.context, user),
  };
}

async function held(node: StartedTenant, count: number): Promise<void> {
  while (node.context.heldPolls.size !== count) await nextTurn();
}

describe("polls that are held on one node of two", () => {
  test("are answered when the user decides on the other", async (t) => {
    const { nodes, codeOf, poll, userAt } = await start(t);
    const [one, two] = nodes;
    const [approved, denied] = [await codeOf(), await codeOf()];
    const polls = [poll(one, approved.device_code), poll(one, denied.device_code)] as const;
    await held(one, 2);
    await userAt(two).approve(approved.user_code);
    await userAt(two).deny(denied.user_code);
    assert.equal((await polls[0]).status, 200);
    assert.equal((await polls[1]).body.error, "access_denied");
  });

  test("for one code: both are woken, and one of them gets the tokens", async (t) => {
    const { nodes, codeOf, poll, userAt } = await start(t);
    for (let round = 0; round < 5; round++) {
      const code = await codeOf();
      const polls = nodes.map((node) => poll(node, code.device_code));
      await Promise.all(nodes.map((node) => held(node, 1)));
      await userAt(nodes[round % 2]!).approve(code.user_code);
      const statuses = (await Promise.all(polls)).map(({ status }) => status);
      assert.deepEqual(statuses.sort(), [200, 400]);
    }
  });

  test("miss no decision that comes at any moment while they begin to wait", async (t) => {
    const { nodes, codeOf, poll, userAt } = await start(t);
    const [one, two] = nodes;
    for (let turns = 0; turns < 12; turns++) {
      const code = await codeOf();
      const polled = poll(one, code.device_code);
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      await userAt(two).approve(code.user_code);
      assert.equal((await polled).status, 200, `after ${turns} turns`);
    }
  });

  test("are answered by the node that stops, and wait on at the other", async (t) => {
    const { nodes, codeOf, poll, userAt } = await start(t);
    const [one, two] = nodes;
    const code = await codeOf();
    const polled = poll(one, code.device_code);
    await held(one, 1);
    const closed = one.close();
    assert.equal((await polled).body.error, "authorization_pending");
    await closed;
    // Another node does not know when the code was last polled, which costs one poll.
    const again = poll(two, code.device_code);
    await held(two, 1);
    await userAt(two).approve(code.user_code);
    assert.equal((await again).status, 200);
  });
});
