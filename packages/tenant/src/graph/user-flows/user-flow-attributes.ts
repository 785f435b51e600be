import { z } from "zod";
import { shownText } from "../applications/application-body.ts";
import { collection, entity, type Resource } from "../odata/answer.ts";
import { alreadyTaken, badRequest, conflict, invalidProperty, notFound } from "../odata/graph-error.ts";
import {
  type GraphAnswer,
  type GraphCall,
  type GraphRoute,
  keyOf,
  NO_CONTENT,
  readBody,
  strictBody,
} from "../odata/route.ts";
import { customAttributeId, type KnownAttribute, knownAttributes } from "./known-attributes.ts";

const RESOURCE = "identityUserFlowAttribute";
const attributes: Resource = {
  type: RESOURCE,
  set: "identity/userFlowAttributes",
  properties: ["id", "displayName", "description", "userFlowAttributeType", "dataType"],
};

const READ = ["IdentityUserFlow.Read.All", "IdentityUserFlow.ReadWrite.All"];
const WRITE = ["IdentityUserFlow.ReadWrite.All"];
const PATH = "identity/userFlowAttributes";

const description = z.string().max(250).nullable().optional();
const creation = strictBody({
  displayName: shownText(64),
  description,
  dataType: z.enum(["string", "boolean", "int64", "stringCollection"]),
  userFlowAttributeType: z.literal("custom", "it must be custom").optional(),
});
const changes = strictBody({ description });

export const userFlowAttributeRoutes: GraphRoute[] = [
  { method: "GET", path: PATH, scopes: READ, handle: list },
  { method: "POST", path: PATH, scopes: WRITE, handle: post },
  { method: "GET", path: `${PATH}/{attribute}`, scopes: READ, handle: get },
  { method: "PATCH", path: `${PATH}/{attribute}`, scopes: WRITE, handle: patch },
  { method: "DELETE", path: `${PATH}/{attribute}`, scopes: WRITE, handle: remove },
];

async function list(call: GraphCall): Promise<GraphAnswer> {
  const { store, config } = call.ctx;
  return collection(call, attributes, [...(await knownAttributes(store, config)).values()]);
}

async function post(call: GraphCall): Promise<GraphAnswer> {
  const { displayName, dataType, description = null } = readBody(call, creation, RESOURCE);
  const name = displayName.replace(/\W/g, "");
  if (!/^[A-Za-z]\w{0,63}$/.test(name)) {
    throw invalidProperty("displayName", RESOURCE, "without spaces and symbols, it must start with a letter.");
  }
  const id = customAttributeId(call.ctx.config, name);
  const custom = { id, displayName, description, dataType };
  if (!(await call.admin.userFlows.addAttribute(custom))) throw alreadyTaken("displayName");
  return entity(call, attributes, { ...custom, userFlowAttributeType: "custom" }, 201);
}

async function get(call: GraphCall): Promise<GraphAnswer> {
  return entity(call, attributes, await find(call));
}

async function patch(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await findCustom(call);
  const { description = null } = readBody(call, changes, RESOURCE);
  if (!(await call.admin.userFlows.changeAttribute(id, description))) throw notFound(id);
  return NO_CONTENT;
}

async function remove(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await findCustom(call);
  const outcome = await call.admin.userFlows.removeAttribute(id);
  if (outcome === "unknown") throw notFound(id);
  if (outcome === "in_use") throw conflict(`A user flow asks for ${id}. Remove it there first.`);
  return NO_CONTENT;
}

async function find(call: GraphCall): Promise<KnownAttribute> {
  const id = keyOf(call, "attribute").value;
  const found = (await knownAttributes(call.ctx.store, call.ctx.config)).get(id);
  if (!found) throw notFound(id);
  return found;
}

async function findCustom(call: GraphCall): Promise<KnownAttribute> {
  const found = await find(call);
  if (found.userFlowAttributeType === "builtIn") throw badRequest(`${found.id} is built in and cannot be changed.`);
  return found;
}
