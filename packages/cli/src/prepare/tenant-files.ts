import { createHash } from "node:crypto";
import type { GraphAccess, Plan, PrepareError, TenantModel } from "@doorcode/prepare";
import type { TenantFilePart, TenantFilePlan, TenantFiles, TenantGraph } from "@doorcode/tenant/operator";
import { say } from "../output.ts";
import { graphWithToken } from "./graph-access.ts";
import { readModel } from "./inputs.ts";
import { doneLine, showNotes } from "./screen.ts";

/** The Graph of the running tenant, with the operator's token. */
export interface OperatorGraph {
  /** No trailing slash. */
  base: string;
  token: string;
  /** PEM, in addition to the system's. */
  ca: string | undefined;
}

/** A file that `doorcode tenant start --file` has read and checked. */
export interface TenantFile {
  name: string | undefined;
  domain: string | undefined;
  /** `#rrggbb`. */
  colour: string | undefined;
  /** Makes the tenant match the file, and reports each step. */
  apply(at: OperatorGraph): Promise<void>;
}

/** @throws UsageError, CommandError `tenant_file_invalid` */
export async function openTenantFile(path: string): Promise<TenantFile> {
  const model = await readModel(path);
  const { name, domain, colour } = model.tenant;
  return {
    name,
    domain,
    colour,
    async apply(at) {
      const { planTenant, applyPlan } = await import("@doorcode/prepare");
      const graph = graphOf(at);
      const plan = await planTenant(model, graph, { env: process.env });
      showNotes(plan.notes);
      await applyPlan(plan, graph, { env: process.env, report: (step) => say(doneLine(step)) });
    },
  };
}

/** The file of the tenant behind this Graph, as text. */
export async function exportFromGraph(at: OperatorGraph): Promise<string> {
  const { exportTenant, writeTenantFile } = await import("@doorcode/prepare");
  const { model, notes } = await exportTenant(graphOf(at));
  showNotes(notes);
  return writeTenantFile(model);
}

/**
 * What the console of a running tenant needs to show and change it as a file. The variables of `passwordFrom` are those of
 * this process, as for `tenant start --file`.
 *
 * @param ca PEM, in addition to the system's certificates
 */
export function tenantFiles(ca: string | undefined): TenantFiles {
  const graphAt = (at: TenantGraph) => graphOf({ ...at, ca });
  return {
    async read(at, part, signal) {
      const { exportTenant, PrepareError, writeTenantFile } = await import("@doorcode/prepare");
      const only = part && (part.section === "users" ? { user: part.name } : part.section);
      try {
        const { model, notes } = await exportTenant(graphOf({ ...at, ca }, signal), {
          ...(only && { only }),
          ...(signal && { signal }),
        });
        if (part === undefined) return { outcome: "read", text: writeTenantFile(model), notes };
        const alone = partOf(model, part);
        if (!alone) return { outcome: "inexpressible" };
        // Without the first lines, which say how a whole file is used.
        return { outcome: "read", text: writeTenantFile(alone).replace(/^(#.*\n|\n)+/, ""), notes: [] };
      } catch (error) {
        if (!(error instanceof PrepareError)) throw error;
        return { outcome: "refused", refusal: refusalOf(error) };
      }
    },

    async plan(text, { prune }, at) {
      const checked = await checkedPlan(text, prune, graphAt(at));
      return "plan" in checked ? { outcome: "planned", plan: shownPlan(checked.plan, text) } : checked;
    },

    async apply(text, { prune, digest }, at) {
      const graph = graphAt(at);
      const checked = await checkedPlan(text, prune, graph);
      if (!("plan" in checked)) return checked.outcome === "refused" ? { ...checked, done: [] } : checked;
      const { plan } = checked;
      const shown = shownPlan(plan, text);
      if (shown.digest !== digest) return { outcome: "changed", plan: shown };
      const { applyPlan, PrepareError } = await import("@doorcode/prepare");
      try {
        const { done } = await applyPlan(plan, graph, { env: process.env });
        return { outcome: "applied", done };
      } catch (error) {
        if (!(error instanceof PrepareError)) throw error;
        return { outcome: "refused", refusal: refusalOf(error), done: error.done };
      }
    },
  };
}

type Checked = { plan: Plan } | Exclude<Awaited<ReturnType<TenantFiles["plan"]>>, { outcome: "planned" }>;

async function checkedPlan(text: string, prune: boolean, graph: GraphAccess): Promise<Checked> {
  const { planTenant, PrepareError, readTenantFile, TenantFileError } = await import("@doorcode/prepare");
  try {
    return { plan: await planTenant(readTenantFile(text, FILE_NAME), graph, { env: process.env, prune }) };
  } catch (error) {
    if (error instanceof TenantFileError) return { outcome: "invalid", problems: error.problems };
    if (error instanceof PrepareError) return { outcome: "refused", refusal: refusalOf(error) };
    throw error;
  }
}

const FILE_NAME = "doorcode.tenant.yaml";

const refusalOf = ({ message, hint }: PrepareError) => ({ message, hint });

function shownPlan({ steps, notes, prune }: Plan, text: string): TenantFilePlan {
  const digest = createHash("sha256")
    .update(JSON.stringify([text, prune, steps]))
    .digest("base64url");
  return { steps, notes, digest };
}

/** The model with this object alone. Two with the same name and no key of their own cannot be distinguished. */
function partOf(model: TenantModel, { section, key, name }: TenantFilePart): TenantModel | undefined {
  const entries = Object.entries(model[section]);
  const named = entries.filter(([, entry]) => "displayName" in entry && entry.displayName === name);
  const [found] = [
    ...entries.filter(([own]) => own === (key ?? name) || (section === "users" && own === name.toLowerCase())),
    ...(named.length === 1 ? named : []),
  ];
  if (!found) return undefined;
  const [own, entry] = found;
  const nothing = { apps: {}, apis: {}, userFlows: {}, groups: {}, policies: {}, users: {} };
  const tenant: TenantModel["tenant"] = {
    ...{ name: undefined, domain: undefined, colour: undefined },
    ...{ signUp: undefined, accountUserFlow: undefined, lifetimes: undefined },
  };
  return { tenant, ...nothing, [section]: { [own]: entry } };
}

const graphOf = ({ base, token, ca }: OperatorGraph, signal?: AbortSignal): GraphAccess =>
  graphWithToken("doorcode", base, { token, ca, ...(signal && { signal }) });
