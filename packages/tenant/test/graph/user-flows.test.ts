import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { putUserFlow } from "../../src/directory/put-user-flow.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, type GraphClient, graphClient } from "./graph-client.ts";

const BAD = "Request_BadRequest";
const FLOWS = "identity/authenticationEventsFlows";
const ATTRIBUTES = "identity/userFlowAttributes";
const TYPE = { "@odata.type": "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow" };
const handler = (event: string) => ({ "@odata.type": `#microsoft.graph.${event}ExternalUsersSelfServiceSignUp` });
const EMAIL = {
  attribute: "email",
  label: "Email Address",
  inputType: "Text",
  hidden: true,
  editable: false,
  writeToDirectory: true,
  required: true,
  validationRegEx: "^[a-zA-Z0-9.!#$%&amp;&#8217;'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:.[a-zA-Z0-9-]+)*$",
};
const input = (attribute: string, changes: object = {}) => ({
  attribute,
  label: attribute,
  inputType: "text",
  hidden: false,
  editable: true,
  writeToDirectory: true,
  required: false,
  ...changes,
});
const collecting = (...inputs: object[]) => ({
  ...handler("onAttributeCollection"),
  attributeCollectionPage: { views: [{ title: null, description: null, inputs: [EMAIL, ...inputs] }] },
});
/** The how-to's user flow, as the documentation's example writes it. */
const flow = (displayName: string, changes: object = {}) => ({
  ...TYPE,
  displayName,
  onAuthenticationMethodLoadStart: {
    ...handler("onAuthenticationMethodLoadStart"),
    identityProviders: [{ id: "EmailPassword-OAUTH" }],
  },
  onInteractiveAuthFlowStart: { ...handler("onInteractiveAuthFlowStart"), isSignUpAllowed: true },
  ...changes,
});

