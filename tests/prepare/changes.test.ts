import assert from "node:assert/strict";
import { test } from "node:test";
import {
  SIGNING_ALGORITHMS as fileAlgorithms,
  GRANT_TYPES as fileGrantTypes,
  ADMINISTRATIVE_SCOPES as fileScopes,
} from "../../packages/prepare/src/file/known-values.ts";
import { writeTenantFile } from "../../packages/prepare/src/index.ts";
import { GRANT_TYPES } from "../../packages/tenant/src/directory/grant-types.ts";
import { ADMINISTRATIVE_SCOPES } from "../../packages/tenant/src/directory/graph-scopes.ts";
import { SIGNING_ALGORITHMS } from "../../packages/tenant/src/directory/signing-algorithms.ts";
import { lineOf, PreparedTenant } from "./prepared-tenant.ts";

const SMALL = `
apps:
  first-app: { permissions: [openid, todo-api/Read], assignmentRequired: true, assignedTo: [staff] }
apis:
  todo-api:
    scopes:
      Read: { displayName: Read }
      Write: { displayName: Write }
    roles:
      All: { displayName: All, assignedTo: [ada@contoso.example] }
userFlows:
  Flow: { attributes: [displayName], mfa: required, apps: [first-app] }
groups:
  staff: { members: [ada@contoso.example, grace@contoso.example] }
policies:
  mfa: { require: mfa, apps: [first-app], groups: [staff], except: [ada@contoso.example] }
users:
  ada@contoso.example: { administrator: true }
  grace@contoso.example: {}
`;

/** Like SMALL, with shorter lists. */
const LESS = `
apps:
  first-app: { permissions: [openid], assignmentRequired: true }
apis:
  todo-api: { scopes: { Read: { displayName: Read } } }
userFlows:
  Flow: { attributes: [displayName] }
groups:
  staff: { members: [grace@contoso.example] }
policies:
  mfa: { require: mfa, apps: [first-app], groups: [staff] }
users:
  ada@contoso.example: {}
  grace@contoso.example: {}
`;

test("Entries that a file no longer lists stay; --prune removes them", async () => {
  await using prepared = await PreparedTenant.start();
  await prepared.prepare(SMALL);
  assert.deepEqual(await prepared.differences(LESS), ["~ policy Flow: second factor"], "mfa: off is a setting");
  await prepared.prepare(LESS);
  const { model: kept } = await prepared.export();
  assert.deepEqual(kept.apps["first-app"]?.permissions, ["openid", "todo-api/Read"]);
  assert.deepEqual(Object.keys(kept.apis["todo-api"]?.scopes ?? {}), ["Read", "Write"]);
  assert.deepEqual(kept.groups.staff?.members, ["ada@contoso.example", "grace@contoso.example"]);
  assert.equal(kept.users["ada@contoso.example"]?.administrator, true);
  assert.equal(kept.userFlows.Flow?.mfa, "off");

  assert.deepEqual(await prepared.differences(LESS, { prune: true }), [
    "~ api todo-api",
    "~ app first-app",
    "~ consent first-app",
    "~ members staff",
    "~ assignment first-app",
    "~ administrator ada@contoso.example",
    "~ user flow Flow",
    "~ policy mfa",
    "- policy Flow: second factor",
  ]);
  await prepared.prepare(LESS, { prune: true });
  assert.deepEqual(await prepared.differences(LESS, { prune: true }), []);
  const { model } = await prepared.export();
  assert.deepEqual(model.apps["first-app"]?.permissions, ["openid"]);
  assert.deepEqual(model.apps["first-app"]?.assignedTo, []);
  assert.deepEqual(Object.keys(model.apis["todo-api"]?.scopes ?? {}), ["Read"]);
  assert.deepEqual(model.apis["todo-api"]?.roles, {});
  assert.deepEqual(model.groups.staff?.members, ["grace@contoso.example"]);
  assert.equal(model.users["ada@contoso.example"]?.administrator, false);
  assert.deepEqual(model.userFlows.Flow?.apps, []);
  assert.deepEqual(model.policies.mfa?.except, []);
});

