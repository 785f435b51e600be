import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fetchTrusting } from "../../../tenant/test/fixtures/fetch-trusting.ts";
import { scratch } from "../../../tenant/test/server/scratch.ts";
import { command, type Ready, startCommand } from "./tenant-process.ts";

const EMAIL = "ada@contoso.example";

/** `doorcode tenant start` without a terminal, and a device that asks for codes. */
async function started(t: TestContext, ...args: string[]) {
  const data = join(await scratch(t), "tenant");
  const { lines, stop } = startCommand(t, ["start", "--data", data, "--port", "0", "--pages-port", "0", ...args]);
  const ready: Ready = await lines.next();
  assert.equal(ready.event, "ready");
  return { data, lines, stop, requestCode: await device(t, ready) };
}

async function device(t: TestContext, { authority, ca_file, apps, apis }: Ready) {
  const client = fetchTrusting(await readFile(ca_file, "utf8"));
  t.after(() => client.close());
  return async (more: Record<string, string> = {}) => {
    const scope = `api://${apis[0]?.client_id}/ToDoList.Read`;
    const body = new URLSearchParams({ client_id: apps[0]?.client_id ?? "", scope, ...more }).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await client.fetch(`${authority}/oauth2/v2.0/devicecode`, { method: "POST", headers, body });
    return (await answer.json()) as { user_code: string };
  };
}

describe("the activity of doorcode tenant start", () => {
  test("is lines of JSON after the ready event, without codes", async (t) => {
    const { data, lines, requestCode } = await started(t, "--json");
    const { user_code } = await requestCode({ device_name: "Kitchen TV" });
    const asked = await lines.next();
    assert.deepEqual(
      [asked.v, asked.event, asked.name, asked.app, asked.detail],
      [1, "activity", "device_grant.requested", "ciam-client-app", { device_name: "Kitchen TV" }],
    );
    assert.equal((await command(["users", "add", EMAIL, "--data", data])).exit, 0);
    assert.deepEqual([(await lines.next()).name], ["user.created"]);
    assert.equal((await command(["approve", user_code, "--as", EMAIL, "--data", data])).exit, 0);
    const { name, user, actor, app } = await lines.next();
    assert.deepEqual([name, user, actor, app], ["device_grant.approved", EMAIL, "operator", "ciam-client-app"]);
    await requestCode({ scope: "ToDoList.Delete" });
    const others = [await lines.next(), await lines.next()].map(({ name, detail }) => [name, detail.to ?? detail.why]);
    assert.deepEqual(others.sort(), [
      ["mail.sent", EMAIL],
      ["request.refused", "scope_invalid"],
    ]);
  });

  test("has the codes with --codes", async (t) => {
    const { lines, requestCode } = await started(t, "--json", "--codes");
    const { user_code } = await requestCode();
    assert.deepEqual((await lines.next()).detail, { user_code });
  });

  test("is not there with --quiet", async (t) => {
    const { lines, requestCode, stop } = await started(t, "--json", "--quiet");
    await requestCode();
    await stop("SIGTERM");
    await assert.rejects(lines.next(), /the command ended/);
  });
});
