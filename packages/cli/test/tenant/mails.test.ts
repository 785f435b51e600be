import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { operated } from "../../../tenant/test/fixtures/operated.ts";
import { command, startCommand } from "./tenant-process.ts";

const EMAIL = "ada@contoso.example";

/** A running tenant, and mails in its inbox. */
async function inbox(t: TestContext) {
  const { data, look } = await operated(t, "running SQLite");
  const { context } = await look();
  let count = 0;
  return {
    data,
    mails: (...args: string[]) => command(["mails", "--data", data, ...args]),
    async arrive(to: string, text: string, ageMs = 0) {
      const id = `00000000-0000-4000-8000-00000000000${++count}`;
      const mail = { id, to, subject: "Your \u001bcode", text, html: "", createdAt: Date.now() - ageMs };
      await context.store.mail.insertMail(mail);
    },
  };
}

describe("doorcode tenant mails", () => {
  test("lists the mails, newest first, of everyone or to one address", async (t) => {
    const { mails, arrive } = await inbox(t);
    assert.deepEqual(await mails(), { exit: 0, stdout: "", stderr: "No mails.\n" });
    await arrive(EMAIL, "Your code:\n\n12345678\n", 60_000);
    await arrive("bob@contoso.example", "Hello.");
    const [bob, ada, ...others] = (await mails()).stdout.trim().split("\n");
    assert.match(bob ?? "", /^[\d-]+ [\d:]+ UTC {2}bob@contoso\.example {2}Your \ufffdcode$/);
    assert.match(ada ?? "", /UTC {2}ada@contoso\.example {2}Your \ufffdcode {2}\(code 12345678\)$/);
    assert.deepEqual(others, []);
    const [event] = (await mails("--to", "ADA@contoso.example", "--json")).stdout.trim().split("\n");
    const { v, event: name, to, code, text } = JSON.parse(event ?? "");
    assert.deepEqual([v, name, to, code, text], [1, "mail", EMAIL, "12345678", "Your code:\n\n12345678\n"]);
  });

  test("prints the newest code alone, and waits for it", async (t) => {
    const { mails, arrive, data } = await inbox(t);
    const waiting = startCommand(t, ["mails", "--data", data, "--to", EMAIL, "--wait", "60s", "--code"]);
    await arrive(EMAIL, "No code in here.");
    await arrive("bob@contoso.example", "\n11111111\n");
    await arrive(EMAIL, "\n87654321\n");
    assert.equal(await waiting.lines.next(), 87_654_321);
    await arrive(EMAIL, "\n22222222\n", -1_000);
    assert.equal((await mails("--to", EMAIL, "--code")).stdout, "22222222\n");
  });

  test("without a mail in time exits with 5, and --since leaves out an earlier one", async (t) => {
    const { mails, arrive } = await inbox(t);
    await arrive(EMAIL, "\n12345678\n", 3_600_000);
    const late = await mails("--to", EMAIL, "--since", "5m", "--wait", "1s", "--code");
    assert.deepEqual([late.exit, late.stdout], [5, ""]);
    assert.match(late.stderr, /^doorcode: No mail with a code to ada@contoso\.example arrived within 1s\.\n/);
    assert.equal((await mails("--since", "2h", "--code")).stdout, "12345678\n");
    assert.equal((await mails("--code", "--json")).exit, 2);
  });

  for (const [state, exit, code] of [
    ["stopped SQLite", 7, "tenant_not_running"],
    ["served SQLite", 1, "inbox_missing"],
    ["PostgreSQL", 1, "inbox_missing"],
  ] as const) {
    test(`of a tenant that has no inbox at hand is an error: ${state}`, async (t) => {
      const { data, env } = await operated(t, state);
      const refused = await command(["mails", "--data", data], { env });
      assert.deepEqual([refused.exit, refused.stderr.includes(`(${code})`)], [exit, true], refused.stderr);
    });
  }
});
