import { randomUUID } from "node:crypto";
import { COMMAND_LINE_CLIENT_ID } from "../../admin/registered-apps.ts";
import type { Registered, RegistrationConflict, RegistrationKey } from "../../storage/store.ts";
import { collection, entity, type Resource } from "../odata/answer.ts";
import { alreadyTaken, badRequest, invalidProperty, notFound } from "../odata/graph-error.ts";
import {
  type GraphAnswer,
  type GraphCall,
  type GraphRoute,
  type Key,
  keyOf,
  NO_CONTENT,
  readBody,
} from "../odata/route.ts";
import { type AppCredentials, type ApplicationInput, applicationInput, applicationOf } from "./application-body.ts";
import { changedBy, newRegistered } from "./application-change.ts";
import { certificatesOf } from "./key-credentials.ts";
import { addPassword, removePassword } from "./password-credentials.ts";
import { requiredAccess } from "./required-access.ts";

const applications: Resource = {
  type: "application",
  set: "applications",
  properties: [
    ...["id", "appId", "displayName", "description", "uniqueName", "createdDateTime", "deletedDateTime"],
    ...["signInAudience", "tags", "isFallbackPublicClient", "publicClient", "web", "groupMembershipClaims"],
    ...["requiredResourceAccess", "identifierUris", "api", "appRoles", "keyCredentials"],
    "passwordCredentials",
    ...["doorcodeTokenProfile", "doorcodeGrantTypes", "doorcodeAdministrativeScopes"],
    ...["doorcodeAccessTokenSigningAlg", "doorcodeIdTokenSignedResponseAlg"],
  ],
};

export const READ_APPLICATIONS = ["Application.Read.All", "Application.ReadWrite.All"];
export const WRITE_APPLICATIONS = ["Application.ReadWrite.All"];
const ALTERNATE_KEYS = ["appId", "uniqueName"];

/** Maximum rounds for concurrent upserts of the same application while other requests delete it. */
const ROUNDS = 4;

export const applicationRoutes: GraphRoute[] = [
  { method: "GET", path: "applications", scopes: READ_APPLICATIONS, handle: list },
  { method: "POST", path: "applications", scopes: WRITE_APPLICATIONS, handle: post },
  { method: "GET", path: "applications/{application}", scopes: READ_APPLICATIONS, handle: get },
  { method: "PATCH", path: "applications/{application}", scopes: WRITE_APPLICATIONS, handle: patch },
  { method: "DELETE", path: "applications/{application}", scopes: WRITE_APPLICATIONS, handle: remove },
  {
    method: "POST",
    path: "applications/{application}/addPassword",
    scopes: WRITE_APPLICATIONS,
    handle: async (call) => addPassword(call, await clientIdIn(call)),
  },
  {
    method: "POST",
    path: "applications/{application}/removePassword",
    scopes: WRITE_APPLICATIONS,
    handle: async (call) => removePassword(call, await clientIdIn(call)),
  },
];

async function list(call: GraphCall): Promise<GraphAnswer> {
  const { store } = call.ctx;
  const [registered, requires] = await Promise.all([store.registrations.list(), requiredAccess(store)]);
  const own = registered.filter((each) => isOwn(each));
  return collection(
    call,
    applications,
    await Promise.all(own.map(async (each) => applicationOf(each, requires(each), await credentialsOf(call, each)))),
  );
}

async function post(call: GraphCall): Promise<GraphAnswer> {
  const input = readBody(call, applicationInput, "application");
  return created(call, await insert(call, input, input.uniqueName ?? null));
}

async function get(call: GraphCall): Promise<GraphAnswer> {
  const found = await find(call, keyOf(call, "application", ALTERNATE_KEYS));
  return entity(call, applications, await answerOf(call, found));
}

