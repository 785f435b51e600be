import { z } from "zod";
import type { ManagedGroup } from "../../storage/store.ts";
import { shownText } from "../applications/application-body.ts";
import { collection, entity, type Resource } from "../odata/answer.ts";
import { alreadyTaken, GraphError, invalidProperty, notFound } from "../odata/graph-error.ts";
import {
  type GraphAnswer,
  type GraphCall,
  type GraphRoute,
  keyOf,
  NO_CONTENT,
  readBody,
  strictBody,
} from "../odata/route.ts";
import { referenced } from "../user-flows/user-flow-parts.ts";
import { userOf, users } from "../users/user-body.ts";

const groups: Resource = {
  type: "group",
  set: "groups",
  properties: [
    ...["id", "displayName", "uniqueName", "description", "mailNickname", "createdDateTime", "deletedDateTime"],
    ...["groupTypes", "mail", "mailEnabled", "securityEnabled", "visibility"],
  ],
};
const members: Resource = { ...users, set: "directoryObjects" };

const READ = ["Group.Read.All", "Group.ReadWrite.All"];
const WRITE = ["Group.ReadWrite.All"];

const groupInput = strictBody({
  displayName: shownText(256).optional(),
  uniqueName: z.string().min(1).max(256).optional(),
  description: z.string().max(1_024).nullable().optional(),
  mailEnabled: z.literal(false, "mail-enabled groups are not supported").optional(),
  mailNickname: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\x21-\x7e]+$/, "it contains a space or a symbol")
    .optional(),
  securityEnabled: z.literal(true, "only security groups are supported").optional(),
  groupTypes: z.array(z.never("only security groups are supported")).optional(),
});
type GroupInput = z.infer<typeof groupInput>;

export const groupRoutes: GraphRoute[] = [
  { method: "GET", path: "groups", scopes: READ, handle: list },
  { method: "POST", path: "groups", scopes: WRITE, handle: post },
  { method: "GET", path: "groups/{group}", scopes: READ, handle: get },
  { method: "PATCH", path: "groups/{group}", scopes: WRITE, handle: patch },
  { method: "DELETE", path: "groups/{group}", scopes: WRITE, handle: remove },
  { method: "GET", path: "groups/{group}/members", scopes: READ, handle: listMembers },
  { method: "POST", path: "groups/{group}/members/$ref", scopes: WRITE, handle: addMember },
  { method: "DELETE", path: "groups/{group}/members/{member}/$ref", scopes: WRITE, handle: removeMember },
];

/** Maximum rounds for concurrent upserts of the same group while other requests delete it. */
const ROUNDS = 4;

async function list(call: GraphCall): Promise<GraphAnswer> {
  return collection(call, groups, (await call.ctx.store.administration.groups.list()).map(groupOf));
}

async function post(call: GraphCall): Promise<GraphAnswer> {
  const input = readBody(call, groupInput, "group");
  return entity(call, groups, groupOf(await insert(call, input, input.uniqueName ?? null)), 201);
}

async function get(call: GraphCall): Promise<GraphAnswer> {
  return entity(call, groups, groupOf(await find(call)));
}

/** With `uniqueName` and `Prefer: create-if-missing`, creates a missing group ("Upsert group"). */
async function patch(call: GraphCall): Promise<GraphAnswer> {
  const key = keyOf(call, "group", ["uniqueName"]);
  const input = readBody(call, groupInput, "group");
  const mayCreate = key.by === "uniqueName" && call.prefer.has("create-if-missing");
  for (let round = 1; ; round++) {
    const found = await lookUp(call);
    if (!found && !mayCreate) throw notFound(key.value);
    if (found && (await change(call, found, input))) return NO_CONTENT;
    if (found || !mayCreate) throw notFound(key.value);
    try {
      return entity(call, groups, groupOf(await insert(call, input, key.value)), 201);
    } catch (error) {
      // Another request created it meanwhile, so that one is changed.
      if (round === ROUNDS || !(await lookUp(call))) throw error;
    }
  }
}

async function remove(call: GraphCall): Promise<GraphAnswer> {
  const group = await find(call);
  if (!(await call.admin.groups.remove(group))) throw notFound(group.id);
  return NO_CONTENT;
}

async function listMembers(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await find(call);
  const found = await call.ctx.store.administration.groups.members(id);
  const items = found.map((user) => ({ "@odata.type": "#microsoft.graph.user", ...userOf(user, call.ctx.config) }));
  return collection(call, members, items);
}

async function addMember(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await find(call);
  const userId = referenced(call).toLowerCase();
  const outcome = await call.admin.groups.addMember(id, userId);
  if (outcome === "unknown_group") throw notFound(id);
  if (outcome === "unknown_user") throw notFound(userId);
  if (outcome === "exists") {
    const message =
      "One or more added object references already exist for the following modified properties: 'members'.";
    throw new GraphError(409, "ObjectConflict", message);
  }
  return NO_CONTENT;
}

async function removeMember(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await find(call);
  const userId = keyOf(call, "member").value.toLowerCase();
  if (!(await call.admin.groups.removeMember(id, userId))) throw notFound(userId);
  return NO_CONTENT;
}

async function insert(call: GraphCall, input: GroupInput, uniqueName: string | null): Promise<ManagedGroup> {
  if (input.displayName === undefined) throw invalidProperty("displayName", "group", "a value is required.");
  const { displayName: name, description = null, mailNickname = null } = input;
  const group = await call.admin.groups.add({ name, uniqueName, description, mailNickname });
  if (group === "name_taken") throw alreadyTaken("uniqueName");
  return group;
}

/** False if it no longer exists. */
async function change(call: GraphCall, { id, uniqueName }: ManagedGroup, input: GroupInput): Promise<boolean> {
  if (input.uniqueName !== undefined && input.uniqueName !== uniqueName) {
    throw invalidProperty("uniqueName", "group", "it is set at creation and cannot change.");
  }
  const outcome = await call.admin.groups.change(
    id,
    (before) => ({
      ...before,
      name: input.displayName ?? before.name,
      description: input.description === undefined ? before.description : input.description,
      mailNickname: input.mailNickname ?? before.mailNickname,
    }),
    Object.keys(input).sort().join(" "),
  );
  return outcome === "changed";
}

async function find(call: GraphCall): Promise<ManagedGroup> {
  const found = await lookUp(call);
  if (!found) throw notFound(keyOf(call, "group", ["uniqueName"]).value);
  return found;
}

function lookUp(call: GraphCall): Promise<ManagedGroup | undefined> {
  const { by, value } = keyOf(call, "group", ["uniqueName"]);
  const key = by === "uniqueName" ? { uniqueName: value } : { id: value.toLowerCase() };
  return call.ctx.store.administration.groups.find(key);
}

function groupOf({ id, name, uniqueName, description, mailNickname, createdAt }: ManagedGroup) {
  return {
    id,
    deletedDateTime: null,
    displayName: name,
    uniqueName,
    description,
    createdDateTime: new Date(createdAt).toISOString(),
    groupTypes: [],
    mail: null,
    mailEnabled: false,
    mailNickname,
    securityEnabled: true,
    visibility: null,
  };
}
