import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { seed } from "../fixtures/seed.ts";
import { type Page, textOf } from "../interaction/browser.ts";
import { embeddedConsole, servedConsole } from "./console-under-test.ts";

/** The form that adds, which has a field of this name: another one beside it removes. */
const formWith = (page: Page, field: string): Page => ({
  ...page,
  html: page.html
    .split("<form")
    .filter((each) => each.includes(`name="${field}"`))
    .map((each) => `<form${each.split("</form>")[0]}</form>`)
    .join(""),
});

describe("Groups and assignments in the console", { concurrency: true }, () => {
  test("a person joins a new group and leaves it, each recorded with who did it", async (t) => {
    const { ctx, signedIn, person } = await servedConsole(t);
    const { browser, user } = await signedIn();
    const ada = await person("ada@contoso.example");
    const path = `/console/people/${ada.id}`;
    const groupsOf = async () => {
      const ids = await ctx.store.directory.groupsOf(ada.id);
      return (await ctx.store.directory.listGroups()).filter(({ id }) => ids.includes(id)).map(({ name }) => name);
    };
    let page = await browser.get(path);
    const unknown = await browser.send(formWith(page, "group"), `${path}/groups`, { group: "Staff <i>" });
    assert.equal(unknown.status, 422);
    assert.match(textOf(unknown.html), /No group has this name/);
    assert.ok(unknown.html.includes('value="Staff &lt;i&gt;"'), "what was typed is kept");
    assert.deepEqual(await groupsOf(), []);

    page = await browser.send(formWith(page, "group"), `${path}/groups`, { group: "Staff <i>", create: "yes" });
    assert.match(page.at, /done=group_joined/);
    assert.deepEqual(await groupsOf(), ["Staff <i>"]);
    // Twice is once.
    page = await browser.send(formWith(page, "group"), `${path}/groups`, { group: "Staff <i>" });
    assert.deepEqual(await groupsOf(), ["Staff <i>"]);

    page = await browser.send(formWith(page, "remove"), `${path}/groups`);
    assert.match(page.at, /done=group_left/);
    assert.deepEqual(await groupsOf(), []);
    const about = await browser.get(`/console/audit?person=${ada.id}`);
    assert.match(textOf(about.html), /ada@contoso\.example was added to the group Staff <i> , by/);
    const records = (await ctx.store.audit.list({ limit: 20 })).filter(({ event }) =>
      event.startsWith("console.group."),
    );
    assert.deepEqual(
      records.map(({ event, userId }) => [event, userId]).reverse(),
      ["created", "member_added", "member_removed"].map((event) => [`console.group.${event}`, user.id]),
    );
  });

  test("of two groups with one name, the ID says which", async (t) => {
    const { ctx, operator, person } = await embeddedConsole(t);
    const ada = await person();
    const path = `/console/people/${ada.id}`;
    const page = await operator.get(path);
    const join = (group: string) => operator.send(formWith(page, "group"), `${path}/groups`, { group });
    const [first] = await Promise.all(
      ["Staff", "Staff"].map(async (name) => {
        const group = { id: randomUUID(), name, uniqueName: null, description: null, mailNickname: null, createdAt: 1 };
        const audit = {
          at: 1,
          event: "group.created",
          actor: "operator",
          userId: null,
          clientId: null,
          grantId: null,
          ip: null,
          detail: {},
        } as const;
        await ctx.store.administration.groups.insert(group, audit);
        return group;
      }),
    );
    assert.match(textOf((await join("Staff")).html), /More than one group has this name/);
    assert.match((await join(first!.id.toUpperCase())).at, /done=group_joined/);
    assert.deepEqual(await ctx.store.directory.groupsOf(ada.id), [first!.id]);
  });

  test("an app is for the assigned people and groups, and the page says whether that counts", async (t) => {
    const { ctx, operator, device, person } = await embeddedConsole(t);
    const ada = await person();
    await operator.send(
      formWith(await operator.get(`/console/people/${ada.id}`), "group"),
      `/console/people/${ada.id}/groups`,
      { group: "Staff", create: "yes" },
    );
    const path = `/console/apps/${device.clientId}`;
    const assignees = async () =>
      (await ctx.store.permissions.assignmentsAt(device.clientId)).map(({ principalId }) => principalId);
    let page = await operator.get(path);
    assert.match(textOf(page.html), /Everyone can use the app/);
    for (const assignee of ["", "nemo@contoso.example", "No such group", "x".repeat(5_000)]) {
      const refused = await operator.send(formWith(page, "assignee"), `${path}/assignments`, { assignee });
      assert.equal(refused.status, 422, assignee);
      assert.match(textOf(refused.html), /No person has this address/);
    }
    page = await operator.send(formWith(page, "assignee"), `${path}/assignments`, {
      assignee: " ADA@contoso.example ",
    });
    assert.match(page.at, /done=assigned/);
    assert.deepEqual(await assignees(), [ada.id]);
    page = await operator.send(formWith(page, "assignee"), `${path}/assignments`, { assignee: "Staff" });
    assert.equal((await assignees()).length, 2);
    const [group] = await ctx.store.directory.listGroups();
    // The group is first.
    page = await operator.send(formWith(page, "remove"), `${path}/assignments`, { remove: group!.id });
    assert.match(page.at, /done=unassigned/);
    assert.deepEqual(await assignees(), [ada.id]);
    assert.match(textOf(page.html), /The assignment was removed/);
  });

  test("a right that is withdrawn between page and click assigns nothing", async (t) => {
    const { ctx, signedIn, person, device } = await servedConsole(t);
    const { browser, user } = await signedIn();
    const ada = await person("ada@contoso.example");
    const [path, of] = [`/console/apps/${device.clientId}`, `/console/people/${ada.id}`];
    const [app, detail] = [await browser.get(path), await browser.get(of)];
    await seed(ctx.store).setUserAdministrator(user.id, false);
    await browser.send(formWith(app, "assignee"), `${path}/assignments`, { assignee: ada.email });
    await browser.send(formWith(detail, "group"), `${of}/groups`, { group: "Staff", create: "yes" });
    assert.deepEqual(await ctx.store.permissions.assignmentsAt(device.clientId), []);
    assert.deepEqual(await ctx.store.directory.listGroups(), []);
  });
});
