import { type TenantFilePart, tenantFilesOf } from "../../admin/tenant-files.ts";
import type { ConsoleAnswer, ConsoleRequest } from "../console-request.ts";
import { notFound } from "../found.ts";

/** Of the form, in bytes: a file of 1 MiB may be three times as long when it is URL-encoded. */
export const FILE_FORM_BYTES = 3 * 1024 * 1024 + 16 * 1024;

/** With more people, the file is long to make and no help in a field of a page: it is only downloaded. */
const MOST_SHOWN = 1_000;

/**
 * Undefined: the program that started the tenant passed no functions for files, or the tenant is a served one, whose
 * administrators apply files through Microsoft Graph with their own right.
 */
function filesOf({ embedded, tools, acting: { ctx } }: ConsoleRequest) {
  return embedded && tools.tenantFiles ? tenantFilesOf(ctx, tools.tenantFiles) : undefined;
}

const elsewhere = ({ embedded, ctx }: ConsoleRequest): ConsoleAnswer => ({
  view: { page: "console_file_elsewhere", authority: `${ctx.config.issuerOrigin}/${ctx.config.tenantId}`, embedded },
});

/** The whole tenant as a file, to read, to save, or to change. */
export async function getFile(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const files = filesOf(request);
  if (!files) return elsewhere(request);
  const people = await request.ctx.store.administration.users.count();
  const shown = { page: "console_file", prune: false, state: null } as const;
  if (people > MOST_SHOWN) {
    return { view: { ...shown, text: "", notes: [], tooManyPeople: people, problem: null } };
  }
  const file = await files.read(undefined, request.signal);
  const { text, notes } = file.outcome === "read" ? file : { text: "", notes: [] };
  const problem = file.outcome === "refused" ? file : null;
  return { view: { ...shown, text, notes, tooManyPeople: null, problem } };
}

export async function getDownload(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const file = await filesOf(request)?.read(undefined, request.signal);
  if (!file) throw notFound();
  // A file that is saved must be the tenant's: the page says why there is none.
  if (file.outcome !== "read") return getFile(request);
  return { download: { name: "doorcode.tenant.yaml", type: "application/yaml; charset=utf-8", body: file.text } };
}

/** Shows what the file would change. Changes nothing. */
export async function postPlan(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const files = filesOf(request);
  if (!files) throw notFound();
  const { text, prune } = fileIn(request);
  const planned = await files.plan(text, { prune });
  const shown = { page: "console_file", text, notes: [], prune, tooManyPeople: null } as const;
  if (planned.outcome !== "planned") return { view: { ...shown, state: null, problem: planned } };
  return { view: { ...shown, state: { kind: "planned", plan: planned.plan }, problem: null } };
}

/** One apply at a time in this process, so that two see each other's results. */
let applying: Promise<unknown> = Promise.resolve();

/** Applies the plan that was shown, if it is still the plan. */
export async function postApply(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const files = filesOf(request);
  if (!files) throw notFound();
  const { text, prune } = fileIn(request);
  const digest = request.fields.get("digest") ?? "";
  const apply = applying.then(() => files.apply(text, { prune, digest }));
  applying = apply.catch(() => undefined);
  const applied = await apply;
  const shown = { page: "console_file", text, notes: [], prune, tooManyPeople: null } as const;
  switch (applied.outcome) {
    case "applied":
      return { view: { ...shown, state: { kind: "applied", done: applied.done }, problem: null } };
    case "changed":
      return { view: { ...shown, state: { kind: "planned", plan: applied.plan }, problem: { outcome: "changed" } } };
    case "refused":
      return { view: { ...shown, state: { kind: "applied", done: applied.done }, problem: applied } };
    case "invalid":
      return { view: { ...shown, state: null, problem: applied } };
  }
}

function fileIn({ fields }: ConsoleRequest) {
  return { text: (fields.get("file") ?? "").replaceAll("\r\n", "\n"), prune: fields.get("prune") === "yes" };
}

/** One object as it is in the file. */
export async function getPart(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const files = filesOf(request);
  if (!files) return elsewhere(request);
  const { fields } = request;
  const part = await partOf(request, fields.get("section") ?? "", (fields.get("id") ?? "").toLowerCase());
  if (!part) throw notFound();
  const file = await files.read(part.of, request.signal);
  const text = file.outcome === "read" ? file.text : null;
  const refusal = file.outcome === "refused" ? file.refusal : null;
  return { view: { page: "console_file_part", name: part.of.name, back: part.back, text, problem: refusal } };
}

async function partOf(
  { ctx: { store } }: ConsoleRequest,
  section: string,
  id: string,
): Promise<{ of: TenantFilePart; back: string } | undefined> {
  switch (section) {
    case "users": {
      const user = await store.directory.findUser(id);
      return user && { of: { section, key: null, name: user.email }, back: `/console/people/${user.id}` };
    }
    case "apps":
    case "apis": {
      const found = await store.registrations.find({ clientId: id });
      if (found?.kind !== (section === "apps" ? "app" : "api")) return undefined;
      const { name } = found.kind === "app" ? found.app : found.api;
      return { of: { section, key: found.registration.uniqueName, name }, back: `/console/${section}/${id}` };
    }
    case "userFlows": {
      const flow = await store.directory.findUserFlow(id);
      return flow && { of: { section, key: flow.name, name: flow.name }, back: `/console/user-flows/${id}` };
    }
    case "policies": {
      const policy = (await store.directory.listPolicies()).find((each) => each.id === id);
      return policy && { of: { section, key: policy.name, name: policy.name }, back: `/console/policies/${id}` };
    }
    default:
      return undefined;
  }
}
