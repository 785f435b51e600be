import { DEFAULT_LIFETIMES, type Lifetimes, LONGEST, longest, wrongLifetime } from "../directory/lifetimes.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { AuditSearch } from "../storage/store.ts";
import { type BrandingOptions, brandingSettings, loadBranding } from "../ui/branding/branding.ts";
import { type Actor, type AdminStore, auditRecord, type OperatorContext } from "./admin-context.ts";
import { appSecrets } from "./app-secrets.ts";
import { apps, permissions } from "./apps.ts";
import { groups, people } from "./people.ts";
import { policies, userFlows } from "./user-flows.ts";

export type Administration = ReturnType<typeof administration>;

/** Every change that an administrator can make to a tenant, on behalf of `by`. There is no other way to make one. */
export function administration(ctx: OperatorContext, by: Actor) {
  return {
    people: people(ctx, by),
    groups: groups(ctx, by),
    /** Apps and APIs. */
    apps: { ...apps(ctx, by), ...appSecrets(ctx, by) },
    permissions: permissions(ctx, by),
    userFlows: userFlows(ctx, by),
    policies: policies(ctx, by),
    settings: settings(ctx, by),
    auditLog: {
      /** Records that this part of the audit log leaves the tenant. */
      downloaded: ({ since, until, ...search }: AuditSearch) =>
        ctx.store.audit.write(
          auditRecord(by, ctx.clock.now(), "audit_log.downloaded", {
            ...Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)),
            ...(since !== undefined && { since: new Date(since).toISOString() }),
            ...(until !== undefined && { until: new Date(until).toISOString() }),
          }),
        ),
    },
  };
}

/**
 * Sets name, color and logo for every node and every later start, with the audit record in one transaction. Writes
 * nothing if nothing changes.
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

/** The tenant's own lifetimes, merged over the defaults. */
export async function loadLifetimes(store: AdminStore["store"]): Promise<Lifetimes> {
  return lifetimesOf(await store.directory.setting("lifetimes"));
}

const lifetimesOf = (kept: string | undefined): Lifetimes => ({
  ...DEFAULT_LIFETIMES,
  ...(kept === undefined ? {} : (JSON.parse(kept) as Partial<Lifetimes>)),
});

/** How the tenant looks, and how long sign-ins last. */
export function settings(ctx: Omit<OperatorContext, "signingKeys">, by: Actor) {
  return {
    /**
     * Omitted members stay unchanged. Takes effect for programs at the next renewal, and for browsers at the next
     * sign-in. Other nodes notice it at once, or within a minute if the notification is lost.
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
          most === undefined ? `Unknown lifetime ${wrong}.` : `${wrong} cannot be ${JSON.stringify(given[wrong])}.`,
          most === undefined
            ? `Use one of ${Object.keys(LONGEST).join(", ")}.`
            : `Give a whole number from 1 to ${most}.`,
        );
      }
      for (;;) {
        const kept = await store.directory.setting("lifetimes");
        const before = lifetimesOf(kept);
        const after = { ...before, ...given };
        const changed = Object.entries(after).filter(([name, value]) => value !== before[name as keyof Lifetimes]);
        const audit = auditRecord(by, clock.now(), "lifetimes.changed", Object.fromEntries(changed));
        const values = { lifetimes: JSON.stringify(after) };
        // Another node may change another lifetime at the same time.
        if (changed.length > 0 && !(await store.directory.changeSettings(values, audit, { lifetimes: kept }))) continue;
        ctx.config.lifetimes = after;
        return;
      }
    },

    /** This node's pages show it at once. Other nodes notice it at once, or within a minute. */
    async change(options: BrandingOptions): Promise<void> {
      await changeBranding(ctx, by, options);
      ctx.config.name = (await ctx.store.directory.setting("name")) ?? ctx.config.name;
      ctx.branding = await loadBranding(ctx.store);
    },
  };
}
