import { appSecrets } from "../../admin/app-secrets.ts";
import { hex } from "../../admin/apps.ts";
import { certificateProblems, readAppCertificate } from "../../directory/app-certificate.ts";
import { DAY_MS } from "../../directory/app-secret.ts";
import type { App } from "../../directory/entities.ts";
import { OWN_ACCOUNT } from "../../directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID, OIDC_SCOPES } from "../../directory/scopes.ts";
import type { Registered } from "../../storage/store.ts";
import type { AppAction, AppProblem, AppView } from "../../ui/console/app.ts";
import type { AppForm } from "../../ui/console/app-form.ts";
import type { ConsoleAnswer, ConsoleRequest } from "../console-request.ts";
import { doneOf, idIn, isGuid, notFound, textIn } from "../found.ts";
import { lastChangeOf } from "../last-change.ts";
import { digestOf, sameAsShown, unlessChanged } from "../shown.ts";
import { appFormIn, appFormOf, appOf, changedMembers } from "./app-form.ts";
import { flowsOf } from "./apps.ts";
import { assignedTo, principalNamed } from "./assignments.ts";

type RegisteredApp = Extract<Registered, { kind: "app" }>;

const DONE = [
  "added",
  "edited",
  "enabled",
  "disabled",
  "secret_removed",
  "certificate_added",
  "certificates_removed",
  "consent",
  "assigned",
  "unassigned",
] as const;

export async function getApp(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return page(request, await find(request), { done: doneOf(request, DONE) });
}

/** @throws PageProblem */
async function find(request: ConsoleRequest): Promise<RegisteredApp> {
  const clientId = idIn(request);
  const found = clientId === undefined ? undefined : await request.ctx.store.registrations.find({ clientId });
  if (found?.kind !== "app") throw notFound();
  return found;
}

type Outcome =
  | AppAction
  | { problem: AppProblem; typed?: AppForm; assignee?: string }
  | { secret: AppView["secret"] }
  | "removed";

async function changing(
  request: ConsoleRequest,
  change: (registered: RegisteredApp) => Promise<Outcome>,
): Promise<ConsoleAnswer> {
  const registered = await find(request);
  const outcome = await change(registered);
  if (outcome === "removed") return { to: "/console/apps?done=removed" };
  if (typeof outcome === "string") return { to: `/console/apps/${registered.app.clientId}?done=${outcome}` };
  return page(request, await find(request), outcome);
}

export async function postApp(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { admin, fields } = request;
  const typed = appFormIn(fields);
  return changing(request, async ({ registration, app }) => {
    const changes = appOf(typed);
    if ("kind" in changes) return { problem: changes, typed };
    const changed = await unlessChanged(
      admin.apps.change(
        registration,
        (before) => {
          if (before.kind !== "app") return before;
          sameAsShown(appFormOf(before.app), fields.get("shown"));
          return { ...before, app: { ...before.app, ...changes } };
        },
        changedMembers(app, changes),
      ),
    );
    if (changed === "stale") {
      const by = await lastChangeOf(request, "application.changed", ["app_id", app.clientId]);
      return { problem: { kind: "changed", by }, typed };
    }
    if (changed.outcome === "unknown") throw notFound();
    return changed.outcome === "changed" ? "edited" : { problem: { kind: "flow_unknown" }, typed };
  });
}

export const postDisableApp = (request: ConsoleRequest) => switching(request, true);
export const postEnableApp = (request: ConsoleRequest) => switching(request, false);

function switching(request: ConsoleRequest, disabled: boolean): Promise<ConsoleAnswer> {
  return changing(request, async ({ registration }) => {
    const changed = await request.admin.apps.changeUse(
      registration,
      (before) => switched(before, disabled, request.now),
      {
        enabled: !disabled,
      },
    );
    if (changed.outcome !== "changed") throw notFound();
    return disabled ? "disabled" : "enabled";
  });
}

/** Of an app or an API. It stays disabled since the first time. */
export function switched(before: Registered, disabled: boolean, now: number): Registered {
  const since = (was: number | null) => (disabled ? (was ?? now) : null);
  return before.kind === "app"
    ? { ...before, app: { ...before.app, disabledAt: since(before.app.disabledAt) } }
    : { ...before, api: { ...before.api, disabledAt: since(before.api.disabledAt) } };
}

/** Its name is typed: its sign-ins end, and there is no way back. */
export async function postRemoveApp(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return changing(request, async (registered) => {
    if ((request.fields.get("confirm") ?? "").trim() !== registered.app.name.trim()) {
      return { problem: { kind: "not_confirmed" } };
    }
    if (!(await request.admin.apps.remove(registered))) throw notFound();
    return "removed";
  });
}

/** The secret is in this answer, and nowhere else. */
export async function postSecret(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { acting, fields, now } = request;
  return changing(request, async ({ app }) => {
    const name = (fields.get("secret_name") ?? "").trim();
    const days = Number(fields.get("days") ?? "");
    if (!Number.isInteger(days) || days < 1) return { problem: { kind: "secret_refused", why: null } };
    const wanted = { displayName: name === "" ? null : name, endsAt: now + days * DAY_MS };
    const made = await appSecrets(acting.ctx, acting.by).addSecret(app.clientId, wanted);
    if (made === "app_unknown") throw notFound();
    if (made === "full") return { problem: { kind: "secrets_full" } };
    if ("problem" in made) return { problem: { kind: "secret_refused", why: made.problem } };
    return { secret: { text: made.secretText, endsAt: made.endsAt } };
  });
}