test("--prune deletes what prepare created and the file no longer names, but nothing that others created, and no user", async () => {
  await using prepared = await PreparedTenant.start();
  await prepared.prepare(SMALL);
  const other = "apps: { other-app: {} }";
  assert.deepEqual(await prepared.differences(other), ["+ app other-app", "+ consent other-app"]);
  const { done } = await prepared.prepare(other, { prune: true });
  assert.deepEqual(done.map(lineOf), [
    "+ app other-app",
    "+ consent other-app",
    "- policy Flow: second factor",
    "- user flow Flow",
    "- app first-app",
    "- api todo-api",
    "- group staff",
  ]);
  const { model, notes } = await prepared.export();
  assert.deepEqual(Object.keys(model.apps), ["ciam-client-app", "other-app"]);
  assert.deepEqual(Object.keys(model.apis), ["ciam-ToDoList-api"]);
  assert.deepEqual(Object.keys(model.users), ["ada@contoso.example", "grace@contoso.example"]);
  assert.deepEqual(model.groups, {});
  assert.deepEqual(model.userFlows, {});
  assert.match(notes.join("\n"), /The policy "mfa" covers nothing/, "policies carry no mark");
});

test("A group that the console made is the file's if it alone has the name, and gets a tag so that it stays so", async () => {
  await using prepared = await PreparedTenant.start();
  const { groups, people } = prepared.tenant.admin;
  const night = await groups.add({ name: "Night shift" });
  const ada = await people.add({ email: "ada@contoso.example" });
  await groups.addMember(night.id, ada.id);
  const { model: exported, notes } = await prepared.export();
  assert.deepEqual(Object.values(exported.groups)[0]?.members, ["ada@contoso.example"], notes.join());
  const file = "groups: { night: { displayName: Night shift } }";
  assert.deepEqual(await prepared.differences(file), ["~ group night"]);
  assert.match(
    (await prepared.plan(file)).notes.join("\n"),
    /`night` is the group [\da-f-]{36}, which prepare did not create/,
  );
  await prepared.prepare(file);
  assert.deepEqual(await prepared.differences(file), []);
  await prepared.prepare(file.replace("Night shift", "Nights"));
  assert.deepEqual(
    (await groups.list()).map(({ id, name }) => [id, name]),
    [[night.id, "Nights"]],
    "the tag finds it under another name, and none was created",
  );

  await groups.add({ name: "Day shift" });
  const twice = "groups: { day: { displayName: Day shift }, days: { displayName: Day shift } }";
  await assert.rejects(prepared.plan(twice), { code: "ambiguous", message: /^`day` and `days` are both the group/ });
  await groups.add({ name: "Day shift" });
  const once = "groups: { day: { displayName: Day shift } }";
  await assert.rejects(prepared.plan(once), { code: "ambiguous", message: /^2 groups have the display name/ });
});

