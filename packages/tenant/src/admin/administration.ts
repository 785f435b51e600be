import { DEFAULT_LIFETIMES, type Lifetimes, LONGEST, longest, wrongLifetime } from "../directory/lifetimes.ts";
import { TenantError } from "../kernel/tenant-error.ts";
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

/** The tenant's own lifetimes, over the default ones. */
export async function loadLifetimes(store: AdminStore["store"]): Promise<Lifetimes> {
  const kept = await store.directory.setting("lifetimes");
  return { ...DEFAULT_LIFETIMES, ...(kept === undefined ? {} : (JSON.parse(kept) as Partial<Lifetimes>)) };
}

/** How the tenant looks, and how long sign-ins last. */
export function settings(ctx: Pick<AdminContext, "store" | "clock" | "config" | "branding">, by: Actor) {
  return {
    /**
     * What is left out stays. Counts for programs from the next renewal, for browsers from the next sign-in; on other nodes
     * once they are started anew.
     *
     * @throws TenantError `lifetimes_refused`
     */
    async changeLifetimes(lifetimes: Partial<Lifetimes>): Promise<void> {
      const { store, clock } = ctx;
      const given = Object.fromEntries(Object.entries(lifetimes).filter(([, value]) => value !== undefined));
      const wrong = wrongLifetime(given);
      if (wrong !== undefined) {
        const most = longest(wrong);
        throw new TenantError(
          "lifetimes_refused",
          most === undefined ? `${wrong} is no lifetime of sign-ins.` : `${wrong} is ${JSON.stringify(given[wrong])}.`,
          most === undefined
            ? `There are ${Object.keys(LONGEST).join(", ")}.`
            : `Give a whole number from 1 to ${most}.`,
        );
      }
      const before = await loadLifetimes(store);
      const after = { ...before, ...given };
      const changed = Object.entries(after).filter(([name, value]) => value !== before[name as keyof Lifetimes]);
      if (changed.length > 0) {
        const audit = auditRecord(by, clock.now(), "lifetimes.changed", Object.fromEntries(changed));
        await store.directory.changeSettings({ lifetimes: JSON.stringify(after) }, audit);
      }
      ctx.config.lifetimes = after;
    },

    /** This node's pages show it at once; other nodes read it when they start. */
    async change(options: BrandingOptions): Promise<void> {
      await changeBranding(ctx, by, options);
      ctx.config.name = (await ctx.store.directory.setting("name")) ?? ctx.config.name;
      ctx.branding = await loadBranding(ctx.store);
    },
  };
}
