import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Policy } from "../../directory/user-flow.ts";
import type { UnknownMention } from "../../storage/store.ts";
import { shownText } from "../applications/application-body.ts";
import { collection, entity, type Resource } from "../odata/answer.ts";
import { badRequest, type GraphError, invalidProperty, notFound } from "../odata/graph-error.ts";
import {
  type GraphAnswer,
  type GraphCall,
  type GraphRoute,
  keyOf,
  NO_CONTENT,
  readBody,
  strictBody,
} from "../odata/route.ts";

const RESOURCE = "conditionalAccessPolicy";
const policies: Resource = {
  type: RESOURCE,
  set: "identity/conditionalAccess/policies",
  properties: [
    ...["id", "displayName", "state", "conditions", "grantControls", "sessionControls"],
    ...["createdDateTime", "modifiedDateTime", "templateId"],
  ],
};

const READ = ["Policy.Read.All", "Policy.ReadWrite.ConditionalAccess"];
const WRITE = ["Policy.ReadWrite.ConditionalAccess"];
const PATH = "identity/conditionalAccess/policies";
const EVERYTHING = "All";

const ids = z.array(z.string().min(1).max(100)).max(500);
const nothing = (why: string) => z.array(z.never(why)).optional();
const notHere = z.null("it is not supported").optional();

const conditions = strictBody({
  clientAppTypes: z.array(z.literal("all", "it must be all")).max(1).optional(),
  applications: strictBody({
    includeApplications: ids,
    excludeApplications: nothing("it is not supported. List the applications in includeApplications instead"),
    includeUserActions: nothing("it is not supported"),
    includeAuthenticationContextClassReferences: nothing("it is not supported"),
    applicationFilter: notHere,
  }),
  users: strictBody({
    includeUsers: z
      .array(z.literal(EVERYTHING, `it must be ${EVERYTHING}, or list groups in includeGroups`))
      .max(1)
      .optional(),
    excludeUsers: ids.optional(),
    includeGroups: ids.optional(),
    excludeGroups: nothing("it is not supported. List users in excludeUsers instead"),
    includeRoles: nothing("it is not supported"),
    excludeRoles: nothing("it is not supported"),
    includeGuestsOrExternalUsers: notHere,
    excludeGuestsOrExternalUsers: notHere,
  }),
  userRiskLevels: nothing("it is not supported"),
  signInRiskLevels: nothing("it is not supported"),
  servicePrincipalRiskLevels: nothing("it is not supported"),
  platforms: notHere,
  locations: notHere,
  devices: notHere,
  clientApplications: notHere,
  authenticationFlows: notHere,
});

const policyInput = strictBody({
  displayName: shownText(256).optional(),
  state: z.enum(["enabled", "disabled"]).optional(),
  conditions: conditions.optional(),
  grantControls: strictBody({
    operator: z.enum(["OR", "AND"]).optional(),
    builtInControls: z.array(z.literal("mfa", "it must be mfa")).length(1, "it must be mfa"),
    customAuthenticationFactors: nothing("it is not supported"),
    termsOfUse: nothing("set terms of use in a user flow"),
    authenticationStrength: notHere,
  }).optional(),
  sessionControls: notHere,
});
type PolicyInput = z.infer<typeof policyInput>;

export const policyRoutes: GraphRoute[] = [
  { method: "GET", path: PATH, scopes: READ, handle: list },
  { method: "POST", path: PATH, scopes: WRITE, handle: post },
  { method: "GET", path: `${PATH}/{policy}`, scopes: READ, handle: get },
  { method: "PATCH", path: `${PATH}/{policy}`, scopes: WRITE, handle: patch },
  { method: "DELETE", path: `${PATH}/{policy}`, scopes: WRITE, handle: remove },
];

async function list(call: GraphCall): Promise<GraphAnswer> {
  return collection(call, policies, (await call.ctx.store.directory.listPolicies()).map(policyOf));
}

