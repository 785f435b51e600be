import type { AdminContext } from "../admin/admin-context.ts";
import type { InteractionContext } from "../interaction/page-request.ts";

/** What a running tenant consists of. Each room sees the part of it that it needs. */
export type TenantContext = InteractionContext & AdminContext;
