import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { addUser } from "../../../../tests/fixtures/registrations.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, CREATE, type GraphClient, graphClient } from "./graph-client.ts";

const BAD = "Request_BadRequest";
const group = (displayName: string, changes: object = {}) => ({
  displayName,
  description: `All of ${displayName}.`,
  mailEnabled: false,
  mailNickname: displayName.toLowerCase(),
  securityEnabled: true,
  ...changes,
});

describe("Graph: groups and their members", () => {
  let tenant: TestTenant;
  let graph: GraphClient;
  before(async () => {
    tenant = await startTestTenant();
    graph = await graphClient(tenant);
  });
  after(() => tenant.close());

  test("an upsert creates once and then changes; the response has what was sent", async () => {
    const path = "groups(uniqueName='staff')";
    assertRefused(await graph.patch(path, group("Staff")), 404, "Request_ResourceNotFound");
    const made = assertDone(await graph.patch(path, group("Staff"), CREATE), 201);
    const { "@odata.context": context, ...answered } = made;
    assert.equal(context, `${tenant.graph}/$metadata#groups/$entity`);
    for (const [name, value] of Object.entries(group("Staff"))) assert.deepEqual(answered[name], value, name);
    assertDone(await graph.patch(path, { displayName: "All staff", description: null }, CREATE), 204);
    const read = assertDone(await graph.get(`groups/${made.id}`), 200);
    assert.deepEqual(read, { ...made, displayName: "All staff", description: null });
    const listed = assertDone(await graph.get("groups?$filter=uniqueName eq 'staff'&$select=id,displayName"), 200);
    assert.deepEqual(listed.value, [{ id: made.id, displayName: "All staff" }]);
    const names = (await tenant.context.store.directory.listGroups()).map(({ name }) => name);
    assert.ok(names.includes("All staff"));
  });

  test("parallel upserts all succeed and create one group; of parallel POSTs one is 201", async () => {
    const upserts = [1, 2, 3, 4, 5].map(() => graph.patch("groups(uniqueName='one')", group("One"), CREATE));
    const statuses = (await Promise.all(upserts)).map(({ status }) => status).sort();
    assert.deepEqual(statuses, [201, 204, 204, 204, 204]);
    const posts = [1, 2, 3, 4, 5].map(() => graph.post("groups", group("Two", { uniqueName: "two" })));
    const replies = await Promise.all(posts);
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 409, 409, 409, 409]);
    const refused = replies.find(({ status }) => status === 409)!;
    assertRefused(refused, 409, "Request_MultipleObjectsWithSameKeyValue", /uniqueName/);
  });

  test("of two concurrent PATCHes both are applied", async () => {
    const made = assertDone(await graph.post("groups", group("Before")), 201);
    const path = `groups/${made.id}`;
    await Promise.all([graph.patch(path, { displayName: "After" }), graph.patch(path, { description: "Kept" })]);
    const read = assertDone(await graph.get(path), 200);
    assert.deepEqual([read.displayName, read.description], ["After", "Kept"]);
  });

  test("members are added by reference, listed and removed, and deleted with the group", async () => {
    const made = assertDone(await graph.post("groups", group("Team")), 201);
    const members = `groups/${made.id}/members`;
    const people = [];
    for (const name of ["ada", "bob", "eve"])
      people.push(await addUser(tenant.context, `${name}@contoso.example`, name));
    const refer = (id: string) => ({ "@odata.id": `${tenant.graph}/directoryObjects/${id}` });
    for (const { id } of people) assertDone(await graph.post(`${members}/$ref`, refer(id)), 204);
    assertRefused(await graph.post(`${members}/$ref`, refer(people[0]!.id)), 409, "ObjectConflict", /already exist/);
    assertRefused(await graph.post(`${members}/$ref`, refer(randomUUID())), 404, "Request_ResourceNotFound");
    assertRefused(await graph.post(`${members}/$ref`, { "@odata.id": "" }), 400, BAD);
    assertRefused(await graph.post(`${members}/$ref`, {}), 400, BAD, /@odata.id/);

    const page = assertDone(await graph.get(`${members}?$top=2&$select=id,mail`), 200);
    assert.equal(page.value.length, 2);
    const rest = assertDone(await graph.get(page["@odata.nextLink"]), 200);
    const listed = [...page.value, ...rest.value].map(({ mail }: { mail: string }) => mail);
    assert.deepEqual(listed.sort(), ["ada@contoso.example", "bob@contoso.example", "eve@contoso.example"]);

    assertDone(await graph.delete(`${members}/${people[0]!.id}/$ref`), 204);
    assertRefused(await graph.delete(`${members}/${people[0]!.id}/$ref`), 404, "Request_ResourceNotFound");
    const { directory } = tenant.context.store;
    assert.deepEqual(await directory.groupsOf(people[1]!.id), [made.id]);
    assertDone(await graph.delete(`groups/${made.id}`), 204);
    assert.deepEqual(await directory.groupsOf(people[1]!.id), []);
    assertRefused(await graph.get(members), 404, "Request_ResourceNotFound");
  });

  test("an unsupported group is refused by the property's name", async () => {
    const rows: [object, RegExp][] = [
      [group("x", { mailEnabled: true }), /'mailEnabled'/],
      [group("x", { securityEnabled: false }), /'securityEnabled'/],
      [group("x", { groupTypes: ["Unified"] }), /'groupTypes.0'/],
      [group("x", { displayName: undefined }), /'displayName'/],
      [group("x", { displayName: 5 }), /'displayName'/],
      [group("x", { mailNickname: "two words" }), /'mailNickname'/],
      [group("x", { members: [] }), /'members'/],
    ];
    for (const [body, message] of rows) assertRefused(await graph.post("groups", body), 400, BAD, message);
  });
});
