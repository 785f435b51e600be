import type { AccountProblem } from "../../admin/people.ts";
import { normalizeEmail, type User } from "../../directory/entities.ts";
import { MAX_PASSWORD, MIN_PASSWORD } from "../../directory/password.ts";
import { graphOf } from "../../directory/tenant-config.ts";
import { collection, entity, listQuery, pageAnswer } from "../odata/answer.ts";
import { equalTo } from "../odata/filter.ts";
import { alreadyTaken, badRequest, GraphError, invalidProperty, notFound } from "../odata/graph-error.ts";
import { type GraphAnswer, type GraphCall, type GraphRoute, keyOf, NO_CONTENT, readBody } from "../odata/route.ts";
import { attributesBy, userChanges, userCreation, userOf, users } from "./user-body.ts";

const READ = ["User.Read.All", "User.ReadWrite.All"];
const WRITE = ["User.ReadWrite.All"];
const OVER_ADMINISTRATORS = "RoleManagement.ReadWrite.Directory";

export const userRoutes: GraphRoute[] = [
  { method: "GET", path: "me", scopes: ["User.Read", ...READ], ofThemselves: true, handle: me },
  { method: "GET", path: "users", scopes: READ, handle: list },
  { method: "POST", path: "users", scopes: WRITE, handle: post },
  { method: "GET", path: "users/{user}", scopes: READ, handle: get },
  { method: "PATCH", path: "users/{user}", scopes: WRITE, handle: patch },
  { method: "DELETE", path: "users/{user}", scopes: WRITE, handle: remove },
  {
    method: "POST",
    path: "users/{user}/revokeSignInSessions",
    scopes: ["User.RevokeSessions.All", "User.ReadWrite.All"],
    handle: revokeSignInSessions,
  },
];

async function me(call: GraphCall): Promise<GraphAnswer> {
  const { userId } = call.caller;
  if (userId === null) throw badRequest("/me request is only valid with delegated authentication flow.");
  return entity(call, { ...users, set: "users" }, userOf(await find(call, userId), call.ctx.config));
}

/** There can be many: without a filter, pages are read as pages, and a filter by address reads the one account. */
async function list(call: GraphCall): Promise<GraphAnswer> {
  const { store, config } = call.ctx;
  const asked = listQuery(call, users);
  const items = (found: User[]) => found.map((user) => userOf(user, config));
  if (asked.conditions.length === 0) {
    const found = await store.administration.users.page(asked.after, asked.top + 1);
    const count = asked.count ? await store.administration.users.count() : null;
    const page = items(found.slice(0, asked.top));
    return pageAnswer(call, users, { page, more: found.length > asked.top, count });
  }
  const address = equalTo(asked.conditions, "mail") ?? equalTo(asked.conditions, "identities", "issuerAssignedId");
  const id = equalTo(asked.conditions, "id");
  if (id !== undefined) return collection(call, users, items(listed(await store.directory.findUser(id.toLowerCase()))));
  if (address === undefined) return collection(call, users, items(await store.directory.listUsers()));
  return collection(call, users, items(listed(await store.directory.findUserByEmail(normalizeEmail(address)))));
}

async function post(call: GraphCall): Promise<GraphAnswer> {
  const input = readBody(call, userCreation, "user");
  const { config } = call.ctx;
  const [{ issuer, issuerAssignedId: email }] = input.identities as [(typeof input.identities)[number]];
  if (issuer.toLowerCase() !== config.domain.toLowerCase()) {
    throw invalidProperty("identities.0.issuer", "user", `it must be the tenant's domain, ${config.domain}.`);
  }
  if (input.mail != null && normalizeEmail(input.mail) !== normalizeEmail(email)) {
    throw invalidProperty("mail", "user", "it must be the address that the user signs in with.");
  }
  const added = await call.admin.people.add({
    email,
    displayName: input.displayName,
    password: input.passwordProfile?.password,
    attributes: attributesBy({}, input),
    disabled: input.accountEnabled === false,
  });
  if (typeof added === "string") throw refusedAccount(added);
  return entity(call, users, userOf(added, config), 201);
}

async function get(call: GraphCall): Promise<GraphAnswer> {
  return entity(call, users, userOf(await find(call), call.ctx.config));
}

async function patch(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await find(call);
  const input = readBody(call, userChanges, "user");
  const { accountEnabled, displayName } = input;
  const changed = await call.admin.people.change(
    id,
    (before) => {
      if (accountEnabled !== undefined) refuseOverAdministrators(call, before);
      return {
        ...(displayName === undefined ? {} : { displayName }),
        ...(accountEnabled === undefined ? {} : { disabled: !accountEnabled }),
        attributes: attributesBy(before.attributes, input),
      };
    },
    Object.keys(input).sort().join(" "),
  );
  if (!changed) throw notFound(id);
  if (changed === "last_administrator") throw lastAdministrator();
  return NO_CONTENT;
}

async function remove(call: GraphCall): Promise<GraphAnswer> {
  const user = await find(call);
  const removed = await call.admin.people.remove(user.id, (before) => refuseOverAdministrators(call, before));
  if (!removed) throw notFound(user.id);
  if (removed === "last_administrator") throw lastAdministrator();
  return NO_CONTENT;
}

async function revokeSignInSessions(call: GraphCall): Promise<GraphAnswer> {
  const { id } = await find(call);
  if ((await call.admin.people.endSignIns(id)) === undefined) throw notFound(id);
  return { status: 200, body: { "@odata.context": `${graphOf(call.ctx.config)}/$metadata#Edm.Boolean`, value: true } };
}

/**
 * An app that manages accounts must not decide who is an administrator, neither by disabling an administrator's account
 * nor by enabling it. It also needs the permission for administrators (Graph, users: "permissions for specific
 * scenarios").
 */
function refuseOverAdministrators({ caller }: GraphCall, { administrator }: User): void {
  if (!administrator || caller.actor !== "client" || caller.scopes.has(OVER_ADMINISTRATORS)) return;
  const needs = `the account is an administrator's, so an application also needs ${OVER_ADMINISTRATORS}.`;
  throw new GraphError(
    403,
    "Authorization_RequestDenied",
    `Insufficient privileges to complete the operation: ${needs}`,
  );
}

/** No one could appoint another one through Graph. The operator can (`doorcode tenant recover-administrator`). */
export function lastAdministrator(): GraphError {
  return badRequest("The last enabled administrator cannot be removed. Make another account an administrator first.");
}

async function find(call: GraphCall, id = keyOf(call, "user").value.toLowerCase()): Promise<User> {
  const found = await call.ctx.store.directory.findUser(id);
  if (!found) throw notFound(id);
  return found;
}

const listed = (user: User | undefined): User[] => (user ? [user] : []);

function refusedAccount(problem: AccountProblem): GraphError {
  switch (problem) {
    case "taken":
      return alreadyTaken("issuerAssignedId");
    case "email_invalid":
      return invalidProperty("identities.0.issuerAssignedId", "user", "it is not an email address.");
    case "name_invalid":
      return invalidProperty("displayName", "user", "it is empty or too long.");
    case "short":
      return weakPassword(`it is shorter than ${MIN_PASSWORD} characters.`);
    case "long":
      return weakPassword(`it is longer than ${MAX_PASSWORD} characters.`);
    case "common":
      return weakPassword("it is one of the first that attackers try.");
  }
}

const weakPassword = (why: string) => invalidProperty("passwordProfile.password", "user", why);
