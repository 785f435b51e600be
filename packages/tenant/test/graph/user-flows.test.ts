import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, type GraphClient, graphClient } from "./graph-client.ts";
import { ATTRIBUTES, collecting, FLOWS, flow, input, TYPE } from "./user-flow-bodies.ts";

const BAD = "Request_BadRequest";

describe("Graph: user flows", () => {
  let tenant: TestTenant;
  let graph: GraphClient;
  before(async () => {
    tenant = await startTestTenant();
    graph = await graphClient(tenant);
  });
  after(() => tenant.close());

  const kept = (id: string) => tenant.context.store.directory.findUserFlow(id);
  async function newClient(): Promise<string> {
    const { appId } = assertDone(await graph.post("applications", { displayName: "Client" }), 201);
    assertDone(await graph.post("servicePrincipals", { appId }), 201);
    return appId;
  }

  test("the how-to's flow is created and returned as in Graph, and used for sign-up", async () => {
    const body = flow("SignInSignUpSample", {
      description: "doorcode:SignInSignUpSample",
      onAttributeCollection: {
        ...collecting(
          input("displayName", { label: "Display Name", validationRegEx: "^[a-zA-Z_][0-9a-zA-Z_ ]*$" }),
          input("city", { label: "City", required: true, validationRegEx: "^[A-Z].*$" }),
          input("country", { label: "Your country" }),
        ),
        attributes: ["email", "displayName", "city", "country"].map((id) => ({ id })),
      },
    });
    const made = assertDone(await graph.post(FLOWS, body), 201);
    assert.equal(made["@odata.type"], TYPE["@odata.type"]);
    assert.equal(made["@odata.context"], `${tenant.graph}/$metadata#${FLOWS}/$entity`);
    assert.deepEqual([made.priority, made.description], [500, "doorcode:SignInSignUpSample"]);
    assert.deepEqual(made.conditions.applications, { includeAllApplications: false, includeApplications: [] });
    const [email, name, city, country] = made.onAttributeCollection.attributeCollectionPage.views[0].inputs;
    assert.deepEqual([email.attribute, email.hidden, email.editable, email.inputType], ["email", true, false, "text"]);
    assert.deepEqual([name.label, name.validationRegEx], ["Display Name", null]);
    const asked = { defaultValue: null, hidden: false, editable: true, writeToDirectory: true, options: [] };
    const cityInput = { ...asked, attribute: "city", label: "City", inputType: "text" };
    assert.deepEqual(city, { ...cityInput, required: true, validationRegEx: "^[A-Z].*$" });
    assert.equal(country.label, "Your country");
    assert.deepEqual(assertDone(await graph.get(`${FLOWS}/${made.id}`), 200), made);

    const stored = await kept(made.id);
    assert.deepEqual(
      [stored?.name, stored?.methods, stored?.signUpAllowed],
      ["SignInSignUpSample", ["password"], true],
    );
    // With Graph's own texts, the pages use the user's language.
    assert.deepEqual(
      stored?.attributes.map(({ id, label, required }) => [id, label, required]),
      [
        ["displayName", "", false],
        ["city", "", true],
        ["country", "Your country", false],
      ],
    );
  });

  test("a PATCH changes only what it names; two concurrent ones are both applied", async () => {
    const made = assertDone(
      await graph.post(FLOWS, flow("Changing", { onAttributeCollection: collecting(input("city")) })),
      201,
    );
    const path = `${FLOWS}/${made.id}`;
    const providers = { identityProviders: [{ id: "EmailOtpSignup-OAUTH" }, { id: "Passkey-OAUTH" }] };
    const [first, second] = await Promise.all([
      graph.patch(path, { ...TYPE, onAuthenticationMethodLoadStart: providers }),
      graph.patch(path, { ...TYPE, onInteractiveAuthFlowStart: { isSignUpAllowed: false }, doorcodeMfaRequired: true }),
    ]);
    assert.deepEqual([first.status, second.status], [204, 204]);
    const stored = await kept(made.id);
    assert.deepEqual(
      [stored?.methods, stored?.signUpAllowed, stored?.mfaRequired, stored?.attributes.length],
      [["email_code", "passkey"], false, true, 1],
    );
    const read = assertDone(await graph.get(path), 200);
    assert.equal(read.doorcodeMfaRequired, true);
    assert.deepEqual(
      read.onAuthenticationMethodLoadStart.identityProviders.map(({ id }: { id: string }) => id),
      providers.identityProviders.map(({ id }) => id),
    );
    assertRefused(await graph.patch(path, { displayName: "x" }), 400, BAD, /'@odata.type'/);
  });

  test("names are unique, also for concurrent requests", async () => {
    const replies = await Promise.all([1, 2, 3, 4].map(() => graph.post(FLOWS, flow("Once"))));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 409, 409, 409]);
    const other = assertDone(await graph.post(FLOWS, flow("Twice")), 201);
    const renamed = await graph.patch(`${FLOWS}/${other.id}`, { ...TYPE, displayName: "Once" });
    assertRefused(renamed, 409, "Request_MultipleObjectsWithSameKeyValue", /displayName/);
  });

  test("an app uses one flow, which is added and removed by its appId", async () => {
    const [one, two] = [
      assertDone(await graph.post(FLOWS, flow("One")), 201),
      assertDone(await graph.post(FLOWS, flow("Two")), 201),
    ];
    const apps = (id: string) => `${FLOWS}/${id}/conditions/applications/includeApplications`;
    const appId = await newClient();
    const body = { "@odata.type": "#microsoft.graph.authenticationConditionApplication", appId };
    const added = assertDone(await graph.post(apps(one.id), body), 201);
    assert.equal(added.appId, appId);
    assert.equal((await tenant.context.store.directory.findApp(appId))?.userFlowId, one.id);
    assertRefused(await graph.post(apps(one.id), body), 409, "ObjectConflict", /already/);
    assertRefused(await graph.post(apps(two.id), body), 409, "ObjectConflict", /another user flow/);
    assert.deepEqual(assertDone(await graph.get(apps(one.id)), 200).value, [{ appId }]);
    const read = assertDone(await graph.get(`${FLOWS}/${one.id}`), 200);
    assert.deepEqual(read.conditions.applications.includeApplications, [{ appId }]);
    assertDone(await graph.delete(`${apps(one.id)}/${appId}`), 204);
    assertRefused(await graph.delete(`${apps(one.id)}/${appId}`), 404, "Request_ResourceNotFound");
    assertDone(await graph.post(apps(two.id), body), 201);
    assertRefused(await graph.delete(`${FLOWS}/${two.id}`), 409, "ObjectConflict", /used by Client/);
    assert.equal((await tenant.context.store.directory.findApp(appId))?.userFlowId, two.id);
    assertDone(await graph.delete(`${apps(two.id)}/${appId}`), 204);
    assertDone(await graph.delete(`${FLOWS}/${two.id}`), 204);
    assertRefused(await graph.post(apps(two.id), body), 404, "Request_ResourceNotFound");
  });

  test("an app needs a service principal first; a flow is created with all its apps, or not at all", async () => {
    const { appId } = assertDone(await graph.post("applications", { displayName: "No principal" }), 201);
    const made = assertDone(await graph.post(FLOWS, flow("Strict")), 201);
    const apps = `${FLOWS}/${made.id}/conditions/applications/includeApplications`;
    assertRefused(await graph.post(apps, { appId }), 400, BAD, /service principal/);
    assertRefused(await graph.post(apps, { appId: randomUUID() }), 400, BAD);
    assertRefused(await graph.post(apps, { appId: tenant.apis[0]!.clientId }), 400, BAD);
    const good = await newClient();
    const including = (...ids: string[]) => ({
      conditions: { applications: { includeApplications: ids.map((each) => ({ appId: each })) } },
    });
    assertRefused(await graph.post(FLOWS, flow("With apps", including(good, appId))), 400, BAD);
    assert.equal((await tenant.context.store.directory.findApp(good))?.userFlowId, null);
    const whole = assertDone(await graph.post(FLOWS, flow("With apps", including(good))), 201);
    assert.deepEqual(whole.conditions.applications.includeApplications, [{ appId: good }]);
  });

  test("identity providers and attributes are also listed, added and removed by Graph's detailed paths", async () => {
    const made = assertDone(await graph.post(FLOWS, flow("In parts")), 201);
    const cast = "microsoft.graph.externalUsersSelfServiceSignUpEventsFlow";
    const part = (event: string, what: string) =>
      `${FLOWS}/${made.id}/${cast}/${event}/microsoft.graph.${event}ExternalUsersSelfServiceSignUp/${what}`;
    const providers = part("onAuthenticationMethodLoadStart", "identityProviders");
    const attributes = part("onAttributeCollection", "attributes");
    const ids = async (path: string) =>
      assertDone(await graph.get(`${path}/`), 200).value.map(({ id }: { id: string }) => id);
    const refer = (to: string) => ({ "@odata.id": `${tenant.graph}/${to}` });

    const otp = refer("identityProviders/EmailOtpSignup-OAUTH");
    assertDone(await graph.post(`${providers}/$ref`, otp), 204);
    assertRefused(await graph.post(`${providers}/$ref`, otp), 409, "ObjectConflict");
    assertRefused(await graph.post(`${providers}/$ref`, refer("identityProviders/Google-OAUTH")), 400, BAD);
    assert.deepEqual(await ids(providers), ["EmailPassword-OAUTH", "EmailOtpSignup-OAUTH"]);
    assertDone(await graph.delete(`${providers}/EmailPassword-OAUTH/$ref`), 204);
    assertRefused(await graph.delete(`${providers}/EmailPassword-OAUTH/$ref`), 404, "Request_ResourceNotFound");
    assertRefused(await graph.delete(`${providers}/EmailOtpSignup-OAUTH/$ref`), 400, BAD, /no sign-in method/);

    assertDone(await graph.post(`${attributes}/$ref`, refer("identity/userFlowAttributes/city")), 204);
    assertRefused(await graph.post(`${attributes}/$ref`, refer("identity/userFlowAttributes/shoe")), 400, BAD);
    assert.deepEqual(await ids(attributes), ["email", "city"]);
    assertDone(await graph.delete(`${attributes}/city/$ref`), 204);
    assert.deepEqual(await ids(attributes), ["email"]);
  });

  test("a flow of the TypeScript API is returned completely, and sending it back changes nothing", async () => {
    const made = await tenant.admin.userFlows.put({
      name: "Written in TypeScript",
      methods: ["email_code", "password"],
      mfaRequired: true,
      attributes: [
        {
          id: `extension_${"0".repeat(32)}_Hobby`,
          label: "Hobby",
          inputType: "TextBox",
          dataType: "String",
          required: false,
          options: [],
          validationRegEx: null,
        },
      ],
      termsOfUse: { label: "Terms", url: null },
    });
    const path = `${FLOWS}/${made.id}`;
    const read = assertDone(await graph.get(`${path}?$expand=conditions`), 200);
    const listed = assertDone(await graph.get(ATTRIBUTES), 200).value.map(({ id }: { id: string }) => id);
    for (const { attribute } of read.onAttributeCollection.attributeCollectionPage.views[0].inputs) {
      assert.ok(listed.includes(attribute), attribute);
    }
    const { id: _id, conditions: _conditions, "@odata.context": _context, ...body } = read;
    assertDone(await graph.patch(path, body), 204);
    assert.deepEqual(await kept(made.id), made);
  });
});
