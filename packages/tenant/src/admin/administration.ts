import { type BrandingOptions, brandingSettings, loadBranding } from "../ui/branding/branding.ts";
import { type Actor, type AdminContext, type AdminStore, auditRecord } from "./admin-context.ts";
import { appSecrets } from "./app-secrets.ts";
import { apps, permissions } from "./apps.ts";
import { groups, people } from "./people.ts";
import { policies, userFlows } from "./user-flows.ts";

export type Administration = ReturnType<typeof administration>;

/** Every change that an administrator can make to a tenant, in the name of `by`. There is no other way to make one. */
export function administration(ctx: AdminContext, by: Actor) {
  return {
    people: people(ctx, by),
    groups: groups(ctx, by),
    /** Apps and APIs. */
    apps: { ...apps(ctx, by), ...appSecrets(ctx, by) },
    permissions: permissions(ctx, by),
    userFlows: userFlows(ctx, by),
    policies: policies(ctx, by),
    settings: settings(ctx, by),
  };
}

/**
 * Name, colour and logo for every node and every later start, with the audit record in one transaction. Nothing is
 * written where nothing changes.
 *
 * @throws TenantError `branding_refused`, `logo_refused`
 */
export async function changeBranding({ store, clock }: AdminStore, by: Actor, options: BrandingOptions): Promise<void> {
  const values = await brandingSettings(options);
  const before = await Promise.all(Object.keys(values).map((name) => store.directory.setting(name)));
  const changed = Object.entries(values).filter(([, value], at) => value !== before[at]);
  if (changed.length === 0) return;
  const shown = changed.map(([name, value]) => [name, name === "logo" ? value !== "" : value]);
  const event = "name" in values ? "organization.changed" : "branding.changed";
  const audit = auditRecord(by, clock.now(), event, Object.fromEntries(shown));
  await store.directory.changeSettings(Object.fromEntries(changed), audit);
}

/** How the tenant looks. */
export function settings(ctx: Pick<AdminContext, "store" | "clock" | "config" | "branding">, by: Actor) {
  return {
    /** This node's pages show it at once; other nodes read it when they start. */
    async change(options: BrandingOptions): Promise<void> {
      await changeBranding(ctx, by, options);
      ctx.config.name = (await ctx.store.directory.setting("name")) ?? ctx.config.name;
      ctx.branding = await loadBranding(ctx.store);
    },
  };
}
