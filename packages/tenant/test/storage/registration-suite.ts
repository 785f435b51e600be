import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Registered, Registration, Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import {
  approvedGrant,
  redemption,
  sampleApi,
  sampleApp,
  sampleAudit,
  sampleUser,
  seedSamples,
  T0,
} from "./samples.ts";

const audit = () => sampleAudit("registration");

function sampleRegistered(kind: Registered["kind"], changes: Partial<Registration> = {}): Registered {
  const clientId = randomUUID();
  const registration: Registration = {
    clientId,
    objectId: randomUUID(),
    uniqueName: null,
    description: null,
    tags: [],
    requiredResourceAccess: null,
    servicePrincipalId: null,
    ...changes,
  };
  if (kind === "app") return { kind, registration, app: sampleApp({ clientId }) };
  return { kind, registration, api: sampleApi({ clientId }) };
}

/** Apps and APIs with their names and objects in Graph. */
export function registrationSuite(makeStore: MakeStore): void {
  describe("registrations", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    test("apps and APIs are listed by name, page by page, and found by how name or client ID begins", async () => {
      const tag = `zz${randomUUID().slice(0, 8)}`;
      const ids: string[] = [];
      for (const name of [`${tag} b`, `${tag.toUpperCase()} A`, `${tag} b`, `Not ${tag}`]) {
        const registered = sampleRegistered("app");
        if (registered.kind === "app") registered.app.name = name;
        await store.registrations.insert(registered, audit());
        ids.push(registered.registration.clientId);
      }
      const page = (of: Partial<Parameters<Store["registrations"]["page"]>[0]>) =>
        store.registrations.page({ kind: "app", prefix: tag, limit: 9, ...of });
      const all = (await page({})).map(({ clientId }) => clientId);
      assert.deepEqual(all, [ids[1], ...[ids[0], ids[2]].sort()]);
      const first = await page({ limit: 2 });
      assert.deepEqual(
        first.map(({ clientId }) => clientId),
        all.slice(0, 2),
      );
      assert.deepEqual(
        (await page({ after: first.at(-1) })).map(({ clientId }) => clientId),
        all.slice(2),
      );
      assert.deepEqual((await page({ prefix: tag.toUpperCase() })).length, 3);
      assert.deepEqual(
        (await page({ prefix: ids[3]!.slice(0, 30) })).map(({ name }) => name),
        [`Not ${tag}`],
      );
      assert.deepEqual([await page({ kind: "api" }), await page({ prefix: "%" })], [[], []]);
    });

    test("apps and APIs are counted together", async () => {
      const before = await store.registrations.count();
      for (const kind of ["app", "api", "api"] as const) {
        await store.registrations.insert(sampleRegistered(kind), audit());
      }
      assert.equal(await store.registrations.count(), before + 3);
    });

    test("what is inserted is found by each of its keys, and is the app or API that sign-ins know", async () => {
      const uniqueName = randomUUID();
      const app = sampleRegistered("app", {
        uniqueName,
        description: "What for",
        tags: ["a", "b"],
        requiredResourceAccess: [
          { resourceAppId: randomUUID(), resourceAccess: [{ id: randomUUID(), type: "Scope" }] },
        ],
        servicePrincipalId: randomUUID(),
      });
      const api = sampleRegistered("api");
      for (const each of [app, api]) assert.equal(await store.registrations.insert(each, audit()), "inserted");
      const { clientId, objectId, servicePrincipalId } = app.registration;
      const keys = [{ clientId }, { objectId }, { uniqueName }, { servicePrincipalId: servicePrincipalId as string }];
      for (const key of keys) assert.deepEqual(await store.registrations.find(key), app);
      assert.deepEqual(await store.registrations.find({ objectId: api.registration.objectId }), api);
      assert.equal(await store.registrations.find({ objectId: clientId }), undefined);
      assert.ok(app.kind === "app");
      assert.deepEqual(await store.directory.findApp(clientId), app.app);
      const listed = (await store.registrations.list()).map(({ registration }) => registration.objectId);
      assert.ok(listed.includes(objectId) && listed.includes(api.registration.objectId));
    });

    test("an app that is inserted directly has an object and a service principal, and keeps them when it is replaced", async () => {
      const { app } = await seedSamples(store);
      const before = await store.registrations.find({ clientId: app.clientId });
      assert.match(before?.registration.objectId ?? "", /^[0-9a-f-]{36}$/);
      assert.notEqual(before?.registration.servicePrincipalId, null);
      await seed(store).putApp({ ...app, name: "Again" });
      const after = await store.registrations.find({ clientId: app.clientId });
      assert.deepEqual(after?.registration, before?.registration);
    });

    test("a unique name has one owner among apps and APIs together, also in concurrent calls", async () => {
      for (let round = 0; round < 10; round++) {
        const uniqueName = randomUUID();
        const all = (["app", "api", "app", "api"] as const).map((kind) => sampleRegistered(kind, { uniqueName }));
        const outcomes = await Promise.all(all.map((each) => store.registrations.insert(each, audit())));
        assert.deepEqual(outcomes.sort(), ["inserted", "unique_name", "unique_name", "unique_name"]);
        const found = await store.registrations.find({ uniqueName });
        const losers = all.filter(({ registration }) => registration.objectId !== found?.registration.objectId);
        for (const { registration } of losers) {
          assert.equal(await store.registrations.find({ objectId: registration.objectId }), undefined);
        }
      }
    });

    test("an identifier URI belongs to one API, a client ID to one registration", async () => {
      const first = sampleRegistered("api");
      await store.registrations.insert(first, audit());
      assert.ok(first.kind === "api");
      const second = sampleRegistered("api");
      assert.ok(second.kind === "api");
      second.api.identifierUri = first.api.identifierUri;
      assert.equal(await store.registrations.insert(second, audit()), "identifier_uri");
      const third = sampleRegistered("app", { clientId: first.registration.clientId });
      assert.equal(await store.registrations.insert(third, audit()), "client_id");
      const other = sampleRegistered("api");
      await store.registrations.insert(other, audit());
      const taking = (before: Registered): Registered => {
        assert.ok(before.kind === "api" && first.kind === "api");
        return { ...before, api: { ...before.api, identifierUri: first.api.identifierUri } };
      };
      assert.deepEqual(await store.registrations.change(other.registration.objectId, taking, audit()), {
        outcome: "conflict",
        with: "identifier_uri",
      });
      assert.deepEqual(await store.registrations.find({ objectId: other.registration.objectId }), other);
    });

    test("concurrent changes of one registration each see the others' results", async () => {
      const registered = sampleRegistered("app");
      await store.registrations.insert(registered, audit());
      const { objectId } = registered.registration;
      const tags = Array.from({ length: 16 }, (_, index) => `tag ${index}`);
      const changes = tags.map((tag) =>
        store.registrations.change(
          objectId,
          (before) => ({
            ...before,
            registration: { ...before.registration, tags: [...before.registration.tags, tag] },
          }),
          audit(),
        ),
      );
      for (const { outcome } of await Promise.all(changes)) assert.equal(outcome, "changed");
      const found = await store.registrations.find({ objectId });
      assert.deepEqual(found?.registration.tags.sort(), tags.sort());
    });

    test("a refused change, or one of an unknown registration, changes nothing", async () => {
      const registered = sampleRegistered("app");
      await store.registrations.insert(registered, audit());
      const { objectId } = registered.registration;
      const refuse = () => {
        throw new RangeError("refused here");
      };
      await assert.rejects(store.registrations.change(objectId, refuse, audit()), RangeError);
      assert.deepEqual(await store.registrations.find({ objectId }), registered);
      const unknown = await store.registrations.change(randomUUID(), refuse, audit());
      assert.deepEqual(unknown, { outcome: "unknown" });
    });

    for (const kind of ["app", "api"] as const) {
      test(`a change of an ${kind} can replace everything but kind, IDs and creation time`, async () => {
        const own = () => ({
          uniqueName: randomUUID(),
          description: randomUUID(),
          tags: [randomUUID()],
          requiredResourceAccess: [{ resourceAppId: randomUUID(), resourceAccess: [] }],
          servicePrincipalId: randomUUID(),
        });
        const [registered, another] = [sampleRegistered(kind, own()), sampleRegistered(kind, own())];
        const thing = another.kind === "app" ? another.app : another.api;
        thing.createdAt = T0 + 1;
        await store.registrations.insert(registered, audit());
        const { clientId, objectId, servicePrincipalId } = registered.registration;
        const changed = await store.registrations.change(objectId, () => another, audit());
        const registration = { ...another.registration, clientId, objectId, servicePrincipalId };
        const expected = { kind, registration, [kind]: { ...thing, clientId, createdAt: T0 } };
        assert.deepEqual(changed, { outcome: "changed", registered: expected });
        assert.deepEqual(await store.registrations.find({ objectId }), expected);
        assert.equal(await store.registrations.find({ objectId: another.registration.objectId }), undefined);
        const other = sampleRegistered(kind === "app" ? "api" : "app");
        await assert.rejects(
          store.registrations.change(objectId, () => other, audit()),
          TypeError,
        );
        assert.deepEqual(await store.registrations.find({ objectId }), expected);
      });
    }

    test("consents to a scope, and assignments of a role, follow the API's change", async () => {
      const { api, app, user, consent } = await seedSamples(store);
      const { directory, registrations } = store;
      await seed(store).assignRole(api.clientId, "ToDoList.Reader", user.id);
      const found = await registrations.find({ clientId: api.clientId });
      const [role] = api.roles;
      const put = (scopes: typeof api.scopes, roles: typeof api.roles) =>
        registrations.change(
          found!.registration.objectId,
          (before) => (before.kind === "api" ? { ...before, api: { ...before.api, scopes, roles } } : before),
          audit(),
        );
      await put(api.scopes, [{ ...role!, value: "ToDoList.Viewer" }]);
      assert.deepEqual(await directory.rolesFor(api.clientId, user.id), ["ToDoList.Viewer"]);
      await put(api.scopes, [{ ...role!, value: "ToDoList.Viewer", enabled: false }]);
      assert.deepEqual(await directory.rolesFor(api.clientId, user.id), []);
      const [first, second] = api.scopes;
      await put([second!], []);
      assert.deepEqual(await directory.consentsFor(app.clientId, user.id), []);
      await put([first!, second!], api.roles);
      assert.deepEqual(await directory.consentsFor(app.clientId, user.id), []);
      assert.deepEqual(await directory.rolesFor(api.clientId, user.id), []);
      assert.equal(consent.scopes[0], first!.value);
    });

    test("roles that take each other's names keep their assignments", async () => {
      const { api, user: reader } = await seedSamples(store);
      const editor = sampleUser();
      await seed(store).insertUser(editor);
      const { clientId } = api;
      const found = await store.registrations.find({ clientId });
      const role = (value: string) => ({ id: randomUUID(), value, displayName: value });
      const [first, second] = [role("Reader"), role("Editor")];
      const put = (...roles: typeof api.roles) =>
        store.registrations.change(
          found!.registration.objectId,
          (before) => (before.kind === "api" ? { ...before, api: { ...before.api, roles } } : before),
          audit(),
        );
      const held = async () => [
        await store.directory.rolesFor(clientId, reader.id),
        await store.directory.rolesFor(clientId, editor.id),
      ];
      await put(first, second);
      await seed(store).assignRole(clientId, "Reader", reader.id);
      await seed(store).assignRole(clientId, "Editor", editor.id);
      await put({ ...first, value: "Editor" }, { ...second, value: "Owner" });
      assert.deepEqual(await held(), [["Editor"], ["Owner"]]);
      await put({ ...first, value: "Owner" }, { ...second, value: "Editor" });
      assert.deepEqual(await held(), [["Owner"], ["Editor"]]);
      await put({ ...first, value: "Editor" });
      assert.deepEqual(await held(), [["Editor"], []]);
    });

    test("a service principal is created once, also in concurrent calls", async () => {
      const { registration } = sampleRegistered("app");
      const unknown = await store.registrations.addServicePrincipal(registration.clientId, randomUUID(), audit());
      assert.equal(unknown, "unknown");
      const registered = sampleRegistered("app");
      await store.registrations.insert(registered, audit());
      const ids = [1, 2, 3, 4].map(() => randomUUID());
      const { clientId } = registered.registration;
      const outcomes = await Promise.all(
        ids.map((id) => store.registrations.addServicePrincipal(clientId, id, audit())),
      );
      assert.deepEqual([...outcomes].sort(), ["added", "exists", "exists", "exists"]);
      const found = await store.registrations.find({ clientId });
      assert.equal(found?.registration.servicePrincipalId, ids[outcomes.indexOf("added")]);
    });

    test("approvals of a deleted app are worthless, and no one has scopes and roles of a deleted API", async () => {
      const samples = await seedSamples(store);
      const { app, api, user } = samples;
      const grant = await approvedGrant(store, samples);
      await seed(store).assignRole(api.clientId, "ToDoList.Reader", user.id);
      await seed(store).assign(api.clientId, user.id);
      for (const { clientId } of [api, app]) {
        const found = await store.registrations.find({ clientId });
        const { objectId } = found!.registration;
        assert.equal(await store.registrations.delete(objectId, T0, audit()), true);
        assert.equal(await store.registrations.delete(objectId, T0, audit()), false);
        assert.equal(await store.registrations.find({ clientId }), undefined);
      }
      assert.equal((await store.tokens.redeem(redemption(grant, user.id))).outcome, "lost");
      assert.deepEqual(await store.permissions.listConsents({ clientId: app.clientId }), []);
      assert.deepEqual(await store.permissions.assignmentsAt(api.clientId), []);
      assert.equal(await seed(store).putApp(sampleApp({ clientId: api.clientId })), true);
    });

    test("every change writes its audit record, and one that did not happen writes none", async () => {
      const event = `audited ${randomUUID()}`;
      const record = sampleAudit(event);
      const uniqueName = randomUUID();
      const registered = sampleRegistered("app", { uniqueName });
      await store.registrations.insert(registered, record);
      await store.registrations.insert(sampleRegistered("app", { uniqueName }), record);
      const { objectId, clientId } = registered.registration;
      await store.registrations.change(objectId, (before) => before, record);
      await store.registrations.change(randomUUID(), (before) => before, record);
      await store.registrations.addServicePrincipal(clientId, randomUUID(), record);
      await store.registrations.addServicePrincipal(clientId, randomUUID(), record);
      await store.registrations.delete(objectId, T0, record);
      await store.registrations.delete(objectId, T0, record);
      assert.equal((await store.audit.list({ event, limit: 10 })).length, 4);
    });
  });
}