describe("Graph: user flows and what they ask for", () => {
  let tenant: TestTenant;
  let graph: GraphClient;
  before(async () => {
    tenant = await startTestTenant();
    graph = await graphClient(tenant);
  });
  after(() => tenant.close());

  const kept = (id: string) => tenant.context.store.directory.findUserFlow(id);
  async function newAttribute(displayName: string, dataType: string): Promise<string> {
    return assertDone(await graph.post(ATTRIBUTES, { displayName, dataType }), 201).id;
  }
  async function newClient(): Promise<string> {
    const { appId } = assertDone(await graph.post("applications", { displayName: "Client" }), 201);
    assertDone(await graph.post("servicePrincipals", { appId }), 201);
    return appId;
  }

  test("the how-to's flow is created and answered as Graph does, and is what people sign up by", async () => {
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
    // Nobody chose other words than Graph's own: the pages say it in the person's language.
    assert.deepEqual(
      stored?.attributes.map(({ id, label, required }) => [id, label, required]),
      [
        ["displayName", "", false],
        ["city", "", true],
        ["country", "Your country", false],
      ],
    );
  });

  test("custom attributes of every input there is come back as they were sent", async () => {
    const [number, size, news, toppings, terms] = [
      await newAttribute("Loyalty number", "int64"),
      await newAttribute("Shoe size", "string"),
      await newAttribute("News", "boolean"),
      await newAttribute("Toppings", "string"),
      await newAttribute("TermsOfUse", "boolean"),
    ];
    const options = [
      { label: "Small", value: "S" },
      { label: "Large", value: "L" },
    ];
    const inputs = [
      input(number),
      input(size, { inputType: "radioSingleSelect", options, required: true }),
      input(news, { inputType: "checkboxSingleSelect" }),
      input(toppings, { inputType: "checkboxMultiSelect", options }),
      input(terms, {
        label: "[I accept the terms of use](https://contoso.example/terms)",
        inputType: "checkboxSingleSelect",
        required: true,
      }),
    ];
    const made = assertDone(
      await graph.post(FLOWS, flow("Every input", { onAttributeCollection: collecting(...inputs) })),
      201,
    );
    const [, ...answered] = made.onAttributeCollection.attributeCollectionPage.views[0].inputs;
    const defaults = { defaultValue: null, validationRegEx: null, options: [] };
    assert.deepEqual(
      answered,
      inputs.map((each) => ({ ...defaults, ...each })),
    );
    assert.deepEqual(
      made.onAttributeCollection.attributes.map(({ id, dataType }: { id: string; dataType: string }) => [id, dataType]),
      [
        ["email", "string"],
        [number, "int64"],
        [size, "string"],
        [news, "boolean"],
        [toppings, "string"],
        [terms, "boolean"],
      ],
    );
    const stored = await kept(made.id);
    assert.deepEqual(
      stored?.attributes.map(({ inputType, dataType }) => [inputType, dataType]),
      [
        ["NumericTextBox", "Int64"],
        ["RadioSingleSelect", "String"],
        ["CheckboxSingleSelect", "Boolean"],
        ["CheckboxMultiSelect", "StringCollection"],
      ],
    );
    assert.deepEqual(stored?.termsOfUse, { label: "I accept the terms of use", url: "https://contoso.example/terms" });
    assertRefused(await graph.delete(`${ATTRIBUTES}/${size}`), 409, "ObjectConflict", /user flow asks for/);
    assertRefused(await graph.delete(`${ATTRIBUTES}/${terms}`), 409, "ObjectConflict");
    const [view] = [{ onAttributeCollection: collecting() }];
    assertDone(await graph.patch(`${FLOWS}/${made.id}`, { ...TYPE, ...view }), 204);
    assertDone(await graph.delete(`${ATTRIBUTES}/${size}`), 204);
    assertRefused(await graph.delete(`${ATTRIBUTES}/${size}`), 404, "Request_ResourceNotFound");
  });

  test("a PATCH changes what it names and leaves the rest; of two at once both are kept", async () => {
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

  test("names are unique, whoever asks at once", async () => {
    const replies = await Promise.all([1, 2, 3, 4].map(() => graph.post(FLOWS, flow("Once"))));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 409, 409, 409]);
    const other = assertDone(await graph.post(FLOWS, flow("Twice")), 201);
    const renamed = await graph.patch(`${FLOWS}/${other.id}`, { ...TYPE, displayName: "Once" });
    assertRefused(renamed, 409, "Request_MultipleObjectsWithSameKeyValue", /displayName/);
  });

  test("an app uses one flow, which is added and taken away by its appId", async () => {
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
    assertDone(await graph.delete(`${FLOWS}/${two.id}`), 204);
    assert.equal((await tenant.context.store.directory.findApp(appId))?.userFlowId, null);
    assertRefused(await graph.post(apps(two.id), body), 404, "Request_ResourceNotFound");
  });

  test("an app needs a service principal first; one flow can be created with its apps, or with none of them", async () => {
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

  test("ways in and attributes are listed, added and taken away by Graph's long paths too", async () => {
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
    assertRefused(await graph.delete(`${providers}/EmailOtpSignup-OAUTH/$ref`), 400, BAD, /no way to sign in/);

    assertDone(await graph.post(`${attributes}/$ref`, refer("identity/userFlowAttributes/city")), 204);
    assertRefused(await graph.post(`${attributes}/$ref`, refer("identity/userFlowAttributes/shoe")), 400, BAD);
    assert.deepEqual(await ids(attributes), ["email", "city"]);
    assertDone(await graph.delete(`${attributes}/city/$ref`), 204);
    assert.deepEqual(await ids(attributes), ["email"]);
  });

  test("a flow that cannot be used is refused by what is wrong with it", async () => {
    const collection = (...inputs: object[]) => ({ onAttributeCollection: collecting(...inputs) });
    const number = await newAttribute("Number", "int64");
    const google = { identityProviders: [{ id: "Google-OAUTH" }] };
    const rows: [object, RegExp][] = [
      [{ ...flow("x"), "@odata.type": "#microsoft.graph.other" }, /'@odata.type'/],
      [{ ...flow("x"), displayName: undefined }, /'displayName'/],
      [{ ...TYPE, displayName: "x" }, /identityProviders'.*a value is required/],
      [flow("x", { onAuthenticationMethodLoadStart: google }), /EmailPassword-OAUTH/],
      [flow("x", { onAuthenticationMethodLoadStart: { identityProviders: [] } }), /one way in/],
      [
        flow("x", { onAuthenticationMethodLoadStart: { identityProviders: [{ id: "Passkey-OAUTH" }] } }),
        /passkey alone/,
      ],
      [flow("x", { conditions: { applications: { includeAllApplications: true } } }), /includeAllApplications/],
      [flow("x", { onAttributeCollectionStart: {} }), /not supported here/],
      [flow("x", { priority: "high" }), /'priority'/],
      [flow("x", { color: "red" }), /Invalid property 'color'/],
      [flow("x", collection(input("shoeSize"))), /no user flow attribute shoeSize/],
      [flow("x", collection(input("city", { inputType: "slider" }))), /inputType'.*radioSingleSelect/],
      [flow("x", collection(input("city", { inputType: "radioSingleSelect" }))), /no options/],
      [flow("x", collection(input("city", { inputType: "boolean" }))), /of the type string/],
      [flow("x", collection(input(number, { inputType: "radioSingleSelect" }))), /of the type int64/],
      [flow("x", collection(input("city", { hidden: true }))), /hidden/],
      [flow("x", collection(input("city", { editable: false }))), /editable/],
      [flow("x", collection(input("city", { writeToDirectory: false }))), /writeToDirectory/],
      [flow("x", collection(input("city", { defaultValue: "Rome" }))), /defaultValue/],
      [flow("x", collection(input("city", { validationRegEx: "(" }))), /regular expression/],
      [flow("x", collection(input("city"), input("city"))), /there twice/],
      [flow("x", collection(input("city", { label: "" }), input(number, { label: "" }))), /no label/],
      [
        flow("x", { onAttributeCollection: { ...collecting(), attributes: [{ id: "city" }] } }),
        /no input asks for city/,
      ],
    ];
    for (const [body, message] of rows) assertRefused(await graph.post(FLOWS, body), 400, BAD, message);
    const count = assertDone(await graph.get(`${FLOWS}?$filter=displayName eq 'x'&$count=true`), 200);
    assert.equal(count["@odata.count"], 0);
    assertRefused(await graph.get(`${FLOWS}/${randomUUID()}`), 404, "Request_ResourceNotFound");
  });

  test("a flow of the TypeScript API is answered whole, and sending it back changes nothing", async () => {
    const made = await putUserFlow(tenant.context, {
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

  test("attributes: the built-in ones and one's own, once each", async () => {
    const replies = await Promise.all(
      [1, 2, 3].map(() =>
        graph.post(ATTRIBUTES, { displayName: "Pastime", description: "Your pastime", dataType: "string" }),
      ),
    );
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 409, 409]);
    const made = replies.find(({ status }) => status === 201)!.body;
    assert.match(made.id, /^extension_[0-9a-f]{32}_Pastime$/);
    const { "@odata.context": _, ...pastime } = made;
    const expected = { displayName: "Pastime", description: "Your pastime", dataType: "string" };
    assert.deepEqual(pastime, { id: made.id, ...expected, userFlowAttributeType: "custom" });
    const custom = assertDone(await graph.get(`${ATTRIBUTES}?$filter=displayName eq 'Pastime'`), 200);
    assert.deepEqual(custom.value, [pastime]);
    assertDone(await graph.patch(`${ATTRIBUTES}/${made.id}`, { description: "What you like" }), 204);
    assert.equal(assertDone(await graph.get(`${ATTRIBUTES}('${made.id}')`), 200).description, "What you like");
    const builtIn = assertDone(await graph.get(`${ATTRIBUTES}?$filter=userFlowAttributeType eq 'builtIn'`), 200);
    assert.equal(builtIn.value.length, 10);
    assertRefused(await graph.delete(`${ATTRIBUTES}/city`), 400, BAD, /built in/);
    for (const body of [
      { displayName: "!!!", dataType: "string" },
      { displayName: "9 lives", dataType: "string" },
      { displayName: "x", dataType: "date" },
      { dataType: "string" },
    ]) {
      assertRefused(await graph.post(ATTRIBUTES, body), 400, BAD);
    }
  });
});
