import { graphOf, type TenantConfig } from "../directory/tenant-config.ts";
import type { TenantFilePlan, TenantFileProblem, TenantFileRefusal, TenantFileStep } from "../directory/tenant-file.ts";
import type { AdminContext } from "./admin-context.ts";
import { issueConsoleToken } from "./operator-token.ts";

export type { TenantFilePlan, TenantFileProblem, TenantFileRefusal, TenantFileStep };

/** Microsoft Graph at this tenant, with the operator's token. */
export interface TenantGraph {
  /** Base URL, without a trailing slash. */
  base: string;
  /** A token of the operator. Secret. */
  token: string;
}

/** The outcome of reading. `inexpressible`: the object has no part in a file. */
export type ReadTenantFile =
  | { outcome: "read"; text: string; notes: string[] }
  | { outcome: "inexpressible" }
  | { outcome: "refused"; refusal: TenantFileRefusal };

/** The outcome of a plan. */
export type PlannedTenantFile =
  | { outcome: "planned"; plan: TenantFilePlan }
  | { outcome: "invalid"; problems: TenantFileProblem[] }
  | { outcome: "refused"; refusal: TenantFileRefusal };

/** The outcome of an apply. `changed`: the tenant is no longer what the plan was made from, and nothing was changed. */
export type AppliedTenantFile =
  | { outcome: "applied"; done: TenantFileStep[] }
  | { outcome: "changed"; plan: TenantFilePlan }
  | { outcome: "invalid"; problems: TenantFileProblem[] }
  /** `done`: what was changed before. */
  | { outcome: "refused"; refusal: TenantFileRefusal; done: TenantFileStep[] };

/** One object of a tenant. `key`: its unique name, if it has one. */
export interface TenantFilePart {
  /** The section of the file. */
  section: "apps" | "apis" | "userFlows" | "policies" | "users";
  /** Its unique name in Microsoft Graph, or null. */
  key: string | null;
  /** The display name; of a user, the email address. */
  name: string;
}

/**
 * Reads and writes the tenant as a file. The tenant itself cannot: the program that starts it passes this in
 * (docs/decisions/0008).
 */
export interface TenantFiles {
  /**
   * The tenant as the file that would create it. With `part`, only this object, for which no more is read than it needs.
   * `signal`: it is no longer wanted, so reading ends.
   */
  read(at: TenantGraph, part?: TenantFilePart, signal?: AbortSignal): Promise<ReadTenantFile>;
  /** What the file would change. `prune`: it also deletes what an earlier file created and this one does not have. */
  plan(text: string, options: { prune: boolean }, at: TenantGraph): Promise<PlannedTenantFile>;
  /** Makes the tenant match the file, if the digest is still that of the plan. */
  apply(text: string, options: { prune: boolean; digest: string }, at: TenantGraph): Promise<AppliedTenantFile>;
}

/**
 * `TenantFiles` at this tenant, on behalf of its operator. Reading and planning write nothing; applying issues a token that is
 * in the audit log, beside the changes.
 */
export function tenantFilesOf(
  ctx: Pick<AdminContext, "store" | "clock" | "signingKeys"> & { config: TenantConfig },
  files: TenantFiles,
) {
  const graph = async (may: "read" | "change"): Promise<TenantGraph> => ({
    base: graphOf(ctx.config),
    token: (await issueConsoleToken(ctx, may)).token,
  });
  return {
    read: async (part: TenantFilePart | undefined, signal: AbortSignal) =>
      files.read(await graph("read"), part, signal),
    plan: async (text: string, options: { prune: boolean }) => files.plan(text, options, await graph("read")),
    apply: async (text: string, options: { prune: boolean; digest: string }) =>
      files.apply(text, options, await graph("change")),
  };
}
