import { randomUUID } from "node:crypto";
import { certificateProblems, readAppCertificate } from "../directory/app-certificate.ts";
import { checkUserFlow } from "../directory/check-user-flow.ts";
import type { Api, App } from "../directory/entities.ts";
import { newApi, newApp } from "../directory/new-app.ts";
import { canSign, SIGNING_ALGORITHMS } from "../directory/signing-algorithms.ts";
import { DEFAULT_USER_FLOW, type Group, type Policy, type UserFlow } from "../directory/user-flow.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { Registered, RegistrationConflict } from "../storage/store.ts";
import { OPERATOR, type OperatorContext } from "./admin-context.ts";
import { administration } from "./administration.ts";
import { addSecret, removeSecret } from "./app-secrets.ts";
import { hex, newRegistration, redirectProblem, unknownApp } from "./apps.ts";
import { operatorPeople, unknownUser } from "./operator-people.ts";
import { registeredApps } from "./registered-apps.ts";
import { signIns } from "./sign-ins.ts";
import { signingKeys } from "./signing-keys.ts";
import type { TenantAdmin } from "./tenant-admin.ts";

/** Changes on behalf of those who run the tenant: its operator, or the program that embeds it. */
export function operatorAdmin(ctx: OperatorContext): TenantAdmin {
  const { groups, apps, permissions, userFlows, policies, settings } = administration(ctx, OPERATOR);
  const { directory, registrations, administration: managed } = ctx.store;

  const byClientId = (clientId: string) => registrations.find({ clientId: clientId.trim().toLowerCase() });
  const appOf = async (clientId: string): Promise<App> => {
    const app = await directory.findApp(clientId.trim().toLowerCase());
    if (!app) throw unknownApp();
    return app;
  };
  const remove = async (kind: Registered["kind"], clientId: string): Promise<boolean> => {
    const found = await byClientId(clientId);
    return found?.kind === kind && (await apps.remove(found));
  };
  /** Registers it, or changes the existing one. */
  const put = async (
    kind: Registered["kind"],
    clientId: string | undefined,
    change: (before: Registered | undefined) => Registered,
    changed: string,
  ): Promise<Registered> => {
    for (let round = 1; ; round++) {
      const found = clientId === undefined ? undefined : await byClientId(clientId);
      if (found && found.kind !== kind) throw conflicting("client_id");
      if (found) {
        const result = await apps.change(found.registration, change, changed);
        if (result.outcome === "conflict") throw conflicting(result.with);
        if (result.outcome === "changed") return result.registered;
      } else {
        const registered = change(undefined);
        const outcome = await apps.register(registered);
        if (outcome === "inserted") return registered;
        if (outcome !== "client_id" || clientId === undefined) throw conflicting(outcome);
      }
      // Another process registered or removed it in between, so it is looked up again.
      if (round === ROUNDS) throw conflicting("client_id");
    }
  };
  const assign = async (clientId: string, roleValue: string | null, principalId: string): Promise<void> => {
    const outcome = await permissions.assign({ clientId, roleValue, principalId });
    if (outcome === "assigned" || outcome === "exists") return;
    const what =
      outcome === "unknown_principal" ? `user, group or service principal ${principalId}` : `app ${clientId}`;
    throw new TenantError("assignment_refused", `The ${what} does not exist.`, "Use the ID of an existing one.");
  };

  return {
    people: operatorPeople(ctx),
    signIns: signIns(ctx, OPERATOR),
    signingKeys: signingKeys(ctx, OPERATOR),

    groups: {
      list: () => directory.listGroups(),
      async add({ name }) {
        const { id, createdAt } = (await groups.add({ name })) as Group;
        return { id, name, createdAt };
      },
      async addMember(id, userId) {
        const outcome = await groups.addMember(id, userId);
        if (outcome === "unknown_user") throw unknownUser(userId);
        if (outcome !== "unknown_group") return;
        throw new TenantError("group_unknown", `The group ${id} does not exist.`, "Use the ID of an existing group.");
      },
      removeMember: (id, userId) => groups.removeMember(id, userId),
      async remove(id) {
        const group = await managed.groups.find({ id });
        return group !== undefined && (await groups.remove(group));
      },
    },

    apps: {
      list: () => registeredApps(ctx.store),
      find: (clientId) => directory.findApp(clientId.trim().toLowerCase()),
      async put(input) {
        const given = named(input);
        if (given.idTokenSignedResponseAlg !== undefined) knownAlgorithm(given.idTokenSignedResponseAlg);
        for (const uri of [...(input.redirectUris ?? []), ...(input.postLogoutRedirectUris ?? [])]) {
          const problem = redirectProblem(uri);
          if (problem)
            throw new TenantError(
              "redirect_uri_refused",
              `${uri} cannot be a redirect URI: ${problem}.`,
              REDIRECT_HINT,
            );
        }
        const change = (before: Registered | undefined): Registered => {
          if (before?.kind === "app") return { ...before, app: { ...before.app, ...given } };
          const app = newApp({ ...given, name: nameOf(given) }, ctx.clock.now());
          return { kind: "app", registration: newRegistration(app.clientId), app };
        };
        return appIn(await put("app", input.clientId, change, namesIn(given)));
      },
      remove: (clientId) => remove("app", clientId),
      async addCertificate(clientId, pem, { administrator = false } = {}) {
        const app = await appOf(clientId);
        const certificate = readAppCertificate(pem, { clientId: app.clientId, now: ctx.clock.now() });
        if (typeof certificate === "string") {
          const hint =
            "Create one: openssl req -x509 -newkey rsa:3072 -noenc -days 365 -subj /CN=ci -keyout ci.pem -out ci.pem";
          throw new TenantError("app_certificate_refused", certificateProblems[certificate], hint);
        }
        const added = await apps.addCertificate(certificate, { administrator });
        if (added === "app_unknown") throw unknownApp();
        if (added === "full") {
          throw new TenantError(
            "app_certificate_refused",
            `${app.name} already has the maximum number of certificates.`,
            "Remove them (doorcode tenant apps remove-certificates), then add those that are in use.",
          );
        }
        return { app, thumbprint: hex(certificate), notAfter: certificate.notAfter };
      },
      async removeCertificates(clientId) {
        const removed = await apps.removeCertificates((await appOf(clientId)).clientId);
        if (removed === undefined) throw unknownApp();
        return removed;
      },
      async secrets(clientId) {
        const secrets = await ctx.store.credentials.secretsOf((await appOf(clientId)).clientId);
        return secrets.map(({ secretHash, ...secret }) => secret);
      },
      addSecret: (clientId, options = {}) => addSecret(ctx, clientId, options),
      removeSecret: (clientId, keyId) => removeSecret(ctx, clientId, keyId),
      assign: (clientId, principalId) => assign(clientId, null, principalId),
      unassign: (clientId, principalId) => permissions.unassign({ clientId, roleValue: null, principalId }),
      async putConsent(given) {
        const consent = { ...given, clientId: (await appOf(given.clientId)).clientId };
        if (consent.scopes.length === 0) return void (await permissions.removeConsent(consent));
        if ((await permissions.putConsent(consent)) === "unknown") throw unknownApp();
      },
      withdrawConsent: (consent) => permissions.removeConsent({ ...consent, scopes: [] }),
    },

    apis: {
      list: () => directory.listApis(),
      find: (clientId) => directory.findApi(clientId.trim().toLowerCase()),
      async put(given) {
        const input = named(given);
        const change = (before: Registered | undefined): Registered => {
          if (before?.kind === "api") return { ...before, api: signable({ ...before.api, ...input }, input) };
          const api = newApi({ ...input, name: nameOf(input) }, ctx.clock.now());
          return { kind: "api", registration: newRegistration(api.clientId), api: signable(api, input) };
        };
        return apiIn(await put("api", input.clientId, change, namesIn(input)));
      },
      remove: (clientId) => remove("api", clientId),
      assignRole: assign,
      unassignRole: (clientId, roleValue, principalId) => permissions.unassign({ clientId, roleValue, principalId }),
    },

    userFlows: {
      list: () => directory.listUserFlows(),
      async put(given) {
        const input = named(given);
        const flow: UserFlow = { ...DEFAULT_USER_FLOW, id: randomUUID(), createdAt: ctx.clock.now(), ...input };
        const problems = checkUserFlow(flow);
        if (problems.length > 0) throw invalidFlow(flow, problems.join(" "));
        const outcome = await userFlows.put(flow, namesIn(input));
        if (outcome === "done") return flow;
        if (outcome === "attribute") throw invalidFlow(flow, "It asks for an attribute that does not exist.");
        throw new TenantError(
          "user_flow_name_taken",
          `Another user flow is already named ${flow.name}.`,
          "Choose a different name, or use the ID of the user flow to replace.",
        );
      },
      async remove(id) {
        const flow = await directory.findUserFlow(id);
        const outcome = flow ? await userFlows.remove(flow) : "unknown";
        if (typeof outcome === "string") return outcome === "deleted";
        throw new TenantError(
          "user_flow_in_use",
          `The user flow ${flow?.name} is used by ${outcome.usedBy.join(", ")}.`,
          "Give these another user flow first (userFlowId, accountUserFlowId). Without one, users sign in with the default flow.",
        );
      },
      async changeSettings(changes) {
        if ((await userFlows.changeSettings(changes)) === "done") return;
        throw new TenantError(
          "user_flow_unknown",
          `The user flow ${changes.accountUserFlowId} does not exist.`,
          "Create the user flow first. userFlows.put returns its ID.",
        );
      },
    },

    policies: {
      list: () => directory.listPolicies(),
      async put(given) {
        const input = named(given);
        const policy: Policy = {
          ...{ id: randomUUID(), enabled: true, clientIds: null, groupIds: null, excludedUserIds: [] },
          ...{ requires: "mfa", createdAt: ctx.clock.now() },
          ...input,
        };
        const outcome = await policies.put(policy, namesIn(input));
        if (typeof outcome === "object") {
          const what = { clientIds: "app", groupIds: "group", excludedUserIds: "user" }[outcome.list];
          const message = `The policy ${policy.name} names the ${what} ${outcome.id}, which does not exist.`;
          throw new TenantError("policy_invalid", message, "It would protect nothing. Use the ID of an existing one.");
        }
        return policy;
      },
      async remove(id) {
        const policy = (await directory.listPolicies()).find((each) => each.id === id);
        return policy !== undefined && (await policies.remove(policy));
      },
    },

    changeBranding: (branding) => settings.change(branding),
    changeLifetimes: (lifetimes) => settings.changeLifetimes(lifetimes),
  };
}

