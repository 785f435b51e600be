import { randomUUID } from "node:crypto";
import { z } from "zod";
import { graphOf } from "../../directory/tenant-config.ts";
import { DEFAULT_USER_FLOW, type UserFlow } from "../../directory/user-flow.ts";
import type { AppLink, FlowOutcome } from "../../storage/store.ts";
import { collection, entity, type Item, type Resource } from "../odata/answer.ts";
import {
  alreadyTaken,
  badRequest,
  conflict,
  type GraphError,
  invalidProperty,
  notFound,
} from "../odata/graph-error.ts";
import {
  type GraphAnswer,
  type GraphCall,
  type GraphRoute,
  keyOf,
  NO_CONTENT,
  readBody,
  strictBody,
} from "../odata/route.ts";
import { knownAttributes } from "./known-attributes.ts";
import { userFlowInput, userFlowOf } from "./user-flow-body.ts";
import { FLOW, flowChangedBy } from "./user-flow-change.ts";

const flows: Resource = {
  type: FLOW,
  set: "identity/authenticationEventsFlows",
  properties: [
    ...["id", "displayName", "description", "priority", "conditions", "onInteractiveAuthFlowStart"],
    ...["onAuthenticationMethodLoadStart", "onAttributeCollection", "onAttributeCollectionStart"],
    ...["onAttributeCollectionSubmit", "onUserCreateStart", "doorcodeMfaRequired"],
  ],
  expands: true,
};

export const READ_FLOWS = ["EventListener.Read.All", "EventListener.ReadWrite.All"];
export const WRITE_FLOWS = ["EventListener.ReadWrite.All"];
const PATH = "identity/authenticationEventsFlows";
const APPS = `${PATH}/{flow}/conditions/applications/includeApplications`;

const inclusion = strictBody({ appId: z.string().min(1).max(100).toLowerCase() });

export const userFlowRoutes: GraphRoute[] = [
  { method: "GET", path: PATH, scopes: READ_FLOWS, handle: list },
  { method: "POST", path: PATH, scopes: WRITE_FLOWS, handle: post },
  { method: "GET", path: `${PATH}/{flow}`, scopes: READ_FLOWS, handle: get },
  { method: "PATCH", path: `${PATH}/{flow}`, scopes: WRITE_FLOWS, handle: patch },
  { method: "DELETE", path: `${PATH}/{flow}`, scopes: WRITE_FLOWS, handle: remove },
  { method: "GET", path: APPS, scopes: READ_FLOWS, handle: listApps },
  { method: "POST", path: APPS, scopes: WRITE_FLOWS, handle: addApp },
  { method: "DELETE", path: `${APPS}/{app}`, scopes: WRITE_FLOWS, handle: removeApp },
];

/** The flow in the path. */
export async function flowOf(call: GraphCall): Promise<UserFlow> {
  const id = keyOf(call, "flow").value.toLowerCase();
  const flow = await call.ctx.store.directory.findUserFlow(id);
  if (!flow) throw notFound(id);
  return flow;
}

async function list(call: GraphCall): Promise<GraphAnswer> {
  const all = await call.ctx.store.directory.listUserFlows();
  return collection(call, flows, await answersOf(call, all));
}

async function post(call: GraphCall): Promise<GraphAnswer> {
  const input = readBody(call, userFlowInput, FLOW);
  if (input.displayName === undefined) throw invalidProperty("displayName", FLOW, "a value is required.");
  if (!input.onAuthenticationMethodLoadStart?.identityProviders) {
    throw invalidProperty("onAuthenticationMethodLoadStart.identityProviders", FLOW, "a value is required.");
  }
  const { store, config } = call.ctx;
  const blank = { ...DEFAULT_USER_FLOW, id: randomUUID(), createdAt: call.now };
  const flow = flowChangedBy(blank, input, await knownAttributes(store, config));
  const apps = [...new Set(input.conditions?.applications?.includeApplications?.map(({ appId }) => appId))];
  const outcome = await call.admin.userFlows.add(flow, apps);
  if (outcome !== "done") throw refusal(outcome, flow.id);
  const [item] = await answersOf(call, [flow]);
  return entity(call, flows, item as Item, 201);
}

