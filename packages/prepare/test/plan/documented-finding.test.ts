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

test("A group made by hand is the file's if it alone has the name, and gets a tag so that it stays so", async () => {
  await using entra = await Entra.start();
  const { state } = entra;
  state.groups.push(
    { id: "h", displayName: "Night shift", uniqueName: null, description: "By hand", securityEnabled: true },
    { id: "u", displayName: "Night shift", uniqueName: null, groupTypes: ["Unified"], securityEnabled: false },
    { id: "t", displayName: "Night shift", uniqueName: "terraform", securityEnabled: true },
  );
  const file = 'groups: { night: { displayName: Night shift, description: "By hand" } }';
  assert.match((await entra.plan(file)).notes.join("\n"), /`night` is the group h, which prepare did not create/);
  assert.deepEqual(await entra.differences(file), [
    {
      action: "change",
      kind: "group",
      name: "night",
      changes: [{ what: "tag", to: "doorcode:night" }],
    },
  ]);
  await entra.prepare(file);
  assert.deepEqual(await entra.differences(file), []);
  assert.equal(state.groups.length, 3, "none was created");
  assert.equal(state.groups[0].description, "By hand\ndoorcode:night");
  await entra.prepare(file.replace("Night shift", "Nights"));
  assert.equal(state.groups[0].displayName, "Nights", "the tag finds it under another name");
});

test("Where several groups fit, it asks for a tag instead of guessing", async () => {
  await using entra = await Entra.start();
  const twin = { displayName: "twin", uniqueName: null, securityEnabled: true };
  entra.state.groups.push({ ...twin, id: "1" }, { ...twin, id: "2" });
  const byName = await failure(entra.plan("groups: { twin: {} }"));
  assert.equal(byName.code, "ambiguous");
  assert.match(byName.message, /^2 groups .*: 1, 2/);
  assert.match(byName.hint, /`doorcode:twin`/);
  entra.state.groups[1].description = "doorcode:twin";
  assert.deepEqual(await entra.differences("groups: { twin: {} }"), []);
  entra.state.groups[0].description = "doorcode:twin";
  assert.equal((await failure(entra.plan("groups: { twin: {} }"))).code, "ambiguous");
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