/** Removes undefined members, which count as omitted, and gives the client ID its stored form. */
function named<T extends object>(input: T): T {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => [name, name === "clientId" ? String(value).trim().toLowerCase() : value]),
  ) as T;
}

/** How often `put` retries when other processes register and remove the same object. */
const ROUNDS = 4;

const REDIRECT_HINT = "Use an https URL, or http://localhost for a program on the user's own computer.";

const namesIn = (input: object) => Object.keys(input).sort().join(" ");

const appIn = (registered: Registered) => (registered as Extract<Registered, { kind: "app" }>).app;
const apiIn = (registered: Registered) => (registered as Extract<Registered, { kind: "api" }>).api;

function nameOf({ name = "" }: { name?: string }): string {
  if (name.trim() !== "") return name;
  throw new TenantError("name_invalid", "A new registration needs a name.", "Choose a name that users recognize.");
}

function knownAlgorithm(alg: string): void {
  if ((SIGNING_ALGORITHMS as readonly string[]).includes(alg)) return;
  const hint = `Use one of ${SIGNING_ALGORITHMS.join(", ")}.`;
  throw new TenantError("signing_alg_refused", `Tokens cannot be signed with ${alg}.`, hint);
}

/** @param given  what changes: nothing else is checked */
function signable(api: Api, { accessTokenSigningAlg, tokenProfile }: Partial<Api>): Api {
  if (accessTokenSigningAlg === undefined && tokenProfile === undefined) return api;
  knownAlgorithm(api.accessTokenSigningAlg);
  if (canSign(api)) return api;
  throw new TenantError(
    "signing_alg_refused",
    `Access tokens of Entra's form are signed with RS256, not with ${api.accessTokenSigningAlg}.`,
    'Set tokenProfile to "rfc9068", or leave out accessTokenSigningAlg.',
  );
}

const invalidFlow = ({ name }: UserFlow, problems: string) =>
  new TenantError("user_flow_invalid", `The user flow ${name} is invalid.`, problems);

function conflicting(what: RegistrationConflict): TenantError {
  if (what === "user_flow") {
    return new TenantError(
      "user_flow_unknown",
      "The app's userFlowId names a user flow that does not exist.",
      "Create the user flow first. userFlows.put returns its ID.",
    );
  }
  const property = { client_id: "client ID", unique_name: "unique name", identifier_uri: "identifier URI" }[what];
  return new TenantError(
    "registration_conflict",
    `Another registration already has this ${property}.`,
    "Choose a different one.",
  );
}
