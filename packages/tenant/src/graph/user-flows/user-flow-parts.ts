import { z } from "zod";
import { graphOf } from "../../directory/tenant-config.ts";
import type { UserFlow } from "../../directory/user-flow.ts";
import { badRequest, conflict, notFound } from "../odata/graph-error.ts";
import {
  type GraphAnswer,
  type GraphCall,
  type GraphRoute,
  keyOf,
  NO_CONTENT,
  readBody,
  strictBody,
} from "../odata/route.ts";
import { BUILT_IN_NAMES, isTermsOfUse, knownAttributes } from "./known-attributes.ts";
import { attributesOf, PROVIDERS, providersOf } from "./user-flow-body.ts";
import { checked, flowChangedBy } from "./user-flow-change.ts";
import { changeFlow, flowOf, READ_FLOWS, WRITE_FLOWS } from "./user-flows.ts";

/** Graph's detailed paths to a flow's identity providers and attributes, which its responses omit unless requested. */
const FLOW = "identity/authenticationEventsFlows/{flow}/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow";
const WAYS = `${FLOW}/onAuthenticationMethodLoadStart/microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp/identityProviders`;
const ATTRIBUTES = `${FLOW}/onAttributeCollection/microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp/attributes`;

export const reference = strictBody({ "@odata.id": z.string().max(1_000) });

export const userFlowPartRoutes: GraphRoute[] = [
  { method: "GET", path: WAYS, scopes: READ_FLOWS, handle: listProviders },
  { method: "POST", path: `${WAYS}/$ref`, scopes: WRITE_FLOWS, handle: addProvider },
  { method: "DELETE", path: `${WAYS}/{provider}/$ref`, scopes: WRITE_FLOWS, handle: removeProvider },
  { method: "GET", path: ATTRIBUTES, scopes: READ_FLOWS, handle: listAttributes },
  { method: "POST", path: `${ATTRIBUTES}/$ref`, scopes: WRITE_FLOWS, handle: addAttribute },
  { method: "DELETE", path: `${ATTRIBUTES}/{attribute}/$ref`, scopes: WRITE_FLOWS, handle: removeAttribute },
];

/** The last segment of a Graph address: `…/directoryObjects/ID`, `…/userFlowAttributes/city`. */
export function referenced(call: GraphCall): string {
  const address = readBody(call, reference, "reference")["@odata.id"];
  const id = /([^/('"]+?)'?\)?$/.exec(address)?.[1];
  if (id === undefined) throw badRequest("Invalid value specified for property '@odata.id': it must end with an ID.");
  return id;
}

async function listProviders(call: GraphCall): Promise<GraphAnswer> {
  return listOf(call, "Collection(microsoft.graph.identityProviderBase)", providersOf(await flowOf(call)));
}

async function addProvider(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await flowOf(call);
  const method = PROVIDERS[referenced(call)]?.method;
  if (!method)
    throw badRequest(`The identity provider does not exist. Use one of ${Object.keys(PROVIDERS).join(", ")}.`);
  const add = (before: UserFlow): UserFlow => {
    if (before.methods.includes(method)) throw conflict("The user flow already has this identity provider.");
    return checked({ ...before, methods: [...before.methods, method] });
  };
  await changeFlow(call, id, add, "identityProviders");
  return NO_CONTENT;
}

async function removeProvider(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await flowOf(call);
  const name = keyOf(call, "provider").value;
  const method = PROVIDERS[name]?.method;
  const remove = (before: UserFlow): UserFlow => {
    if (!method || !before.methods.includes(method)) throw notFound(name);
    return checked({ ...before, methods: before.methods.filter((each) => each !== method) });
  };
  await changeFlow(call, id, remove, "identityProviders");
  return NO_CONTENT;
}

async function listAttributes(call: GraphCall): Promise<GraphAnswer> {
  const flow = await flowOf(call);
  const { store, config } = call.ctx;
  const known = await knownAttributes(store, config);
  return listOf(call, "Collection(microsoft.graph.identityUserFlowAttribute)", attributesOf(flow, known, config));
}

/** As in Graph: with its initial settings. */
async function addAttribute(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await flowOf(call);
  const wanted = referenced(call);
  const add: Parameters<typeof changeFlow>[2] = (before, known) => {
    const attribute = known.get(wanted);
    if (!attribute) throw badRequest(`The user flow attribute ${wanted} does not exist.`);
    if (wanted === "email" || before.attributes.some((each) => each.id === wanted)) {
      throw conflict("The user flow already has this attribute.");
    }
    if (isTermsOfUse(wanted)) throw badRequest("Set terms of use as an input, with their label: PATCH the user flow.");
    const inputType = attribute.dataType === "boolean" ? ("checkboxSingleSelect" as const) : ("text" as const);
    const label = Object.hasOwn(BUILT_IN_NAMES, wanted) ? "" : attribute.displayName;
    const alone = flowChangedBy(
      before,
      {
        "@odata.type": "",
        onAttributeCollection: {
          attributeCollectionPage: { views: [{ inputs: [{ attribute: wanted, label, inputType }] }] },
        },
      },
      known,
    );
    const { attributes, termsOfUse } = before;
    return checked({ ...before, attributes: [...attributes, ...alone.attributes], termsOfUse });
  };
  await changeFlow(call, id, add, "attributes");
  return NO_CONTENT;
}

async function removeAttribute(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await flowOf(call);
  const name = keyOf(call, "attribute").value;
  const remove = (before: UserFlow): UserFlow => {
    if (isTermsOfUse(name) && before.termsOfUse !== null) return { ...before, termsOfUse: null };
    if (!before.attributes.some((each) => each.id === name)) throw notFound(name);
    return { ...before, attributes: before.attributes.filter((each) => each.id !== name) };
  };
  await changeFlow(call, id, remove, "attributes");
  return NO_CONTENT;
}

function listOf({ ctx }: GraphCall, set: string, value: object[]): GraphAnswer {
  return { status: 200, body: { "@odata.context": `${graphOf(ctx.config)}/$metadata#${set}`, value } };
}
