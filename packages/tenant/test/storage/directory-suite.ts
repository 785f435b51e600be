import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { newRegistration } from "../../src/admin/apps.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import type { Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { approvalBy, pendingGrant, sampleApi, sampleApp, sampleAudit, sampleUser, seedSamples, T0 } from "./samples.ts";

export function directorySuite(makeStore: MakeStore): void {
  describe("directory", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    test("a setting that is set once stays, also with concurrent calls", async () => {
      assert.equal(await store.directory.setting("tenant_id"), undefined);
      const values = ["a", "b", "c", "d"];
      const answers = await Promise.all(values.map((value) => store.directory.settingOnce("tenant_id", value)));
      assert.equal(new Set(answers).size, 1);
      assert.equal(await store.directory.setting("tenant_id"), answers[0]);
    });

    test("an app is inserted once, and later changes stay when it is inserted again", async () => {
      const app = sampleApp();
      const register = () => {
        const registration = newRegistration(app.clientId);
        return store.registrations.insert({ kind: "app", registration, app }, sampleAudit("app.inserted"));
      };
      const inserted = await Promise.all(Array.from({ length: 12 }, register));
      assert.deepEqual(
        inserted.filter((outcome) => outcome !== "client_id"),
        ["inserted"],
      );
      const disabled = { ...app, disabledAt: T0 };
      assert.equal(await seed(store).putApp(disabled), true);
      assert.equal(await register(), "client_id");
      assert.deepEqual(await store.directory.findApp(app.clientId), disabled);
    });

    test("a user is found by id and by normalized email", async () => {
      const user = sampleUser({ email: "Ana.Example@Contoso.example", passwordHash: "$argon2id$…" });
      assert.equal(await seed(store).insertUser(user), true);
      assert.deepEqual(await store.directory.findUser(user.id), user);
      assert.deepEqual(await store.directory.findUserByEmail("ana.example@contoso.example"), user);
      assert.equal(await store.directory.findUserByEmail("Ana.Example@Contoso.example"), undefined);
      assert.ok((await store.directory.listUsers()).some(({ id }) => id === user.id));
    });

    test("of two concurrent sign-ups with one address, one gets it", async () => {
      const email = `${randomUUID()}@contoso.example`;
      const users = [sampleUser({ email }), sampleUser({ email: email.toUpperCase() })];
      const inserted = await Promise.all(users.map((user) => seed(store).insertUser(user)));
      assert.deepEqual(inserted.sort(), [false, true]);
    });

    test("a user is disabled and enabled again; an unknown one returns false", async () => {
      const user = sampleUser();
      await seed(store).insertUser(user);
      assert.equal(await seed(store).setUserDisabled(user.id, T0, T0), true);
      assert.equal((await store.directory.findUser(user.id))?.disabledAt, T0);
      assert.equal(await seed(store).setUserDisabled(user.id, null, T0), true);
      assert.equal((await store.directory.findUser(user.id))?.disabledAt, null);
      assert.equal(await seed(store).setUserDisabled(randomUUID(), T0, T0), false);
    });

    test("an app is inserted, replaced and deleted with its consents", async () => {
      const { app, user, consent } = await seedSamples(store);
      assert.deepEqual(await store.directory.findApp(app.clientId), app);
      const changed = { ...app, name: "Renamed", publicClient: false, redirectUris: [] };
      assert.equal(await seed(store).putApp(changed), true);
      assert.deepEqual(await store.directory.findApp(app.clientId), changed);
      assert.equal((await store.directory.listApps()).filter(({ clientId }) => clientId === app.clientId).length, 1);
      await seed(store).addConsent({ ...consent, userId: null });
      assert.equal(await seed(store).deleteApp(app.clientId, T0), true);
      assert.equal(await seed(store).deleteApp(app.clientId, T0), false);
      assert.equal(await store.directory.findApp(app.clientId), undefined);
      assert.deepEqual(await store.directory.consentsFor(app.clientId, user.id), []);
    });

    test("an API is found by client ID and identifier URI, and replaced with its scopes and roles", async () => {
      const api = sampleApi();
      assert.equal(await seed(store).putApi(api), true);
      assert.deepEqual(await store.directory.findApi(api.clientId), api);
      assert.deepEqual(await store.directory.findApiByIdentifierUri(api.identifierUri), api);
      const changed = { ...api, tokenProfile: "rfc9068" as const, scopes: [], roles: [] };
      assert.equal(await seed(store).putApi(changed), true);
      assert.deepEqual(await store.directory.findApi(api.clientId), changed);
    });

    test("an app and an API never share a client ID, even in concurrent calls", async () => {
      for (let round = 0; round < 10; round++) {
        const clientId = randomUUID();
        const put = [seed(store).putApp(sampleApp({ clientId })), seed(store).putApi(sampleApi({ clientId }))];
        assert.deepEqual((await Promise.all(put)).sort(), [false, true]);
        const [app, api] = [await store.directory.findApp(clientId), await store.directory.findApi(clientId)];
        assert.equal(app === undefined, api !== undefined);
      }
    });

    test("two APIs never share an identifier URI, and the refused one takes no client ID", async () => {
      const first = sampleApi();
      await seed(store).putApi(first);
      const second = sampleApi({ identifierUri: first.identifierUri });
      assert.equal(await seed(store).putApi(second), false);
      assert.equal(await store.directory.findApi(second.clientId), undefined);
      assert.equal(await seed(store).putApp(sampleApp({ clientId: second.clientId })), true);
    });

    test("consents add up, of the administrator and of this user only", async () => {
      const { directory } = store;
      const samples = await seedSamples(store);
      const { app, api, user, scopes: asked } = samples;
      const scope = { consent: "User" as const, displayName: "", description: "", enabled: true };
      await seed(store).putApi({ ...api, scopes: ["A", "B", "C"].map((value) => ({ ...scope, value })) });
      await seed(store).removeConsent(app.clientId, null, api.clientId);
      const consent = { clientId: app.clientId, userId: user.id, resourceId: api.clientId };
      const other = { ...consent, userId: sampleUser().id };
      const approve = async (resourceScopes: string[]) => {
        const { id } = await pendingGrant(store, samples);
        const by = {
          sessionId: await signInBrowser(store, user.id, T0),
          userId: user.id,
          now: T0,
          audit: sampleAudit("grant"),
        };
        await store.grants.claim(id, by);
        const approval = approvalBy(user.id, by.sessionId, { ...asked, resourceScopes });
        assert.equal((await store.grants.approve(id, approval)).outcome, "done");
      };
      await Promise.all([
        approve(["A", "C"]),
        approve(["B", "A"]),
        seed(store).addConsent({ ...consent, userId: null, scopes: ["C"] }),
        seed(store).addConsent({ ...other, scopes: ["D"] }),
        seed(store).addConsent({ ...consent, resourceId: "elsewhere", scopes: ["E"] }),
      ]);
      const own = (await directory.consentsFor(app.clientId, user.id)).filter((each) => each.userId !== null);
      const inOrder = own.toSorted((a, b) => a.scopes[0]!.localeCompare(b.scopes[0]!));
      assert.deepEqual(inOrder, [
        { ...consent, scopes: ["A", "B", "C"] },
        { ...consent, resourceId: "elsewhere", scopes: ["E"] },
        { ...consent, resourceId: GRAPH_RESOURCE_ID, scopes: [...asked.oidc].sort() },
      ]);
      const all = await directory.consentsFor(app.clientId, user.id);
      assert.deepEqual(
        all.filter((each) => each.userId === null && each.resourceId === api.clientId),
        [{ ...consent, userId: null, scopes: ["C"] }],
      );
      await seed(store).removeConsent(app.clientId, user.id, api.clientId);
      await seed(store).removeConsent(app.clientId, null, api.clientId);
      const left = await directory.consentsFor(app.clientId, user.id);
      assert.deepEqual(
        left.filter(({ resourceId }) => resourceId !== GRAPH_RESOURCE_ID),
        [{ ...consent, resourceId: "elsewhere", scopes: ["E"] }],
      );
      assert.equal((await directory.consentsFor(app.clientId, other.userId)).length, 1);
    });

    test("a user has the assigned roles that the API still has", async () => {
      const { directory } = store;
      const { api, user } = await seedSamples(store);
      await seed(store).assignRole(api.clientId, "ToDoList.Reader", user.id);
      await seed(store).assignRole(api.clientId, "ToDoList.Reader", user.id);
      await seed(store).assignRole(api.clientId, "No.Such.Role", user.id);
      assert.deepEqual(await directory.rolesFor(api.clientId, user.id), ["ToDoList.Reader"]);
      assert.deepEqual(await directory.rolesFor(api.clientId, randomUUID()), []);
      await seed(store).putApi({ ...api, roles: [] });
      assert.deepEqual(await directory.rolesFor(api.clientId, user.id), []);
    });
  });
}
