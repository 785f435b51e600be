export type { TenantModel } from "./file/model.ts";
export type { GraphAccess } from "./graph/graph-access.ts";
