import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { newRegistration } from "../../src/admin/apps.ts";
import { type AppCertificate, MAX_CERTIFICATES } from "../../src/directory/app-certificate.ts";
import { type AppSecret, MAX_SECRETS } from "../../src/directory/app-secret.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import type { ChangeRegistered, Registered, Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { DAY, MINUTE, sampleApp, sampleAudit, seedSamples, T0 } from "./samples.ts";

export function credentialSuite(makeStore: MakeStore): void {
  describe("credentials of apps", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());
    const add = (certificate: AppCertificate, roles: string[] = [], audit = sampleAudit("app.certificate_added")) =>
      store.credentials.addCertificate(certificate, { roles, servicePrincipalId: randomUUID() }, audit);
    const changeCertificates = async (
      clientId: string,
      how: (before: AppCertificate[]) => AppCertificate[],
      event = "app.changed",
    ) => {
      const { registration } = (await store.registrations.find({ clientId }))!;
      const change: ChangeRegistered = (before, certificates) => ({ ...before, certificates: how(certificates) });
      return (
        (await store.registrations.change(registration.objectId, change, sampleAudit(event))).outcome === "changed"
      );
    };

    test("certificates are listed oldest first, each once, and deleted with their app", async () => {
      const { app } = await seedSamples(store);
      const [second, first] = [sampleCertificate(app.clientId, T0 + 1), sampleCertificate(app.clientId, T0)];
      for (const each of [second, first]) assert.equal(await add(each), "added");
      const again = { ...first, keyId: randomUUID() };
      assert.equal(await add(again), "known");
      assert.deepEqual(await store.credentials.certificatesOf(app.clientId), [first, second]);
      await seed(store).deleteApp(app.clientId, T0);
      assert.deepEqual(await store.credentials.certificatesOf(app.clientId), []);
      assert.equal(await add(first), "app_unknown");
    });

    test("an app has secrets, as many as it may have though many are added at once; each is removed alone, and all with the app", async () => {
      const { app } = await seedSamples(store);
      const { credentials } = store;
      const many = Array.from({ length: MAX_SECRETS + 6 }, (_, at) => sampleSecret(app.clientId, T0 + at));
      const event = `added ${app.clientId}`;
      const outcomes = await Promise.all(many.map((each) => credentials.addSecret(each, sampleAudit(event))));
      assert.equal(outcomes.filter((outcome) => outcome === "full").length, 6);
      const added = many.filter((_, at) => outcomes[at] === "added");
      assert.deepEqual(await credentials.secretsOf(app.clientId), added);
      // What was refused is not recorded.
      assert.equal((await store.audit.list({ event, limit: 99 })).length, MAX_SECRETS);

      const [gone, ...left] = added as [AppSecret, ...AppSecret[]];
      const other = (await seedSamples(store)).app;
      const remove = (clientId: string) =>
        credentials.removeSecret(clientId, gone.keyId, sampleAudit(`removed ${gone.keyId}`));
      assert.equal(await remove(other.clientId), false);
      const removals = await Promise.all(Array.from({ length: 8 }, () => remove(app.clientId)));
      assert.equal(removals.filter(Boolean).length, 1);
      assert.equal((await store.audit.list({ event: `removed ${gone.keyId}`, limit: 9 })).length, 1);
      assert.deepEqual(await credentials.secretsOf(app.clientId), left);

      await seed(store).putApp({ ...app, name: "Renamed" });
      assert.deepEqual(await credentials.secretsOf(app.clientId), left);
      await seed(store).deleteApp(app.clientId, T0);
      assert.deepEqual(await credentials.secretsOf(app.clientId), []);
      assert.equal(await credentials.addSecret(gone, sampleAudit("x")), "app_unknown");
    });

    test("an app that is replaced keeps its certificates", async () => {
      const { app } = await seedSamples(store);
      const certificate = sampleCertificate(app.clientId);
      await add(certificate);
      await seed(store).putApp({ ...app, name: "Renamed" });
      assert.deepEqual(await store.credentials.certificatesOf(app.clientId), [certificate]);
    });

    test("of many concurrent additions, only as many succeed as an app may have", async () => {
      const { app } = await seedSamples(store);
      const many = Array.from({ length: MAX_CERTIFICATES + 6 }, () => sampleCertificate(app.clientId));
      const outcomes = await Promise.all(many.map((each) => add(each)));
      assert.equal(outcomes.filter((outcome) => outcome === "added").length, MAX_CERTIFICATES);
      assert.equal(outcomes.filter((outcome) => outcome === "full").length, 6);
      assert.equal((await store.credentials.certificatesOf(app.clientId)).length, MAX_CERTIFICATES);
    });

    test("a change receives the current certificates, and what it returns replaces them", async () => {
      const { app } = await seedSamples(store);
      const [kept, gone, fresh] = [0, 1, 2].map((at) => sampleCertificate(app.clientId, T0 + at)) as [
        AppCertificate,
        AppCertificate,
        AppCertificate,
      ];
      const { credentials } = store;
      const change = (how: (before: AppCertificate[]) => AppCertificate[]) =>
        changeCertificates(app.clientId, how, `changed ${app.clientId}`);
      const other = sampleCertificate((await seedSamples(store)).app.clientId);
      for (const each of [kept, gone, other]) await add(each);
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
      assert.deepEqual(await credentials.certificatesOf(other.clientId), [other]);
      assert.equal((await store.audit.list({ event: `changed ${app.clientId}`, limit: 9 })).length, 2);
    });

    test("an app and its certificates are registered together or not at all", async () => {
      const register = async (certificates: (clientId: string) => AppCertificate[]) => {
        const app = sampleApp();
        const registered: Registered = { kind: "app", registration: newRegistration(app.clientId), app };
        const audit = sampleAudit("app.created");
        const outcome = store.registrations.insert(registered, audit, certificates(app.clientId));
        await outcome.catch(() => undefined);
        return { outcome, clientId: app.clientId };
      };
      const one = await register((clientId) => [sampleCertificate(clientId)]);
      assert.equal(await one.outcome, "inserted");
      assert.equal((await store.credentials.certificatesOf(one.clientId)).length, 1);
      // Of an app that does not exist.
      const foreign = await register(() => [sampleCertificate(randomUUID())]);
      await assert.rejects(foreign.outcome);
      assert.equal(await store.directory.findApp(foreign.clientId), undefined);
    });

    test("a change that omits the certificates keeps them, and a failed one keeps everything", async () => {
      const { app } = await seedSamples(store);
      const certificate = sampleCertificate(app.clientId);
      await add(certificate);
      const { registration } = (await store.registrations.find({ clientId: app.clientId }))!;
      const rename: ChangeRegistered = (before) =>
        before.kind === "app" ? { ...before, app: { ...before.app, name: "Renamed" } } : before;
      await store.registrations.change(registration.objectId, rename, sampleAudit("app.changed"));
      assert.deepEqual(await store.credentials.certificatesOf(app.clientId), [certificate]);
      const both: ChangeRegistered = (before) => ({
        ...(before.kind === "app" ? { ...before, app: { ...before.app, name: "Again" } } : before),
        certificates: [sampleCertificate(randomUUID())],
      });
      await assert.rejects(store.registrations.change(registration.objectId, both, sampleAudit("app.changed")));
      assert.deepEqual(await store.credentials.certificatesOf(app.clientId), [certificate]);
      assert.equal((await store.directory.findApp(app.clientId))?.name, "Renamed");
    });

    test("of two concurrent changes neither loses what the other added", async () => {
      const { app } = await seedSamples(store);
      const added = Array.from({ length: 6 }, (_, at) => sampleCertificate(app.clientId, T0 + at));
      const addOne = (one: AppCertificate) => changeCertificates(app.clientId, (before) => [...before, one]);
      await Promise.all(added.map(addOne));
      assert.deepEqual(await store.credentials.certificatesOf(app.clientId), added);
    });

    test("a certificate is added and removed with its permissions and the record", async () => {
      const { credentials, directory, registrations } = store;
      const { app, api } = await seedSamples(store);
      const event = `app.certificate_added.${app.clientId}`;
      const certificate = sampleCertificate(app.clientId);
      const principalId = (await registrations.find({ clientId: app.clientId }))!.registration.servicePrincipalId!;
      await seed(store).assignRole(api.clientId, "ToDoList.Reader", principalId);
      assert.equal(await add(certificate, [], sampleAudit(event)), "added");
      assert.deepEqual(await directory.rolesFor(GRAPH_RESOURCE_ID, principalId), []);
      const roles = ["Application.Read.All", "User.ReadWrite.All"];
      assert.equal(await add(certificate, roles, sampleAudit(event)), "known");
      assert.deepEqual(await directory.rolesFor(GRAPH_RESOURCE_ID, principalId), roles);
      assert.equal((await store.audit.list({ event, limit: 9 })).length, 2);

      const removed = `app.certificates_removed.${app.clientId}`;
      assert.equal(await credentials.removeCertificates(app.clientId, sampleAudit(removed)), 1);
      assert.deepEqual(await credentials.certificatesOf(app.clientId), []);
      assert.deepEqual(await directory.rolesFor(GRAPH_RESOURCE_ID, principalId), []);
      assert.deepEqual(await directory.rolesFor(api.clientId, principalId), ["ToDoList.Reader"]);
      assert.equal((await store.audit.list({ event: removed, limit: 9 })).length, 1);
      assert.equal(await credentials.removeCertificates(randomUUID(), sampleAudit(removed)), undefined);
      assert.equal((await store.audit.list({ event: removed, limit: 9 })).length, 1);
    });

    test("an app without a service principal gets one with its first certificate", async () => {
      const app = sampleApp();
      const { clientId } = app;
      const registration = { clientId, objectId: randomUUID(), uniqueName: null, description: null, tags: [] };
      const blank = { ...registration, requiredResourceAccess: null, servicePrincipalId: null };
      await store.registrations.insert({ kind: "app", registration: blank, app }, sampleAudit("app.created"));
      await add(sampleCertificate(clientId), ["Application.Read.All"]);
      const found = await store.registrations.find({ clientId });
      const roles = await store.directory.rolesFor(GRAPH_RESOURCE_ID, found!.registration.servicePrincipalId!);
      assert.deepEqual(roles, ["Application.Read.All"]);
    });

    test("an error after the certificate leaves neither it nor a permission", async () => {
      const { app } = await seedSamples(store);
      const { registration } = (await store.registrations.find({ clientId: app.clientId }))!;
      // Not JSON: the record is written last.
      const unwritable = { ...sampleAudit("app.certificate_added"), detail: { count: 1n as unknown as number } };
      const adding = add(sampleCertificate(app.clientId), ["Application.Read.All"], unwritable);
      await assert.rejects(adding, TypeError);
      assert.deepEqual(await store.credentials.certificatesOf(app.clientId), []);
      assert.deepEqual(await store.directory.rolesFor(GRAPH_RESOURCE_ID, registration.servicePrincipalId!), []);
    });

    test("of 64 uses of one assertion at once, one succeeds, and one record is written", async () => {
      for (let round = 0; round < 3; round++) {
        const assertionHash = randomUUID();
        const event = `app_token.issued.${assertionHash}`;
        const input = { assertionHash, expiresAt: T0 + MINUTE, audit: sampleAudit(event) };
        const spent = await Promise.all(Array.from({ length: 64 }, () => store.credentials.consumeAssertion(input)));
        assert.equal(spent.filter(Boolean).length, 1);
        assert.equal((await store.audit.list({ event, limit: 9 })).length, 1);
      }
    });

    test("a used assertion is deleted when it has expired, and not before", async () => {
      const input = { assertionHash: randomUUID(), expiresAt: T0 + MINUTE, audit: null };
      assert.equal(await store.credentials.consumeAssertion(input), true);
      await store.purgeExpired(T0 + MINUTE - 1);
      assert.equal(await store.credentials.consumeAssertion(input), false);
      await store.purgeExpired(T0 + MINUTE);
      assert.equal(await store.credentials.consumeAssertion(input), true);
    });

    test("an app has the roles that its service principal is assigned, and at Graph the known ones", async () => {
      const { directory, registrations } = store;
      const { app, api } = await seedSamples(store);
      const found = await registrations.find({ clientId: app.clientId });
      const principalId = found!.registration.servicePrincipalId!;
      await seed(store).assignRole(api.clientId, "ToDoList.Reader", principalId);
      await seed(store).assignRole(GRAPH_RESOURCE_ID, "Application.Read.All", principalId);
      await seed(store).assignRole(GRAPH_RESOURCE_ID, "No.Such.Permission", principalId);
      assert.deepEqual(await directory.rolesFor(api.clientId, principalId), ["ToDoList.Reader"]);
      assert.deepEqual(await directory.rolesFor(GRAPH_RESOURCE_ID, principalId), ["Application.Read.All"]);
      await seed(store).unassignRoles(GRAPH_RESOURCE_ID, principalId);
      assert.deepEqual(await directory.rolesFor(GRAPH_RESOURCE_ID, principalId), []);
      assert.deepEqual(await directory.rolesFor(api.clientId, principalId), ["ToDoList.Reader"]);
      await seed(store).deleteApp(app.clientId, T0);
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

function sampleSecret(clientId: string, startsAt = T0): AppSecret {
  const named = { keyId: randomUUID(), clientId, hint: "abc", displayName: "web" };
  return { ...named, secretHash: randomUUID(), startsAt, endsAt: startsAt + DAY };
}
