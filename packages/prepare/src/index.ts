export { type ExportOptions, exportTenant } from "./export/export-tenant.ts";
export { type DescribeOptions, describeProblems } from "./file/describe-problems.ts";
export { type FileProblem, SourceFileError } from "./file/diagnostics.ts";
export type { AdministrativeScope, GrantType, Lifetime, SigningAlgorithm } from "./file/known-values.ts";
export type {
  ApiEntry,
  AppEntry,
  AttributeEntry,
  GroupEntry,
  LifetimesEntry,
  PolicyEntry,
  RoleEntry,
  ScopeEntry,
  TenantEntry,
  TenantModel,
  UserEntry,
  UserFlowEntry,
} from "./file/model.ts";
export { readTenantFile } from "./file/read-tenant-file.ts";
export type { SourceLine } from "./file/secrets.ts";
export { TenantFileError } from "./file/tenant-form.ts";
export { tenantFileSchema } from "./file/tenant-schema.ts";
export { writeTenantFile } from "./file/write-tenant-file.ts";
export type { GraphAccess } from "./graph/request.ts";
export type { Clock } from "./graph/retries.ts";
export { type ApplyOptions, applyPlan } from "./plan/apply-plan.ts";
export { type PermissionsNeeded, permissionsFor, permissionsForExport } from "./plan/permissions-for.ts";
export { type PlanOptions, planTenant } from "./plan/plan-tenant.ts";
export { PrepareError, type PrepareErrorCode } from "./prepare-error.ts";
export type { Applied, Change, Plan, Step, StepKind } from "./step.ts";
