import type { Api } from "../../directory/entities.ts";
import { cleanRegisteredName } from "../../directory/identity.ts";
import type { Registered } from "../../storage/store.ts";
import type { ApiAction, ApiForm, ApiProblem, ApiView, PermissionForm } from "../../ui/console/api.ts";
import type { ConsoleAnswer, ConsoleRequest } from "../console-request.ts";
import { doneOf, idIn, notFound } from "../found.ts";
import { lastChangeOf } from "../last-change.ts";
import { digestOf, sameAsShown, unlessChanged } from "../shown.ts";
import {
  apiFormIn,
  apiFormOf,
  apiFormProblem,
  isInUse,
  permissionFormIn,
  permissionFormOf,
  permissionProblem,
  withoutPermission,
  withPermission,
} from "./api-form.ts";
import { switched } from "./app.ts";

type RegisteredApi = Extract<Registered, { kind: "api" }>;

const DONE = ["added", "edited", "enabled", "disabled", "permission_saved", "permission_removed"] as const;

/** `?scope=` or `?role=` opens the form for one of them: empty for a new one. */
export async function getApi(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { fields } = request;
  const { api } = await find(request);
  const kind = fields.has("scope") ? "scope" : fields.has("role") ? "role" : undefined;
  const was = kind && (fields.get(kind) ?? "");
  const now = kind && permissionFormOf(api, kind, was ?? "");
  const permission = now && { typed: now, now, shown: digestOf(now) };
  return page(api, { done: doneOf(request, DONE), permission: permission ?? null });
}

/** @throws PageProblem */
async function find(request: ConsoleRequest): Promise<RegisteredApi> {
  const clientId = idIn(request);
  const found = clientId === undefined ? undefined : await request.ctx.store.registrations.find({ clientId });
  if (found?.kind !== "api") throw notFound();
  return found;
}

type Outcome = ApiAction | "removed" | { problem: ApiProblem; typed?: ApiForm; permission?: PermissionForm };

async function changing(
  request: ConsoleRequest,
  change: (registered: RegisteredApi) => Promise<Outcome>,
): Promise<ConsoleAnswer> {
  const registered = await find(request);
  const outcome = await change(registered);
  const { clientId } = registered.api;
  if (outcome === "removed") return { to: "/console/apps?kind=api&done=removed" };
  if (typeof outcome === "string") return { to: `/console/apis/${clientId}?done=${outcome}` };
  const { api } = await find(request);
  const { permission: typed, ...rest } = outcome;
  if (!typed) return page(api, rest);
  const now = permissionFormOf(api, typed.kind, typed.was) ?? null;
  // The next attempt replaces what the page shows now.
  return page(api, { ...rest, permission: { typed, now, shown: digestOf(now ?? {}) } });
}

/** Changes the API under a lock, if what the form showed is still there. */
async function changed(
  { admin }: ConsoleRequest,
  { registration }: RegisteredApi,
  change: (before: Api) => Api,
  names: string,
) {
  const onApi = (before: Registered): Registered =>
    before.kind === "api" ? { ...before, api: change(before.api) } : before;
  const outcome = await unlessChanged(admin.apps.change(registration, onApi, names));
  if (outcome !== "stale" && outcome.outcome === "unknown") throw notFound();
  return outcome;
}

const lastChange = (request: ConsoleRequest, { api }: RegisteredApi) =>
  lastChangeOf(request, "application.changed", ["app_id", api.clientId]);

export async function postApi(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const typed = apiFormIn(request.fields);
  return changing(request, async (registered) => {
    const problem = apiFormProblem(typed);
    if (problem) return { problem: { kind: problem, of: "api" }, typed };
    const outcome = await changed(
      request,
      registered,
      (before) => {
        sameAsShown(apiFormOf(before), request.fields.get("shown"));
        return { ...before, ...typed, name: cleanRegisteredName(typed.name) };
      },
      "accessTokenSigningAlg groupClaims identifierUri name tokenProfile",
    );
    if (outcome === "stale")
      return { problem: { kind: "changed", of: "api", by: await lastChange(request, registered) }, typed };
    return outcome.outcome === "changed" ? "edited" : { problem: { kind: "uri_taken", of: "api" }, typed };
  });
}

/** Adds, changes or removes one scope or role. */
export async function postPermission(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { fields } = request;
  const typed = permissionFormIn(fields);
  const isRemoval = fields.get("remove") === "yes";
  return changing(request, async (registered) => {
    const problemAt = (api: Api) => {
      if (!isRemoval) return permissionProblem(api, typed);
      return isInUse(api, typed) ? ("disable_first" as const) : undefined;
    };
    let problem = problemAt(registered.api);
    if (problem) return { problem: { kind: problem, of: "permission" }, permission: typed };
    const outcome = await changed(
      request,
      registered,
      (before) => {
        sameAsShown(permissionFormOf(before, typed.kind, typed.was) ?? {}, fields.get("shown"));
        problem = problemAt(before);
        if (problem) return before;
        return isRemoval ? withoutPermission(before, typed) : withPermission(before, typed);
      },
      typed.kind === "scope" ? "scopes" : "roles",
    );
    if (outcome === "stale") {
      const by = await lastChange(request, registered);
      return { problem: { kind: "changed", of: "permission", by }, permission: typed };
    }
    if (problem) return { problem: { kind: problem, of: "permission" }, permission: typed };
    return isRemoval ? "permission_removed" : "permission_saved";
  });
}

export const postDisableApi = (request: ConsoleRequest) => switching(request, true);
export const postEnableApi = (request: ConsoleRequest) => switching(request, false);

function switching(request: ConsoleRequest, disabled: boolean): Promise<ConsoleAnswer> {
  return changing(request, async ({ registration }) => {
    const result = await request.admin.apps.changeUse(
      registration,
      (before) => switched(before, disabled, request.now),
      {
        enabled: !disabled,
      },
    );
    if (result.outcome !== "changed") throw notFound();
    return disabled ? "disabled" : "enabled";
  });
}

export async function postRemoveApi(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return changing(request, async (registered) => {
    if ((request.fields.get("confirm") ?? "").trim() !== registered.api.name.trim()) {
      return { problem: { kind: "not_confirmed", of: "remove" } };
    }
    if (!(await request.admin.apps.remove(registered))) throw notFound();
    return "removed";
  });
}

function page(
  api: Api,
  of: {
    done?: ApiAction | null;
    problem?: ApiProblem;
    typed?: ApiForm;
    permission?: ApiView["permission"];
  },
): ConsoleAnswer {
  const now = apiFormOf(api);
  return {
    view: {
      ...{ page: "console_api", api, typed: of.typed ?? now, shown: digestOf(now), permission: of.permission ?? null },
      ...{ done: of.done ?? null, problem: of.problem ?? null },
    },
  };
}
