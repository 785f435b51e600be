import type { Actor, AdminContext } from "./admin-context.ts";
import { apps } from "./apps.ts";
import { groups } from "./groups.ts";
import { people } from "./people.ts";
import { permissions } from "./permissions.ts";
import { policies } from "./policies.ts";
import { settings } from "./settings.ts";
import { userFlows } from "./user-flows.ts";

export type Administration = ReturnType<typeof administration>;

/** Every change that an administrator can make to a tenant, in the name of `by`. There is no other way to make one. */
export function administration(ctx: AdminContext, by: Actor) {
  return {
    people: people(ctx, by),
    groups: groups(ctx, by),
    /** Apps and APIs. */
    apps: apps(ctx, by),
    permissions: permissions(ctx, by),
    userFlows: userFlows(ctx, by),
    policies: policies(ctx, by),
    settings: settings(ctx, by),
  };
}
