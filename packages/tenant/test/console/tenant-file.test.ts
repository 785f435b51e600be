import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { TenantFiles } from "../../src/admin/tenant-files.ts";
import type { TenantFilePlan } from "../../src/directory/tenant-file.ts";
import { createUser } from "../fixtures/seed.ts";
import { textOf } from "../interaction/browser.ts";
import { embeddedConsole, servedConsole } from "./console-under-test.ts";

const plan = (digest: string): TenantFilePlan => ({
  steps: [
    { action: "create", kind: "app", name: "tv", changes: [{ what: "name", to: "<b>TV</b>" }] },
    { action: "change", kind: "api", name: "todo", changes: [{ what: "scopes", from: "old", to: "new" }] },
    { action: "leave", kind: "group", name: "staff", changes: [] },
  ],
  notes: ["A note without `fence."],
  digest,
});

/** Functions like those of the command line, which are tested with a real tenant in packages/cli. */
function files(): TenantFiles & { present: string; applied: string[] } {
  const fake = {
    present: "one",
    applied: [] as string[],
    async read(_at: unknown, part?: { name: string }) {
      if (fake.present === "busy")
        return { outcome: "refused" as const, refusal: { message: "Too busy.", hint: "Try again." } };
      return {
        outcome: "read" as const,
        text: part ? `part: ${part.name}\n` : "apps:\n  tv: {}\n",
        notes: ["Written down with `passwordFrom`."],
      };
    },
    async plan(text: string) {
      if (text.includes("wrong")) {
        const problems = [{ line: 2, column: 3, message: "Unknown member appz.", hint: "Did you mean apps?" }];
        return { outcome: "invalid" as const, problems };
      }
      return { outcome: "planned" as const, plan: plan(fake.present) };
    },
    async apply(text: string, { digest }: { digest: string }) {
      if (digest !== fake.present) return { outcome: "changed" as const, plan: plan(fake.present) };
      fake.applied.push(text);
      return { outcome: "applied" as const, done: plan("").steps.slice(0, 2) };
    },
  };
  return fake;
}

/** With these functions. The keys of the pages' tests sign nothing, and the operator's token is not looked at here. */
async function withFiles(t: TestContext, fake = files()) {
  const under = await embeddedConsole(t);
  under.tools.tenantFiles = fake;
  Object.assign(under.ctx, { signingKeys: { sign: async () => "token" } });
  return under;
}

