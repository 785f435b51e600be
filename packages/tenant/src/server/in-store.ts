import { access } from "node:fs/promises";
import { join } from "node:path";
import type { OperatorContext } from "../admin/admin-context.ts";
import { loadLifetimes } from "../admin/administration.ts";
import type { Operator } from "../control/operations.ts";
import { operatorOfStore } from "../control/server.ts";
import { checkDataDir, lockDataDir, lockSqliteFile, naming } from "../kernel/data-folder.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { type Clock, systemClock } from "../kernel/time.ts";
import { prepareMail } from "../mail/mail-queue.ts";
import { loadSigningKeys, type SigningKeys } from "../oauth/tokens/key-ring.ts";
import { openPostgresStore, openSqliteStore } from "../storage/sql/open-store.ts";
import type { Store } from "../storage/store.ts";
import { loadBranding } from "../ui/branding/branding.ts";
import { refuseMoved } from "./moved.ts";
import { readSealKey, sealKeyIn, sealKeyOfStore } from "./seal-key.ts";
import type { StartOptions } from "./start-tenant.ts";

/** Where a tenant keeps its data. */
export interface TenantLocation {
  /** Data folder. */
  data: string;
  /** The store of the tenant, as `startTenant` takes it. */
  store: StartOptions["store"];
  /** File of the seal key. Default: `seal.key` in the data folder. Only tokens and new signing keys need it. */
  sealKeyFile?: string | undefined;
}

export const sealKeyFileOf = ({ sealKeyFile, data }: Pick<TenantLocation, "data" | "sealKeyFile">): string =>
  sealKeyFile ?? sealKeyIn(data);

/**
 * Operates a tenant directly in its store. A tenant on PostgreSQL may be running meanwhile, one on SQLite must not. Anyone
 * who can open the store may call this.
 *
 * @throws TenantError `store_missing`, `already_running`, and errors of `work`
 */
export async function inStore<Result>(
  location: TenantLocation,
  work: (operator: Operator) => Promise<Result>,
  clock: Clock = systemClock,
): Promise<Result> {
  await using stack = new AsyncDisposableStack();
  if ("sqlite" in location.store) await lockSqlite(location.store.sqlite, location.data, stack);
  const store = await openExistingStore(location, stack);
  // Awaited here, because the store is closed when this function ends.
  return await work(operatorOfStore(await contextIn(store, location, clock)));
}

/**
 * Locks an existing SQLite file and its data folder.
 *
 * @throws TenantError `store_missing`, `already_running`
 */
export async function lockSqlite(file: string, dataDir: string, stack: AsyncDisposableStack): Promise<void> {
  await refuseMissing(file);
  const lock = await lockDataDir(await checkDataDir(dataDir));
  stack.defer(() => lock.release());
  const ofFile = await lockSqliteFile(file);
  stack.defer(() => ofFile.release());
}

/** @throws TenantError `store_missing` */
export async function refuseMissing(file: string): Promise<void> {
  await access(file).catch((cause: unknown) => {
    const hint =
      "Start a tenant (doorcode tenant start), or name its folder with --data, its file with --store-file, or its database with DOORCODE_STORE. For a tenant of doorcode tenant serve, start it once, and name its file with --config.";
    throw new TenantError("store_missing", `${file} contains no tenant.`, hint, { cause });
  });
}

/**
 * Opens the store of a tenant that has been started before.
 *
 * @throws TenantError `store_missing`
 */
export async function openExistingStore(
  { store: where }: Pick<TenantLocation, "store">,
  stack: AsyncDisposableStack,
  options: { poolSize?: number } = {},
): Promise<Store> {
  // Stops the threads that hash passwords, which would keep the process alive.
  const alive = setInterval(() => undefined, 60_000);
  stack.defer(() => clearInterval(alive));
  const store =
    "sqlite" in where
      ? await naming(where.sqlite, () => openSqliteStore(where.sqlite))
      : await openPostgresStore(where.postgres, { ...where, ...options });
  stack.defer(() => store.close());
  await refuseMoved(store);
  if ((await store.directory.setting("name")) !== undefined) return store;
  const hint = "Name the store that the tenant was started with.";
  throw new TenantError("store_missing", "This store contains no tenant.", hint);
}

/** What a running tenant has in memory, read from the store. */
async function contextIn(store: Store, location: TenantLocation, clock: Clock): Promise<OperatorContext> {
  const [name = "", tenantId, issuer] = await Promise.all(
    ["name", "tenant_id", "issuer"].map((setting) => store.directory.setting(setting)),
  );
  const sealKey = async () => {
    const file = sealKeyFileOf(location);
    return sealKeyOfStore(store, await readSealKey(file), file);
  };
  const ca = join(location.data, "ca.pem");
  const hasCa = await access(ca).then(
    () => true,
    () => false,
  );
  return {
    store,
    clock,
    branding: await loadBranding(store),
    config: {
      name,
      tenantId: tenantId ?? "",
      issuerOrigin: issuer === undefined ? "" : new URL(issuer).origin,
      caFile: hasCa ? ca : "",
      lifetimes: await loadLifetimes(store),
    },
    mail: {
      // A mail is sealed. Most requests send none, so they also work where the seal key is not.
      async prepare(...of) {
        return prepareMail({ sealKey: await sealKey(), clock }, ...of);
      },
      // A node that runs finds it in the store, now or when it starts.
      stored: () => undefined,
    },
    signingKeys: openedLater(async () => {
      if (issuer === undefined) {
        throw new TenantError(
          "tenant_not_running",
          "The tenant has not been started with this version yet, so its address is unknown.",
          "Start it once, then run the command again.",
        );
      }
      return loadSigningKeys({ store, sealKey: await sealKey(), clock, issuer });
    }),
  };
}

/** Most requests need no signing keys, so they also work where the seal key is not. */
function openedLater(open: () => Promise<SigningKeys>): SigningKeys {
  let opened: Promise<SigningKeys> | undefined;
  const keys = () => (opened ??= open());
  return {
    sign: async (...input) => (await keys()).sign(...input),
    verify: async (token, options) => (await keys()).verify(token, options),
    published: async () => (await keys()).published(),
    // Keys that were not opened are read from the store when they are.
    reload: async () => (await opened)?.reload(),
  };
}
