import { setTimeout as wait } from "node:timers/promises";
import { registrationsOf } from "../admin/registered-apps.ts";
import type { RunningTenant } from "../server/running-tenant.ts";
import { type StartedTenant, startWithContext } from "../server/start-tenant.ts";
import { mailerFrom, storeFrom } from "./environment.ts";
import { exitCodes } from "./exit-codes.ts";
import { printEvent, say } from "./output.ts";
import { readyEvent, readyScreen } from "./ready.ts";
import type { OpenedTenantFile } from "./tenant-files.ts";

/** What is left of the second in which Ctrl-C ends everything, when the tenant was still starting. */
const STARTING_GRACE_MS = 700;

/** With a file the tenant is what that says before it is announced. */
export async function start(
  options: { data: string; port?: number; pagesPort?: number; storeFile?: string; json?: boolean },
  file?: OpenedTenantFile,
): Promise<number> {
  const asked = stopAsked();
  const mailer = mailerFrom(process.env);
  const starting = startWithContext({
    store: storeFrom(process.env, options.storeFile, options.data),
    dataDir: options.data,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.pagesPort === undefined ? {} : { pagesPort: options.pagesPort }),
    ...(mailer === undefined ? {} : { mailer }),
    ...(file === undefined ? {} : described(file)),
  });
  const early = await Promise.race([starting.then(() => undefined), asked]);
  if (early !== undefined) {
    await Promise.race([starting.then(close, () => undefined), wait(STARTING_GRACE_MS)]);
    return early;
  }
  const started = await starting;
  const tenant = file === undefined ? started : await applied(started, file);
  if (options.json) printEvent("ready", readyEvent(tenant));
  else say(readyScreen(tenant, options.data));
  const exit = await asked;
  await close(tenant);
  return exit;
}

const close = (tenant: RunningTenant) => tenant.close();

/** What a start itself needs of a file. */
function described({ name, domain, colour }: OpenedTenantFile) {
  const branding = { ...(name !== undefined && { name }), ...(colour !== undefined && { colour }) };
  return { builtIn: false, branding, ...(domain !== undefined && { domain }) };
}

/** Everything else, through the tenant's own Graph; the tenant ends when it is refused. */
async function applied(tenant: StartedTenant, file: OpenedTenantFile): Promise<RunningTenant> {
  try {
    await file.apply({ base: tenant.graph, token: await tenant.operatorToken(), ca: tenant.ca }, say);
    return { ...tenant, ...(await registrationsOf(tenant.context.store)) };
  } catch (error) {
    await tenant.close();
    throw error;
  }
}

/**
 * Resolves to the exit code once somebody wants the tenant to end: Ctrl-C, a service manager, a closed terminal, or the
 * end of the process that started this one (seen on its channel, when there is one). A second Ctrl-C changes nothing:
 * the first one takes less than a second.
 */
function stopAsked(): Promise<number> {
  // Whoever reads the events may have gone; that is no reason to fall over.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  return new Promise((resolve) => {
    process.on("SIGINT", () => resolve(exitCodes.interrupted));
    process.on("SIGTERM", () => resolve(exitCodes.terminated));
    process.on("SIGHUP", () => resolve(exitCodes.hangup));
    process.on("disconnect", () => resolve(exitCodes.terminated));
  });
}
