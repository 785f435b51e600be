import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Store } from "../../src/storage/store.ts";
import type { MakePlace, TestPlace } from "./open-test-store.ts";
import { furnish, sampleApi, sampleApp, sampleUser, T0 } from "./samples.ts";

export function directorySuite(makePlace: MakePlace): void {
  describe("directory", () => {
    let place: TestPlace;
    let store: Store;
    before(async () => {
      place = await makePlace();
      store = await place.open();
    });
    after(() => place.remove());

    test("a setting that was made once stays, whoever asks at the same time", async () => {
      assert.equal(await store.directory.setting("tenant_id"), undefined);
      const values = ["a", "b", "c", "d"];
      const answers = await Promise.all(values.map((value) => store.directory.settingOnce("tenant_id", value)));
      assert.equal(new Set(answers).size, 1);
      assert.equal(await store.directory.setting("tenant_id"), answers[0]);
    });

    test("an app is inserted once, and what it was changed to stays, whoever inserts it again", async () => {
      const app = sampleApp();
      const inserted = await Promise.all(Array.from({ length: 12 }, () => store.directory.insertApp(app)));
      assert.deepEqual(inserted.filter(Boolean), [true]);
      const disabled = { ...app, disabledAt: T0 };
      assert.equal(await store.directory.putApp(disabled), true);
      assert.equal(await store.directory.insertApp(app), false);
      assert.deepEqual(await store.directory.findApp(app.clientId), disabled);
    });

    test("a user is found by id and by normalized email", async () => {
      const user = sampleUser({ email: "Ana.Example@Contoso.example", passwordHash: "$argon2id$…" });
      assert.equal(await store.directory.insertUser(user), true);
      assert.deepEqual(await store.directory.findUser(user.id), user);
      assert.deepEqual(await store.directory.findUserByEmail("ana.example@contoso.example"), user);
      assert.equal(await store.directory.findUserByEmail("Ana.Example@Contoso.example"), undefined);
      assert.ok((await store.directory.listUsers()).some(({ id }) => id === user.id));
    });

    test("of two who sign up with one address at once, one gets it", async () => {
      const email = `${randomUUID()}@contoso.example`;
      const users = [sampleUser({ email }), sampleUser({ email: email.toUpperCase() })];
      const inserted = await Promise.all(users.map((user) => store.directory.insertUser(user)));
      assert.deepEqual(inserted.sort(), [false, true]);
    });

    test("a user is disabled and enabled again; an unknown one is false", async () => {
      const user = sampleUser();
      await store.directory.insertUser(user);
      assert.equal(await store.directory.setUserDisabled(user.id, T0, T0), true);
      assert.equal((await store.directory.findUser(user.id))?.disabledAt, T0);
      assert.equal(await store.directory.setUserDisabled(user.id, null, T0), true);
      assert.equal((await store.directory.findUser(user.id))?.disabledAt, null);
      assert.equal(await store.directory.setUserDisabled(randomUUID(), T0, T0), false);
    });

    test("an app is inserted, replaced and deleted with its consents", async () => {
      const { app, user, consent } = await furnish(store);
      assert.deepEqual(await store.directory.findApp(app.clientId), app);
      const changed = { ...app, name: "Renamed", publicClient: false, secretHash: "hash", redirectUris: [] };
      assert.equal(await store.directory.putApp(changed), true);
      assert.deepEqual(await store.directory.findApp(app.clientId), changed);
      assert.equal((await store.directory.listApps()).filter(({ clientId }) => clientId === app.clientId).length, 1);
      await store.directory.addConsent({ ...consent, userId: null });
      assert.equal(await store.directory.deleteApp(app.clientId, T0), true);
      assert.equal(await store.directory.deleteApp(app.clientId, T0), false);
      assert.equal(await store.directory.findApp(app.clientId), undefined);
      assert.deepEqual(await store.directory.consentsFor(app.clientId, user.id), []);
    });

    test("an API is found by client ID and identifier URI, and replaced with its scopes and roles", async () => {
      const api = sampleApi();
      assert.equal(await store.directory.putApi(api), true);
      assert.deepEqual(await store.directory.findApi(api.clientId), api);
      assert.deepEqual(await store.directory.findApiByIdentifierUri(api.identifierUri), api);
      const changed = { ...api, tokenProfile: "rfc9068" as const, scopes: [], roles: [] };
      assert.equal(await store.directory.putApi(changed), true);
      assert.deepEqual(await store.directory.findApi(api.clientId), changed);
    });

    test("an app and an API never share a client ID, even when both ask at once", async () => {
      for (let round = 0; round < 10; round++) {
        const clientId = randomUUID();
        const put = [store.directory.putApp(sampleApp({ clientId })), store.directory.putApi(sampleApi({ clientId }))];
        assert.deepEqual((await Promise.all(put)).sort(), [false, true]);
        const [app, api] = [await store.directory.findApp(clientId), await store.directory.findApi(clientId)];
        assert.equal(app === undefined, api !== undefined);
      }
    });

    test("two APIs never share an identifier URI, and the one refused takes no client ID", async () => {
      const first = sampleApi();
      await store.directory.putApi(first);
      const second = sampleApi({ identifierUri: first.identifierUri });
      assert.equal(await store.directory.putApi(second), false);
      assert.equal(await store.directory.findApi(second.clientId), undefined);
      assert.equal(await store.directory.putApp(sampleApp({ clientId: second.clientId })), true);
    });

    test("consents add up, of the administrator and of the user alone", async () => {
      const { directory } = store;
      const { app, api, user } = await furnish(store);
      const consent = { clientId: app.clientId, userId: user.id, resourceId: api.clientId };
      const other = { ...consent, userId: sampleUser().id };
      await Promise.all([
        directory.addConsent({ ...consent, scopes: ["A", "ToDoList.Read"] }),
        directory.addConsent({ ...consent, scopes: ["B", "A"] }),
        directory.addConsent({ ...consent, userId: null, scopes: ["C"] }),
        directory.addConsent({ ...other, scopes: ["D"] }),
        directory.addConsent({ ...consent, resourceId: "elsewhere", scopes: ["E"] }),
        directory.addConsent({ ...consent, scopes: [] }),
      ]);
      assert.deepEqual(await directory.consentsFor(app.clientId, user.id), [
        { ...consent, userId: null, scopes: ["C"] },
        ...[
          { ...consent, scopes: ["A", "B", "ToDoList.Read"] },
          { ...consent, resourceId: "elsewhere", scopes: ["E"] },
        ].sort((a, b) => (a.resourceId < b.resourceId ? -1 : 1)),
      ]);
      await directory.removeConsent(app.clientId, user.id, api.clientId);
      await directory.removeConsent(app.clientId, null, api.clientId);
      const left = await directory.consentsFor(app.clientId, user.id);
      assert.deepEqual(left, [{ ...consent, resourceId: "elsewhere", scopes: ["E"] }]);
      assert.equal((await directory.consentsFor(app.clientId, other.userId)).length, 1);
    });

    test("a user has the roles that were assigned and that the API still has", async () => {
      const { directory } = store;
      const { api, user } = await furnish(store);
      await directory.assignRole(api.clientId, "ToDoList.Reader", user.id);
      await directory.assignRole(api.clientId, "ToDoList.Reader", user.id);
      await directory.assignRole(api.clientId, "No.Such.Role", user.id);
      assert.deepEqual(await directory.rolesFor(api.clientId, user.id), ["ToDoList.Reader"]);
      assert.deepEqual(await directory.rolesFor(api.clientId, randomUUID()), []);
      await directory.putApi({ ...api, roles: [] });
      assert.deepEqual(await directory.rolesFor(api.clientId, user.id), []);
    });
  });
}