/** With `uniqueName` and `Prefer: create-if-missing`, creates a missing application ("Upsert application"). */
async function patch(call: GraphCall): Promise<GraphAnswer> {
  const key = keyOf(call, "application", ALTERNATE_KEYS);
  const input = readBody(call, applicationInput, "application");
  const mayCreate = key.by === "uniqueName" && call.prefer.has("create-if-missing");
  for (let round = 1; ; round++) {
    const found = await lookUp(call, key);
    if (!found && !mayCreate) throw notFound(key.value);
    if (found && (await change(call, found, input))) return NO_CONTENT;
    if (found || !mayCreate) throw notFound(key.value);
    try {
      return created(call, await insert(call, { ...input, uniqueName: key.value }, key.value));
    } catch (error) {
      // Another request created it meanwhile, so that one is changed.
      if (round === ROUNDS || !(await lookUp(call, key))) throw error;
    }
  }
}

async function remove(call: GraphCall): Promise<GraphAnswer> {
  const key = keyOf(call, "application", ALTERNATE_KEYS);
  if (!(await call.admin.apps.remove(await find(call, key)))) throw notFound(key.value);
  return NO_CONTENT;
}

async function insert(call: GraphCall, input: ApplicationInput, uniqueName: string | null): Promise<Registered> {
  if (input.displayName === undefined) throw invalidProperty("displayName", "application", "a value is required.");
  const ids = { clientId: randomUUID(), objectId: randomUUID(), uniqueName };
  // With `api` it is an API, without it a client (docs/differences.md).
  const blank = newRegistered(input.api == null ? "app" : "api", ids, call.now);
  const registered = changedBy(blank, input);
  const certificates = certificatesOf(input.keyCredentials ?? [], [], { clientId: ids.clientId, now: call.now });
  const outcome = await call.admin.apps.register(registered, certificates);
  if (outcome !== "inserted") throw taken(outcome);
  return registered;
}

/** False if it no longer exists. */
async function change(call: GraphCall, { registration }: Registered, input: ApplicationInput): Promise<boolean> {
  const { keyCredentials } = input;
  const of = { clientId: registration.clientId, now: call.now };
  const result = await call.admin.apps.change(
    registration,
    (before, certificates) => ({
      ...changedBy(before, input),
      ...(keyCredentials && before.kind === "app"
        ? { certificates: certificatesOf(keyCredentials, certificates, of) }
        : {}),
    }),
    Object.keys(input).sort().join(" "),
  );
  if (result.outcome === "conflict") throw taken(result.with);
  return result.outcome === "changed";
}

async function created(call: GraphCall, registered: Registered): Promise<GraphAnswer> {
  return entity(call, applications, await answerOf(call, registered), 201);
}

async function answerOf(call: GraphCall, registered: Registered) {
  const requires = await requiredAccess(call.ctx.store, registered.registration.clientId);
  return applicationOf(registered, requires(registered), await credentialsOf(call, registered));
}

async function credentialsOf({ ctx }: GraphCall, { registration }: Registered): Promise<AppCredentials> {
  const { credentials } = ctx.store;
  const [certificates, secrets] = await Promise.all([
    credentials.certificatesOf(registration.clientId),
    credentials.secretsOf(registration.clientId),
  ]);
  return { certificates, secrets };
}

async function clientIdIn(call: GraphCall): Promise<string> {
  return (await find(call, keyOf(call, "application", ALTERNATE_KEYS))).registration.clientId;
}

async function find(call: GraphCall, key: Key): Promise<Registered> {
  const found = await lookUp(call, key);
  if (!found) throw notFound(key.value);
  return found;
}

async function lookUp({ ctx }: GraphCall, { by, value }: Key): Promise<Registered | undefined> {
  const found = await ctx.store.registrations.find(registrationKey(by, value));
  return found && isOwn(found) ? found : undefined;
}

/** As in Entra, where Microsoft's own apps have a service principal in the tenant but no application. */
const isOwn = ({ registration }: Registered) => registration.clientId !== COMMAND_LINE_CLIENT_ID;

function registrationKey(by: string, value: string): RegistrationKey {
  if (by === "uniqueName") return { uniqueName: value };
  return by === "appId" ? { clientId: value.toLowerCase() } : { objectId: value.toLowerCase() };
}

function taken(what: RegistrationConflict) {
  if (what === "user_flow") return badRequest("The application's user flow no longer exists.");
  return alreadyTaken({ unique_name: "uniqueName", identifier_uri: "identifierUris", client_id: "appId" }[what]);
}