export async function postRemoveSecret(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return changing(request, async ({ app }) => {
    // Whether or not another administrator was faster, it is gone.
    await request.admin.apps.removeSecret(app.clientId, request.fields.get("key_id") ?? "");
    return "secret_removed";
  });
}

export async function postCertificate(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { admin, fields, now } = request;
  return changing(request, async ({ app }) => {
    const certificate = readAppCertificate(fields.get("certificate") ?? "", { clientId: app.clientId, now });
    if (typeof certificate === "string") {
      return { problem: { kind: "certificate_refused", why: certificateProblems[certificate] } };
    }
    const added = await admin.apps.addCertificate(certificate, {
      administrator: fields.get("as_administrator") === "yes",
    });
    if (added === "app_unknown") throw notFound();
    return added === "full" ? { problem: { kind: "certificates_full" } } : "certificate_added";
  });
}

export async function postRemoveCertificates(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return changing(request, async ({ app }) => {
    if ((await request.admin.apps.removeCertificates(app.clientId)) === undefined) throw notFound();
    return "certificates_removed";
  });
}

/** The administrator's consent for all users. Without scopes it is withdrawn. */
export async function postConsent(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { admin, ctx, fields } = request;
  return changing(request, async ({ app }) => {
    const resourceId = (fields.get("resource") ?? "").toLowerCase();
    const offered = await offeredBy(ctx.store.directory, resourceId);
    if (offered === undefined) return { problem: { kind: "resource_unknown" } };
    const scopes = [...new Set((fields.get("scopes") ?? "").split(/\s+/).filter(Boolean))];
    const unknown = scopes.find((scope) => !offered.includes(scope));
    if (unknown !== undefined) return { problem: { kind: "scope_unknown", scope: unknown.slice(0, 120) } };
    const consent = { clientId: app.clientId, userId: null, resourceId, scopes };
    if (scopes.length === 0) await admin.permissions.removeConsent(consent);
    else if ((await admin.permissions.putConsent(consent)) === "unknown") throw notFound();
    return "consent";
  });
}

/** Lets a person or a group use the app, or no longer. It counts if the app is only for the assigned. */
export async function postAssignment(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { admin, ctx, fields } = request;
  const removed = fields.get("remove");
  return changing(request, async ({ app: { clientId } }) => {
    if (removed !== undefined) {
      // Whether or not another administrator was faster, it is gone.
      if (isGuid(removed)) await admin.permissions.unassign({ clientId, roleValue: null, principalId: removed });
      return "unassigned";
    }
    const assignee = textIn(request, "assignee");
    const found = await principalNamed(ctx.store, assignee);
    if (typeof found === "string") return { problem: { kind: found }, assignee };
    const outcome = await admin.permissions.assign({ clientId, roleValue: null, principalId: found.id });
    if (outcome === "unknown_resource") throw notFound();
    return outcome === "unknown_principal" ? { problem: { kind: "assignee_unknown" }, assignee } : "assigned";
  });
}

type Directory = ConsoleRequest["ctx"]["store"]["directory"];

/** The scopes that an administrator may consent to. Undefined: there is no such API. */
async function offeredBy(directory: Directory, resourceId: string): Promise<string[] | undefined> {
  if (resourceId === GRAPH_RESOURCE_ID) return [...OIDC_SCOPES, OWN_ACCOUNT];
  return (await directory.findApi(resourceId))?.scopes.map(({ value }) => value);
}

async function page(
  request: ConsoleRequest,
  { app, registration }: RegisteredApp,
  of: {
    done?: AppAction | null;
    problem?: AppProblem;
    typed?: AppForm;
    assignee?: string;
    secret?: AppView["secret"];
  },
): Promise<ConsoleAnswer> {
  const { ctx } = request;
  const { credentials, directory } = ctx.store;
  const { clientId } = app;
  const [secrets, certificates, consents, apis, flows, assignments] = await Promise.all([
    credentials.secretsOf(clientId),
    credentials.certificatesOf(clientId),
    // Only the administrator's: people's are as many as the people who use the app.
    directory.consentsFor(clientId, ""),
    directory.listApis(),
    flowsOf(request),
    assignedTo(ctx.store, clientId),
  ]);
  const form = appFormOf(app);
  const resources = [
    { id: GRAPH_RESOURCE_ID, name: "Microsoft Graph", offered: [...OIDC_SCOPES, OWN_ACCOUNT] },
    ...apis.map((api) => ({ id: api.clientId, name: api.name, offered: api.scopes.map(({ value }) => value) })),
  ];
  const consentedTo = (id: string) => consents.find(({ resourceId }) => resourceId === id)?.scopes ?? [];
  return {
    view: {
      page: "console_app",
      ...factsOf(app),
      ...assignments,
      assignee: of.assignee ?? "",
      ...{ uniqueName: registration.uniqueName, form, typed: of.typed ?? form, shown: digestOf(form), flows },
      secrets: secrets.map(({ keyId, displayName, hint, endsAt }) => ({ keyId, name: displayName, hint, endsAt })),
      certificates: certificates.map((each) => ({ thumbprint: hex(each), notAfter: each.notAfter })),
      resources: resources.map((each) => ({ ...each, consented: consentedTo(each.id) })),
      ...{ secret: of.secret ?? null, done: of.done ?? null, problem: of.problem ?? null },
    },
  };
}

const factsOf = ({ clientId, name, createdAt, disabledAt, administrativeScopes, administrationByDeviceCode }: App) => ({
  ...{ clientId, name, createdAt, disabledAt, administrativeScopes, administrationByDeviceCode },
});