async function post(call: GraphCall): Promise<GraphAnswer> {
  const input = readBody(call, policyInput, RESOURCE);
  for (const property of ["displayName", "state", "conditions", "grantControls"] as const) {
    if (input[property] === undefined) throw invalidProperty(property, RESOURCE, "a value is required.");
  }
  const blank: Policy = {
    ...{ id: randomUUID(), name: "", enabled: false, clientIds: null, groupIds: null, excludedUserIds: [] },
    ...{ requires: "mfa", createdAt: call.now },
  };
  const policy = changedBy(blank, input);
  const outcome = await call.admin.policies.add(policy);
  if (outcome !== "inserted") throw unknownMention(outcome);
  return entity(call, policies, policyOf(policy), 201);
}

async function get(call: GraphCall): Promise<GraphAnswer> {
  return entity(call, policies, policyOf(await find(call)));
}

async function patch(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await find(call);
  const input = readBody(call, policyInput, RESOURCE);
  const changed = Object.keys(input).sort().join(" ");
  const outcome = await call.admin.policies.change(id, (before) => changedBy(before, input), changed);
  if (outcome === "unknown") throw notFound(id);
  if (outcome !== "changed") throw unknownMention(outcome);
  return NO_CONTENT;
}

async function remove(call: GraphCall): Promise<GraphAnswer> {
  const policy = await find(call);
  if (!(await call.admin.policies.remove(policy))) throw notFound(policy.id);
  return NO_CONTENT;
}

async function find(call: GraphCall): Promise<Policy> {
  const id = keyOf(call, "policy").value.toLowerCase();
  const found = (await call.ctx.store.directory.listPolicies()).find((policy) => policy.id === id);
  if (!found) throw notFound(id);
  return found;
}

function unknownMention({ list, id }: UnknownMention): GraphError {
  const property = {
    clientIds: "applications.includeApplications",
    groupIds: "users.includeGroups",
    excludedUserIds: "users.excludeUsers",
  }[list];
  return badRequest(`1011: Invalid policy. conditions.${property} names '${id}', which does not exist.`);
}

function changedBy(before: Policy, input: PolicyInput): Policy {
  const { displayName, state, conditions } = input;
  return {
    ...before,
    name: displayName ?? before.name,
    enabled: state === undefined ? before.enabled : state === "enabled",
    ...(conditions === undefined ? {} : whoAndWhat(conditions)),
  };
}

function whoAndWhat({ applications, users }: NonNullable<PolicyInput["conditions"]>) {
  const { includeApplications: apps } = applications;
  const { includeUsers = [], includeGroups = [], excludeUsers = [] } = users;
  if (apps.length === 0) throw invalidProperty("conditions.applications.includeApplications", RESOURCE, "it is empty.");
  if (includeUsers.length === 0 && includeGroups.length === 0) {
    throw invalidProperty(
      "conditions.users",
      RESOURCE,
      `set includeUsers to ${EVERYTHING}, or list groups in includeGroups.`,
    );
  }
  const distinct = (some: string[]) => [...new Set(some.map((id) => id.toLowerCase()))];
  return {
    clientIds: apps.includes(EVERYTHING) ? null : distinct(apps),
    groupIds: includeUsers.length > 0 ? null : distinct(includeGroups),
    excludedUserIds: distinct(excludeUsers),
  };
}

function policyOf({ id, name, enabled, clientIds, groupIds, excludedUserIds, createdAt }: Policy) {
  return {
    id,
    templateId: null,
    displayName: name,
    createdDateTime: new Date(createdAt).toISOString(),
    modifiedDateTime: null,
    state: enabled ? "enabled" : "disabled",
    conditions: {
      clientAppTypes: ["all"],
      applications: { includeApplications: clientIds ?? [EVERYTHING], excludeApplications: [] },
      users: {
        includeUsers: groupIds === null ? [EVERYTHING] : [],
        excludeUsers: excludedUserIds,
        includeGroups: groupIds ?? [],
        excludeGroups: [],
      },
    },
    grantControls: { operator: "OR", builtInControls: ["mfa"] },
    sessionControls: null,
  };
}