async function get(call: GraphCall): Promise<GraphAnswer> {
  const [item] = await answersOf(call, [await flowOf(call)]);
  return entity(call, flows, item as Item);
}

async function patch(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await flowOf(call);
  const input = readBody(call, userFlowInput, FLOW);
  if (input.conditions?.applications?.includeApplications) {
    const property = "conditions.applications.includeApplications";
    throw invalidProperty(property, FLOW, `add applications one at a time: POST ${APPS.replace("{flow}", id)}.`);
  }
  const { "@odata.type": _type, ...members } = input;
  const changed = Object.keys(members).sort().join(" ");
  await changeFlow(call, id, (before, known) => flowChangedBy(before, input, known), changed);
  return NO_CONTENT;
}

async function remove(call: GraphCall): Promise<GraphAnswer> {
  const flow = await flowOf(call);
  const outcome = await call.admin.userFlows.remove(flow);
  if (outcome === "unknown") throw notFound(flow.id);
  if (outcome === "deleted") return NO_CONTENT;
  throw conflict(`The user flow is used by ${outcome.usedBy.join(", ")}. Give these another one first.`);
}

/** @throws GraphError if the flow was deleted, or cannot have these properties */
export async function changeFlow(
  call: GraphCall,
  id: string,
  change: (before: UserFlow, known: Awaited<ReturnType<typeof knownAttributes>>) => UserFlow,
  changed: string,
): Promise<void> {
  const { store, config } = call.ctx;
  const known = await knownAttributes(store, config);
  const outcome = await call.admin.userFlows.change(id, (before) => change(before, known), changed);
  if (outcome !== "done") throw refusal(outcome, id);
}

async function listApps(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await flowOf(call);
  const apps = await appsOf(call);
  const value = (apps.get(id) ?? []).map((appId) => ({ appId }));
  return { status: 200, body: { "@odata.context": appsContext(call, id), value } };
}

async function addApp(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await flowOf(call);
  const { appId } = readBody(call, inclusion, "authenticationConditionApplication");
  const outcome = await call.admin.userFlows.addApp(id, appId);
  if (outcome !== "done") throw refusal(outcome, id);
  return { status: 201, body: { "@odata.context": `${appsContext(call, id)}/$entity`, appId } };
}

async function removeApp(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await flowOf(call);
  const appId = keyOf(call, "app", ["appId"]).value.toLowerCase();
  if (!(await call.admin.userFlows.removeApp(id, appId))) throw notFound(appId);
  return NO_CONTENT;
}

function appsContext({ ctx }: GraphCall, id: string): string {
  return `${graphOf(ctx.config)}/$metadata#${PATH}('${id}')/conditions/applications/includeApplications`;
}

async function answersOf(call: GraphCall, some: UserFlow[]): Promise<Item[]> {
  const { store, config } = call.ctx;
  const [apps, known] = await Promise.all([appsOf(call), knownAttributes(store, config)]);
  return some.map((flow) => userFlowOf(flow, apps.get(flow.id) ?? [], known, config));
}

/** Client IDs by the ID of the flow that they use. */
async function appsOf({ ctx }: GraphCall): Promise<Map<string, string[]>> {
  const apps = new Map<string, string[]>();
  for (const { clientId, userFlowId } of await ctx.store.directory.listApps()) {
    if (userFlowId !== null) apps.set(userFlowId, [...(apps.get(userFlowId) ?? []), clientId].sort());
  }
  return apps;
}

function refusal(outcome: Exclude<FlowOutcome | AppLink, "done">, id: string): GraphError {
  switch (outcome) {
    case "unknown":
      return notFound(id);
    case "name_taken":
      return alreadyTaken("displayName");
    case "attribute":
      return badRequest("The user flow asks for a user flow attribute that does not exist.");
    case "app_unknown":
      return badRequest("No client application has this appId and a service principal.");
    case "app_linked":
      return conflict("The application already uses this user flow.");
    case "app_elsewhere":
      return conflict("The application uses another user flow, and can use only one. Remove it there first.");
  }
}