test("Objects that a file does not name are not read", async () => {
  await using prepared = await PreparedTenant.start();
  await prepared.prepare(SMALL);
  prepared.calls.length = 0;
  await prepared.prepare("groups: { staff: { displayName: All of us } }");
  assert.deepEqual(
    prepared.calls.filter((call) => !/^GET \/(organization|groups\()/.test(call)).map((call) => call.slice(0, 14)),
    ["PATCH /groups/"],
  );
  const { model } = await prepared.export();
  assert.equal(model.groups.staff?.displayName, "All of us");
  assert.equal(model.groups.staff?.members.length, 2);
});

test("An app moves from one user flow to another; a changed text, color or name changes nothing else", async () => {
  await using prepared = await PreparedTenant.start();
  await prepared.prepare(SMALL);
  const moved = SMALL.replace("  Flow: { attributes", "  New: { apps: [first-app] }\n  Flow: { attributes")
    .replace("mfa: required, apps: [first-app]", "mfa: required")
    .replace(
      "Read: { displayName: Read }",
      "Read: { displayName: Read, displayNames: { de: Lesen }, description: All of it }",
    )
    .replace(
      "apps:",
      'tenant: { name: Fabrikam, colour: "#ABC", lifetimes: { signInDays: 30, sessionHours: 24 } }\napps:',
    );
  const plan = await prepared.plan(moved);
  const changed = plan.steps.filter(({ action }) => action === "change");
  assert.deepEqual(changed, [
    {
      action: "change",
      kind: "tenant",
      name: "doorcode.localhost",
      changes: [
        { what: "name", from: "Doorcode", to: "Fabrikam" },
        { what: "colour", from: "#3b5bdb", to: "#aabbcc" },
        { what: "signInDays", from: "365", to: "30" },
      ],
    },
    {
      action: "change",
      kind: "api",
      name: "todo-api",
      changes: [
        { what: "scope Read description", from: "Read", to: "All of it" },
        { what: "scope Read display name (de)", to: "Lesen" },
      ],
    },
    {
      action: "change",
      kind: "user flow",
      name: "Flow",
      changes: [{ what: "second factor", from: "off", to: "on" }],
    },
    {
      action: "change",
      kind: "policy",
      name: "Flow: second factor",
      changes: [{ what: "enabled", from: "on", to: "off" }],
    },
  ]);
  await prepared.prepare(moved);
  assert.deepEqual(await prepared.differences(moved), []);
  const { model } = await prepared.export();
  assert.deepEqual(model.userFlows.New?.apps, ["first-app"]);
  assert.deepEqual(model.userFlows.Flow?.apps, []);
  assert.equal(model.tenant.name, "Fabrikam");
  assert.equal(model.userFlows.Flow?.mfa, "required");
  assert.equal(model.userFlows.New?.mfa, "off");
  const policies = await prepared.tenant.context.store.directory.listPolicies();
  assert.equal(policies.find(({ name }) => name === "Flow: second factor")?.enabled, false, "the app left it");
});

test("An app cannot become an API", async () => {
  await using prepared = await PreparedTenant.start();
  await prepared.prepare("apps: { first-app: {} }");
  await assert.rejects(prepared.plan("apis: { first-app: {} }"), /`first-app` is an app in the tenant/);
  await prepared.prepare("apis: { some-api: {} }");
  await assert.rejects(prepared.plan("apps: { some-api: {} }"), /`some-api` is an API in the tenant/);
});

test("A user flow of the TypeScript API is identified by its name, and its requirements change like those of any other", async () => {
  await using prepared = await PreparedTenant.start();
  const terms = { label: "I accept", url: "https://contoso.example" };
  await prepared.tenant.admin.userFlows.put({ name: "Native", mfaRequired: true, termsOfUse: terms });
  const { model } = await prepared.export();
  assert.equal(model.userFlows.Native?.mfa, "required");
  assert.deepEqual(model.userFlows.Native?.termsOfUse, terms);
  assert.deepEqual(await prepared.differences({ ...model, users: {} }), []);

  await prepared.prepare("userFlows: { Native: { signIn: [email_code] } }");
  const { model: after } = await prepared.export();
  assert.equal(after.userFlows.Native?.mfa, "off");
  assert.deepEqual(after.userFlows.Native?.signIn, ["email_code"]);
  assert.equal(after.userFlows.Native?.termsOfUse, undefined);
  const { done } = await prepared.prepare("tenant: {}", { prune: true });
  assert.deepEqual(done, [], "it is not prepare's to delete");
});

test("The file sets what a client may ask for; settings that it omits stay, and secrets always stay", async () => {
  await using prepared = await PreparedTenant.start();
  const { admin, context } = prepared.tenant;
  const web = (more: string) => `apps: { web: { publicClient: false${more} } }`;
  await prepared.prepare(web(""));
  const { clientId } = (await admin.apps.list()).find(({ name }) => name === "web")!;
  const may = async () => {
    const app = await context.store.directory.findApp(clientId);
    return [app?.grantTypes, app?.administrativeScopes];
  };
  assert.deepEqual(await may(), [null, []]);
  const { secret, keyId } = await admin.apps.addSecret(clientId, { name: "web server" });

  const named = web(", grantTypes: [refresh_token, authorization_code], administrativeScopes: [User.Read.All]");
  const plan = await prepared.plan(named);
  assert.deepEqual(
    plan.steps.flatMap(({ changes }) => changes),
    [
      { what: "grant types", from: "by default", to: "authorization_code, refresh_token" },
      { what: "administrative scopes", to: "User.Read.All" },
    ],
  );
  await prepared.prepare(named);
  assert.deepEqual(await may(), [["refresh_token", "authorization_code"], ["User.Read.All"]]);
  assert.deepEqual(await prepared.differences(web("")), []);
  assert.deepEqual(await prepared.differences(web(", grantTypes: [authorization_code, refresh_token]")), []);
  assert.deepEqual(await prepared.differences(web(""), { prune: true }), []);

  const { model, notes } = await prepared.export();
  assert.deepEqual(model.apps.web?.grantTypes, ["refresh_token", "authorization_code"]);
  assert.deepEqual(model.apps.web?.administrativeScopes, ["User.Read.All"]);
  const written = writeTenantFile(model);
  for (const part of [secret.slice(0, 3), secret, keyId, "web server"]) {
    assert.ok(!(written + notes.join()).includes(part), "nothing of the secret is in the file");
  }

  await prepared.prepare(web(", grantTypes: [], administrativeScopes: []"));
  assert.deepEqual(await may(), [[], []]);
  assert.deepEqual(
    (await admin.apps.secrets(clientId)).map((each) => each.keyId),
    [keyId],
  );
});

test("The file sets what signs the tokens of apps and APIs; without it, that is RS256 again", async () => {
  await using prepared = await PreparedTenant.start();
  const { admin } = prepared.tenant;
  const file = (app = "", api = "") => `apps: { shop: { ${app} } }\napis: { orders: { ${api} } }`;
  await prepared.prepare(file());
  const named = file("idTokenSignedResponseAlg: ES256", "tokenProfile: rfc9068, accessTokenSigningAlg: EdDSA");
  const plan = await prepared.plan(named);
  assert.deepEqual(
    plan.steps.flatMap(({ changes }) => changes),
    [
      { what: "token profile", from: "entra", to: "rfc9068" },
      { what: "signing algorithm", from: "RS256", to: "EdDSA" },
      { what: "ID token algorithm", from: "RS256", to: "ES256" },
    ],
  );
  await prepared.prepare(named);
  const stored = async () => {
    const app = (await admin.apps.list()).find(({ name }) => name === "shop");
    const api = (await admin.apis.list()).find(({ name }) => name === "orders");
    return [app?.idTokenSignedResponseAlg, api?.tokenProfile, api?.accessTokenSigningAlg];
  };
  assert.deepEqual(await stored(), ["ES256", "rfc9068", "EdDSA"]);
  assert.deepEqual(await prepared.differences(named), []);
  const { model } = await prepared.export();
  assert.equal(model.apps.shop?.idTokenSignedResponseAlg, "ES256");
  assert.equal(model.apis.orders?.accessTokenSigningAlg, "EdDSA");
  await prepared.prepare(file());
  assert.deepEqual(await stored(), ["RS256", "entra", "RS256"]);
});

test("The file supports the grant types, scopes and algorithms that the tenant has", () => {
  assert.deepEqual([...fileAlgorithms], [...SIGNING_ALGORITHMS]);
  assert.deepEqual(fileGrantTypes, GRANT_TYPES);
  assert.deepEqual(fileScopes, ADMINISTRATIVE_SCOPES);
});
