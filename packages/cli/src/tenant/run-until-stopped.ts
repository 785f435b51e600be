import { setTimeout as wait } from "node:timers/promises";
import type { RunningTenant } from "@doorcode/tenant/operator";
import { exitCodes } from "../exit-codes.ts";

/** How long a tenant that is still starting may take to close: the rest of the second in which Ctrl-C ends everything. */
const STARTING_GRACE_MS = 700;

export interface TenantRun<Tenant extends RunningTenant> {
  start(): Promise<Tenant>;
  /** Runs once the tenant serves. If it throws, the tenant stops. */
  started(tenant: Tenant): Promise<void> | void;
  /** Runs first when the tenant stops. It must not throw. */
  stopping?(): Promise<void>;
  /** What SIGHUP does. Default: the tenant stops, because its terminal was closed. */
  hangup?: (tenant: Tenant) => void;
}

/** Runs a tenant until it is asked to stop: Ctrl-C, a service manager, a closed terminal. Resolves to the exit code. */
export async function runUntilStopped<Tenant extends RunningTenant>(run: TenantRun<Tenant>): Promise<number> {
  let running: Tenant | undefined;
  const stopped = stopRequested(run.hangup && (() => running && run.hangup?.(running)));
  // Files in the data folder must be readable and writable for this user, even under a umask such as 0777.
  process.umask(0o077);
  const starting = run.start();
  const early = await Promise.race([starting.then(() => undefined), stopped]);
  if (early !== undefined) {
    const closing = starting.then(
      (tenant) => tenant.close(),
      () => undefined,
    );
    await Promise.race([closing, wait(STARTING_GRACE_MS)]);
    return early;
  }
  const tenant = await starting;
  running = tenant;
  try {
    await run.started(tenant);
  } catch (error) {
    await run.stopping?.();
    await tenant.close();
    throw error;
  }
  const exit = await stopped;
  await run.stopping?.();
  const closing = tenant.close();
  // A second signal ends the draining.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => void tenant.close().catch(() => undefined));
  await closing;
  return exit;
}

/**
 * Resolves to the exit code when the tenant has to stop, also at the end of the process that started this one over a
 * channel.
 */
function stopRequested(hangup: (() => void) | undefined): Promise<number> {
  // The tenant keeps running after the reader of its events has gone.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  return new Promise((resolve) => {
    process.on("SIGINT", () => resolve(exitCodes.interrupted));
    process.on("SIGTERM", () => resolve(exitCodes.terminated));
    process.on("SIGHUP", () => (hangup ? hangup() : resolve(exitCodes.hangup)));
    process.on("disconnect", () => resolve(exitCodes.terminated));
  });
}

/** The members of the `ready` event; programs rely on them. */
export function readyEvent(tenant: RunningTenant) {
  return {
    authority: tenant.authority,
    tenant_id: tenant.tenantId,
    issuer: tenant.issuer,
    pages: tenant.pages,
    ca_file: tenant.caFile,
    verification_uri: tenant.verificationUri,
    // For programs, like the bearer of the inbox: `#KEY` behind the address opens it.
    console: { url: tenant.console, ...(tenant.consoleKey !== null && { key: tenant.consoleKey }) },
    apps: tenant.apps.map(({ name, clientId }) => ({ name, client_id: clientId })),
    apis: tenant.apis.map(({ name, clientId, scopes }) => ({ name, client_id: clientId, scopes })),
  };
}
