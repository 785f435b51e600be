import type { Activity, OperatedTenant, RunningTenant } from "@doorcode/tenant/operator";
import { type Announced, announceTenant } from "../local-tenants.ts";

/** Changes of what `doorcode login` learns about a tenant. */
const REGISTRATIONS = /^(?:graph\.)?(?:application|service_principal|permission_grant)\./;

/** The entry of a running tenant, which follows its apps and APIs until it ends. */
export interface AnnouncedTenant {
  /** As it is now: with every change that was made before the call, also one whose activity is not noted yet. */
  entry(): Promise<Announced>;
  /** False if the state folder cannot be used. */
  isAnnounced: boolean;
  /** Takes what happens in the tenant. */
  note(activity: Activity): void;
  end(): Promise<void>;
}

export async function announced(
  tenant: RunningTenant,
  { registrations }: Pick<OperatedTenant, "registrations">,
): Promise<AnnouncedTenant> {
  let entry = entryOf(tenant);
  let announcement = await announceTenant(entry, tenant.ca);
  let updating = Promise.resolve();
  let waits = false;
  const update = async () => {
    waits = false;
    const current = entryOf({ ...tenant, ...(await registrations()) });
    if (JSON.stringify(current) === JSON.stringify(entry)) return;
    entry = current;
    await announcement?.update(entry);
  };
  let isEnding = false;
  /** Reads what is registered after the call, and announces it if it changed. Many calls at once are one update. */
  const refresh = () => {
    if (!waits && !isEnding) {
      waits = true;
      updating = updating.then(update).catch(() => undefined);
    }
    return updating;
  };
  return {
    async entry() {
      await refresh();
      return entry;
    },
    isAnnounced: announcement !== undefined,
    note({ event }) {
      if (REGISTRATIONS.test(event)) void refresh();
    },
    async end() {
      isEnding = true;
      const ending = announcement;
      announcement = undefined;
      await updating;
      await ending?.end();
    },
  };
}

function entryOf({ authority, pages, apps, apis }: RunningTenant): Announced {
  const listed = ({ name, clientId, scopes }: RunningTenant["apps"][number]) => ({ name, client_id: clientId, scopes });
  const { hostname } = new URL(pages);
  return {
    authority,
    pages: hostname === "localhost" ? pages : null,
    apps: apps.map(listed),
    apis: apis.map(listed),
  };
}