describe("the tenant file in the console", { concurrency: true }, () => {
  test("shows the file, then what another one would change, then applies exactly that", async (t) => {
    const fake = files();
    const { operator, ctx } = await withFiles(t, fake);
    const page = await operator.get("/console/tenant-file");
    assert.match(textOf(page.html), /apps: tv: \{\}.*Written down with passwordFrom \./);
    const planned = await operator.send(page, "/console/tenant-file/plan", {
      file: "apps:\r\n  tv: {}\r\n# </textarea><script>",
    });
    assert.deepEqual(fake.applied, [], "a plan changes nothing");
    const text = textOf(planned.html);
    assert.match(text, /\+ create app tv name after: <b>TV<\/b>/);
    assert.match(text, /~ change API todo scopes before: old after: new/);
    assert.match(text, /One more object stays as it is\. .*A note without `fence\./);
    assert.ok(!planned.html.includes("</textarea><script>"));
    const applied = await operator.send(planned, "/console/tenant-file/apply");
    assert.match(textOf(applied.html), /2 changes were applied/);
    assert.deepEqual(fake.applied, ["apps:\n  tv: {}\n# </textarea><script>"]);
    const records = await ctx.store.audit.list({ event: "operator_token.issued", limit: 9 });
    assert.deepEqual(
      records.map(({ detail }) => detail.purpose),
      ["apply"],
    );
    const audit = textOf((await operator.get("/console/audit")).html);
    assert.match(audit, /The operator began to apply a tenant file/);
    assert.doesNotMatch(audit, /The operator [^.]*Graph/);
  });

  test("shows the plan again, and applies nothing, if the tenant has changed since", async (t) => {
    const fake = files();
    const { operator } = await withFiles(t, fake);
    const page = await operator.get("/console/tenant-file");
    const planned = await operator.send(page, "/console/tenant-file/plan", { file: "apps:" });
    fake.present = "two";
    const again = await operator.send(planned, "/console/tenant-file/apply");
    assert.equal(again.status, 422);
    assert.match(textOf(again.html), /has changed since this plan was made\. Nothing was applied/);
    assert.deepEqual(fake.applied, []);
    await operator.send(again, "/console/tenant-file/apply");
    assert.deepEqual(fake.applied, ["apps:"]);
  });

  test("shows every error with its place, and keeps the text", async (t) => {
    const { operator } = await withFiles(t);
    const page = await operator.get("/console/tenant-file");
    const refused = await operator.send(page, "/console/tenant-file/plan", { file: "wrong: <yaml>" });
    assert.equal(refused.status, 422);
    assert.match(textOf(refused.html), /Line 2, column 3: Unknown member appz\. Did you mean apps\?/);
    assert.ok(refused.html.includes("wrong: &lt;yaml&gt;"));
    const long = await operator.send(page, "/console/tenant-file/plan", { file: "#".repeat(1_000_000) });
    assert.equal(long.status, 200);
    assert.equal((await operator.send(page, "/console/tenant-file/plan", { file: "#".repeat(4_000_000) })).status, 413);
  });

  test("what the library says in English is marked as English, with code instead of backticks, on the German page", async (t) => {
    const fake = files();
    const { operator, device } = await withFiles(t, fake);
    const german = "?ui_locales=de";
    const page = await operator.get(`/console/tenant-file${german}`);
    assert.ok(page.html.includes('<li><span lang="en">Written down with <code>passwordFrom</code>.</span></li>'));
    const send = (file: string) => operator.send(page, "/console/tenant-file/plan", { file });
    const planned = await send("apps:");
    assert.ok(planned.html.includes('<span lang="en">A note without `fence.</span>'), "half a pair is text");
    const refused = await send("wrong: yes");
    for (const sentence of ["Unknown member appz.", "Did you mean apps?"])
      assert.ok(refused.html.includes(`<span lang="en">${sentence}</span>`), sentence);
    fake.present = "busy";
    for (const path of ["", `/part?section=apps&id=${device.clientId}`]) {
      const busy = await operator.get(`/console/tenant-file${path}`);
      assert.ok(busy.html.includes('<strong><span lang="en">Too busy.</span></strong>'), path);
    }
  });

  test("has each object alone, and a download", async (t) => {
    const { operator, person, device } = await withFiles(t);
    const ada = await person("ada@contoso.example");
    const part = (query: string) => operator.get(`/console/tenant-file/part?${query}`);
    assert.match(textOf((await part(`section=users&id=${ada.id}`)).html), /part: ada@contoso\.example/);
    assert.match(textOf((await part(`section=apps&id=${device.clientId}`)).html), /part: Contoso Player/);
    for (const query of ["", "section=users&id=x", `section=apis&id=${device.clientId}`, "section=__proto__&id=1"]) {
      assert.equal((await part(query)).status, 404, query);
    }
    const download = await operator.get("/console/tenant-file/download");
    assert.match(String(download.headers["content-disposition"]), /attachment; filename="doorcode\.tenant\.yaml"/);
    assert.equal(download.html, "apps:\n  tv: {}\n");
  });

  test("is only downloaded where more than 1,000 people are, and nothing of it is read for the page", async (t) => {
    const fake = files();
    const { operator, ctx } = await withFiles(t, fake);
    for (let i = 0; i <= 1_000; i++)
      await createUser(ctx, { email: `u${i}@contoso.example`, displayName: "U", passwordHash: null });
    fake.read = async () => assert.fail("the page read the file");
    const page = await operator.get("/console/tenant-file");
    assert.equal(page.status, 200);
    assert.match(textOf(page.html), /has 1,001 people, so its file is not shown here\..*Download/);
    const planned = await operator.send(page, "/console/tenant-file/plan", { file: "apps:" });
    assert.match(textOf(planned.html), /create app tv/);
  });

  test("is not read again by an open page when something changes", async (t) => {
    const { operator, person } = await withFiles(t);
    const ada = await person("ada@contoso.example");
    for (const path of ["/console/tenant-file", `/console/tenant-file/part?section=users&id=${ada.id}`]) {
      assert.doesNotMatch((await operator.get(path)).html, /data-read/, path);
    }
    assert.match((await operator.get("/console")).html, /data-read/);
  });

  test("says why the file cannot be read, on a page of the console, and saves nothing in its place", async (t) => {
    const fake = files();
    const { operator, device } = await withFiles(t, fake);
    fake.present = "busy";
    for (const path of ["", "/download", `/part?section=apps&id=${device.clientId}`]) {
      const page = await operator.get(`/console/tenant-file${path}`);
      assert.equal(page.status, 422, path);
      assert.match(page.html, /class="rail"/);
      assert.match(textOf(page.html), /Too busy\. Try again\./);
      assert.equal(page.headers["content-disposition"], undefined);
    }
  });

  test("says which command does it, on a served tenant and where a program started the tenant", async (t) => {
    const embedded = await embeddedConsole(t);
    assert.match(textOf((await embedded.operator.get("/console/tenant-file")).html), /doorcode prepare --from/);
    const served = await servedConsole(t);
    const { browser } = await served.signedIn();
    const page = await browser.get("/console/tenant-file");
    assert.match(textOf(page.html), /with their own sign-in.*doorcode prepare --to/);
    assert.equal((await browser.get("/console/tenant-file/download")).status, 404);
  });
});
