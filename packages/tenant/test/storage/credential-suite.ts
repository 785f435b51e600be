import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { type AppCertificate, MAX_CERTIFICATES } from "../../src/directory/app-certificate.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import type { Store } from "../../src/storage/store.ts";
import type { MakePlace, TestPlace } from "./open-test-store.ts";
import { DAY, furnish, MINUTE, sampleAudit, T0 } from "./samples.ts";

export function credentialSuite(makePlace: MakePlace): void {
  describe("credentials of apps", () => {
    let place: TestPlace;
    let store: Store;
    before(async () => {
      place = await makePlace();
      store = await place.open();
    });
    after(() => place.remove());

    test("certificates are listed oldest first, each once, and go with their app", async () => {
      const { app } = await furnish(store);
      const [second, first] = [sampleCertificate(app.clientId, T0 + 1), sampleCertificate(app.clientId, T0)];
      for (const each of [second, first]) assert.equal(await store.credentials.addCertificate(each), "added");
      const again = { ...first, keyId: randomUUID() };
      assert.equal(await store.credentials.addCertificate(again), "known");
      assert.deepEqual(await store.credentials.certificatesOf(app.clientId), [first, second]);
      await store.directory.deleteApp(app.clientId, T0);
      assert.deepEqual(await store.credentials.certificatesOf(app.clientId), []);
      assert.equal(await store.credentials.addCertificate(first), "app_unknown");
    });

    test("an app that is written anew keeps its certificates", async () => {
      const { app } = await furnish(store);
      const certificate = sampleCertificate(app.clientId);
      await store.credentials.addCertificate(certificate);
      await store.directory.putApp({ ...app, name: "Renamed" });
      assert.deepEqual(await store.credentials.certificatesOf(app.clientId), [certificate]);
    });

    test("of many that are added at once, as many stand as an app may have", async () => {
      const { app } = await furnish(store);
      const many = Array.from({ length: MAX_CERTIFICATES + 6 }, () => sampleCertificate(app.clientId));
      const outcomes = await Promise.all(many.map((each) => store.credentials.addCertificate(each)));
      assert.equal(outcomes.filter((outcome) => outcome === "added").length, MAX_CERTIFICATES);
      assert.equal(outcomes.filter((outcome) => outcome === "full").length, 6);
      assert.equal((await store.credentials.certificatesOf(app.clientId)).length, MAX_CERTIFICATES);
    });

    test("a change is given what stands, and what it returns stands then: those, and no others", async () => {
      const { app } = await furnish(store);
      const [kept, gone, fresh] = [0, 1, 2].map((at) => sampleCertificate(app.clientId, T0 + at)) as [
        AppCertificate,
        AppCertificate,
        AppCertificate,
      ];
      const { credentials } = store;
      const change = (how: (before: AppCertificate[]) => AppCertificate[], clientId = app.clientId) =>
        credentials.changeCertificates(clientId, how, sampleAudit(`changed ${app.clientId}`));
      const other = sampleCertificate((await furnish(store)).app.clientId);
      for (const each of [kept, gone, other]) await credentials.addCertificate(each);
      const renamed = { ...kept, displayName: "renamed" };
      assert.equal(
        await change((before) => {
          assert.deepEqual(before, [kept, gone]);
          return [renamed, fresh];
        }),
        true,
      );
      assert.deepEqual(await credentials.certificatesOf(app.clientId), [renamed, fresh]);
      const refusal = new Error("refused");
      const refused = change(() => {
        throw refusal;
      });
      await assert.rejects(refused, refusal);
      assert.deepEqual(await credentials.certificatesOf(app.clientId), [renamed, fresh]);
      assert.equal(await change(() => []), true);
      assert.deepEqual(await credentials.certificatesOf(app.clientId), []);
      assert.equal(await change(() => [], randomUUID()), false);
      assert.deepEqual(await credentials.certificatesOf(other.clientId), [other]);
      assert.equal((await store.audit.list({ event: `changed ${app.clientId}`, limit: 9 })).length, 2);
    });

    test("of two changes at once neither loses what the other added", async () => {
      const { app } = await furnish(store);
      const added = Array.from({ length: 6 }, (_, at) => sampleCertificate(app.clientId, T0 + at));
      const audit = sampleAudit("app.certificates");
      const add = (one: AppCertificate) =>
        store.credentials.changeCertificates(app.clientId, (before) => [...before, one], audit);
      await Promise.all(added.map(add));
      assert.deepEqual(await store.credentials.certificatesOf(app.clientId), added);
    });

    test("of 64 who bring one assertion at once one spends it, and one record is written", async () => {
      for (let round = 0; round < 3; round++) {
        const assertionHash = randomUUID();
        const event = `app_token.issued.${assertionHash}`;
        const input = { assertionHash, expiresAt: T0 + MINUTE, audit: sampleAudit(event) };
        const spent = await Promise.all(Array.from({ length: 64 }, () => store.credentials.consumeAssertion(input)));
        assert.equal(spent.filter(Boolean).length, 1);
        assert.equal((await store.audit.list({ event, limit: 9 })).length, 1);
      }
    });

    test("what was spent is swept once it has expired, and not before", async () => {
      const input = { assertionHash: randomUUID(), expiresAt: T0 + MINUTE, audit: null };
      assert.equal(await store.credentials.consumeAssertion(input), true);
      await store.purgeExpired(T0 + MINUTE - 1);
      assert.equal(await store.credentials.consumeAssertion(input), false);
      await store.purgeExpired(T0 + MINUTE);
      assert.equal(await store.credentials.consumeAssertion(input), true);
    });

    test("an app has the roles that its service principal is assigned, and at Graph those that there are", async () => {
      const { directory, registrations } = store;
      const { app, api } = await furnish(store);
      const found = await registrations.find({ clientId: app.clientId });
      const principalId = found!.registration.servicePrincipalId!;
      await directory.assignRole(api.clientId, "ToDoList.Reader", principalId);
      await directory.assignRole(GRAPH_RESOURCE_ID, "Application.Read.All", principalId);
      await directory.assignRole(GRAPH_RESOURCE_ID, "No.Such.Permission", principalId);
      assert.deepEqual(await directory.rolesFor(api.clientId, principalId), ["ToDoList.Reader"]);
      assert.deepEqual(await directory.rolesFor(GRAPH_RESOURCE_ID, principalId), ["Application.Read.All"]);
      await directory.unassignRoles(GRAPH_RESOURCE_ID, principalId);
      assert.deepEqual(await directory.rolesFor(GRAPH_RESOURCE_ID, principalId), []);
      assert.deepEqual(await directory.rolesFor(api.clientId, principalId), ["ToDoList.Reader"]);
      await directory.deleteApp(app.clientId, T0);
      assert.deepEqual(await directory.rolesFor(api.clientId, principalId), []);
    });
  });
}

function sampleCertificate(clientId: string, createdAt = T0): AppCertificate {
  return {
    keyId: randomUUID(),
    clientId,
    thumbprint: randomUUID(),
    certificate: "MIIB",
    displayName: "ci",
    notBefore: T0,
    notAfter: T0 + 365 * DAY,
    createdAt,
  };
}
