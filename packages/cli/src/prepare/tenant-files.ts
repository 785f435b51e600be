import type { GraphAccess } from "@doorcode/prepare";
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

const graphOf = ({ base, token, ca }: OperatorGraph): GraphAccess => graphWithToken("doorcode", base, { token, ca });
