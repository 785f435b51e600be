import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, type GraphClient, graphClient } from "./graph-client.ts";
import { ATTRIBUTES, collecting, FLOWS, flow, input, TYPE } from "./user-flow-bodies.ts";

const BAD = "Request_BadRequest";

describe("Graph: what user flows ask for", () => {
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

  test("custom attributes of every input type are returned as they were sent", async () => {
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

  test("an invalid flow is refused with the reason", async () => {
    const collection = (...inputs: object[]) => ({ onAttributeCollection: collecting(...inputs) });
    const number = await newAttribute("Number", "int64");
    const google = { identityProviders: [{ id: "Google-OAUTH" }] };
    const rows: [object, RegExp][] = [
      [{ ...flow("x"), "@odata.type": "#microsoft.graph.other" }, /'@odata.type'/],
      [{ ...flow("x"), displayName: undefined }, /'displayName'/],
      [{ ...TYPE, displayName: "x" }, /identityProviders'.*a value is required/],
      [flow("x", { onAuthenticationMethodLoadStart: google }), /EmailPassword-OAUTH/],
      [flow("x", { onAuthenticationMethodLoadStart: { identityProviders: [] } }), /at least one identity provider/],
      [
        flow("x", { onAuthenticationMethodLoadStart: { identityProviders: [{ id: "Passkey-OAUTH" }] } }),
        /passkey alone/,
      ],
      [flow("x", { conditions: { applications: { includeAllApplications: true } } }), /includeAllApplications/],
      [flow("x", { onAttributeCollectionStart: {} }), /not supported/],
      [flow("x", { priority: "high" }), /'priority'/],
      [flow("x", { color: "red" }), /Invalid property 'color'/],
      [flow("x", collection(input("shoeSize"))), /user flow attribute shoeSize does not exist/],
      [flow("x", collection(input("city", { inputType: "slider" }))), /inputType'.*radioSingleSelect/],
      [flow("x", collection(input("city", { inputType: "radioSingleSelect" }))), /no options/],
      [flow("x", collection(input("city", { inputType: "boolean" }))), /have the type string/],
      [flow("x", collection(input(number, { inputType: "radioSingleSelect" }))), /have the type int64/],
      [flow("x", collection(input("city", { hidden: true }))), /hidden/],
      [flow("x", collection(input("city", { editable: false }))), /editable/],
      [flow("x", collection(input("city", { writeToDirectory: false }))), /writeToDirectory/],
      [flow("x", collection(input("city", { defaultValue: "Rome" }))), /defaultValue/],
      [flow("x", collection(input("city", { validationRegEx: "(" }))), /regular expression/],
      [flow("x", collection(input("city"), input("city"))), /listed twice/],
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

  test("attributes: the built-in ones and custom ones, each once", async () => {
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
