import assert from "node:assert/strict";
import { test } from "node:test";
import { graphError } from "./fixtures/documented-graph.ts";
import { Entra, failure, prepared } from "./fixtures/entra.ts";
import { HOW_TO } from "./fixtures/models.ts";

// Runs against a local server that responds as Graph's documentation says, because Entra is not available here.

test("An application made in the portal is adopted by its display name and a tag, and never deleted", async () => {
  await using entra = await Entra.start();
  const { state } = entra;
  const made = { id: "1", appId: "a1", displayName: "ciam-client-app", uniqueName: null, tags: ["HideApp"] };
  state.applications.push({ ...made, isFallbackPublicClient: false, requiredResourceAccess: [] });
  const differences = await entra.differences("apps: { ciam-client-app: {} }");
  assert.deepEqual(differences[0]?.changes.slice(0, 2), [
    { what: "tag", to: "doorcode:ciam-client-app" },
    { what: "public client flows", from: "off", to: "on" },
  ]);
  const { apps } = await entra.prepare("apps: { ciam-client-app: {} }");
  assert.deepEqual(apps, [{ name: "ciam-client-app", clientId: "a1" }]);
  assert.deepEqual(state.applications[0].tags, ["HideApp", "doorcode:ciam-client-app"]);
  assert.equal(state.applications.length, 1);

  await entra.prepare("apps: { ciam-client-app: { displayName: Another name } }");
  assert.equal(state.applications[0].displayName, "Another name", "it is recognized by its tag from now on");
  assert.equal(state.applications.length, 1);
  await entra.prepare("tenant: {}", { prune: true });
  assert.equal(state.applications.length, 1);
});

test("An application that others may have created under the file's tag is named before consent", async () => {
  await using entra = await Entra.start();
  const file = "apps: { ciam-client-app: {} }";
  const squatted = {
    id: "1",
    appId: "a1",
    displayName: "ciam-client-app",
    uniqueName: null,
    requiredResourceAccess: [],
  };
  for (const tags of [[], ["doorcode:ciam-client-app"]]) {
    entra.state.applications = [{ ...squatted, tags }];
    assert.match((await entra.plan(file)).notes.join("\n"), /`ciam-client-app` is the application a1, .*credentials/);
  }
  entra.state.applications = [];
  await entra.prepare(file);
  assert.deepEqual((await entra.plan(file)).notes, []);
});

test("A group of Entra is the file's by its unique name alone, because users may create and name groups", async () => {
  await using entra = await Entra.start();
  const { groups } = entra.state;
  groups.push(
    { id: "h", displayName: "Staff", uniqueName: null, securityEnabled: true },
    { id: "t", displayName: "Staff", uniqueName: null, securityEnabled: true, description: "doorcode:staff" },
  );
  await entra.prepare("groups: { staff: { displayName: Staff } }");
  assert.deepEqual(groups.map(({ id, uniqueName }) => [id, uniqueName]).slice(0, 2), [
    ["h", null],
    ["t", null],
  ]);
  assert.equal(groups[2]?.uniqueName, "staff");
});

test("Where two keys of the file fit one application, it asks for another name instead of sharing it", async () => {
  await using entra = await Entra.start();
  entra.state.applications.push({ id: "1", appId: "a1", displayName: "Player", uniqueName: null, tags: [] });
  const { code, message } = await failure(
    entra.plan("apps: { tv: { displayName: Player }, radio: { displayName: Player } }"),
  );
  assert.equal(code, "ambiguous");
  assert.match(message, /^`tv` and `radio` are both the application 1/);
});

test("Where several applications fit, it asks for a tag instead of guessing", async () => {
  await using entra = await Entra.start();
  const twins = [1, 2].map((id) => ({ id: `${id}`, appId: `a${id}`, displayName: "twin", uniqueName: null, tags: [] }));
  entra.state.applications.push(...twins);
  const byName = await failure(entra.plan("apps: { twin: {} }"));
  assert.equal(byName.code, "ambiguous");
  assert.match(byName.message, /a1, a2/);
  assert.match(byName.hint, /`doorcode:twin`/);

  entra.state.applications[1].tags = ["doorcode:twin"];
  const { apps } = await entra.prepare("apps: { twin: {} }");
  assert.deepEqual(apps, [{ name: "twin", clientId: "a2" }]);
  entra.state.applications[0].tags = ["doorcode:twin"];
  assert.equal((await failure(entra.plan("apps: { twin: {} }"))).code, "ambiguous");

  entra.state.applications.push({ ...twins[0], id: "3", appId: "a3", uniqueName: "elsewhere", tags: [] });
  entra.state.applications.splice(0, 2);
  const { apps: fresh } = await entra.prepare("apps: { twin: {} }");
  assert.notEqual(fresh[0]?.clientId, "a3", "an application with another uniqueName belongs to others");
});

test("A deleted application keeps its name, and the error says so", async () => {
  await using entra = await Entra.start();
  const message = "Another object with the same value for property uniqueName already exists.";
  entra.interrupt = (_, { method }) =>
    method === "PATCH" ? { status: 400, body: graphError("Request_BadRequest", message) } : undefined;
  const error = await failure(entra.prepare("apps: { gone-app: {} }"));
  assert.equal(error.code, "conflicts_with_tenant");
  assert.match(error.message, /`gone-app`/);
  assert.match(error.hint, /30 days/);
});

test("A manually created user flow without attributes gets those of the file", async () => {
  const { entra, flow } = await prepared();
  await using _ = entra;
  Object.assign(flow, { onAttributeCollection: null, description: null });
  assert.deepEqual((await entra.differences(HOW_TO))[0]?.changes, [{ what: "attributes", to: "displayName" }]);
  await entra.prepare(HOW_TO);
  assert.deepEqual(await entra.differences(HOW_TO), []);
  assert.equal(entra.state.flows.length, 1);
});
