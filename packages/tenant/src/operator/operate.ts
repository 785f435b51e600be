import { setTimeout as sleep } from "node:timers/promises";
import { askTenant } from "../control/client.ts";
import type { ControlRequest } from "../control/messages.ts";
import { runRequest } from "../control/operations.ts";
import type { ControlResults } from "../control/results.ts";
import { isTestingRequest } from "../control/testing.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { inStore, type TenantLocation } from "../server/in-store.ts";

/**
 * Operates a tenant: asks the one that runs on this data folder. If none runs, or its store is PostgreSQL, works in the
 * store. Who may do that is decided by the file system and the database: the seal key and the store make the operator.
 *
 * @throws TenantError `usage`, `store_missing`, `already_running`, `tenant_not_running`, `data_folder_refused`,
 *   `seal_key_missing`, and the codes of the request
 *
 * @example
 * ```ts
 * import { defaultDataDir, operate, storeFrom } from "@doorcode/tenant/operator";
 *
 * const data = defaultDataDir();
 * const location = { data, store: storeFrom(process.env, undefined, data) };
 * const users = await operate(location, { do: "list_users" });
 * console.log(users.map(({ email }) => email));
 * ```
 */
export async function operate<Request extends ControlRequest>(
  location: TenantLocation,
  request: Request,
): Promise<ControlResults[Request["do"]]> {
  if ("sqlite" in location.store) {
    try {
      return await askTenant(location.data, request);
    } catch (error) {
      const stopped = error instanceof TenantError && error.code === "tenant_not_running";
      if (!stopped || NEED_TENANT.has(request.do) || isTestingRequest(request)) throw error;
    }
  }
  return inStore(location, (operator) => runRequest(operator, request)) as Promise<ControlResults[Request["do"]]>;
}

/** Decisions for users need the embedded tenant itself: the device polls it, and the user gets a mail. It has the inbox. */
const NEED_TENANT = new Set<ControlRequest["do"]>(["approve", "deny", "list_mails"]);

/** `operate`, for many requests to the same tenant. */
export type Operate = <Request extends ControlRequest>(request: Request) => Promise<ControlResults[Request["do"]]>;

/**
 * The same for many requests. The connection to PostgreSQL stays open until `work` ends. A tenant on SQLite is asked
 * anew each time, so that it can be started and stopped meanwhile. While another process is in the data folder, a request
 * waits for half a minute.
 *
 * @throws TenantError as `operate`, and errors of `work`
 *
 * @example
 * ```ts
 * import { defaultDataDir, operateOften, storeFrom } from "@doorcode/tenant/operator";
 *
 * const data = defaultDataDir();
 * await operateOften({ data, store: storeFrom(process.env, undefined, data) }, async (operate) => {
 *   for (const { id } of await operate({ do: "list_sign_ins" })) await operate({ do: "revoke_sign_in", id });
 * });
 * ```
 */
export async function operateOften<Result>(
  location: TenantLocation,
  work: (operate: Operate) => Promise<Result>,
): Promise<Result> {
  if ("sqlite" in location.store) return work((request) => operateWhenFree(location, request));
  return inStore(location, (operator) => work(((request) => runRequest(operator, request)) as Operate));
}

/** Milliseconds for which a request of many waits for a process in the data folder: a command, or a tenant that starts. */
const WAIT_MS = 30_000;
const PAUSE_MS = 200;

/** A watch must not end because another command ran, or because the tenant stopped, at the moment of its request. */
async function operateWhenFree<Request extends ControlRequest>(
  location: TenantLocation,
  request: Request,
): Promise<ControlResults[Request["do"]]> {
  const until = performance.now() + WAIT_MS;
  for (;;) {
    try {
      return await operate(location, request);
    } catch (error) {
      const code = error instanceof TenantError ? error.code : undefined;
      // Without an answer, a change may have been made.
      const mayRepeat = code === "already_running" || (code === "control_failed" && request.do === "read_audit");
      if (!mayRepeat || performance.now() >= until) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
