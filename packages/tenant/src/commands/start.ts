import { setTimeout as wait } from "node:timers/promises";
import { type RunningTenant, startTenant } from "../server/start-tenant.ts";
import { mailerFrom, storeFrom } from "./environment.ts";
import { exitCodes } from "./exit-codes.ts";
import { printEvent, say } from "./output.ts";
import { readyEvent, readyScreen } from "./ready.ts";

/** What is left of the second in which Ctrl-C ends everything, when the tenant was still starting. */
const STARTING_GRACE_MS = 700;

export async function start(options: {
  data: string;
  port?: number;
  pagesPort?: number;
  storeFile?: string;
  json?: boolean;
}): Promise<number> {
  const asked = stopAsked();
  const mailer = mailerFrom(process.env);
  const starting = startTenant({
    store: storeFrom(process.env, options.storeFile, options.data),
    dataDir: options.data,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.pagesPort === undefined ? {} : { pagesPort: options.pagesPort }),
    ...(mailer === undefined ? {} : { mailer }),
  });
  const early = await Promise.race([starting.then(() => undefined), asked]);
  if (early !== undefined) {
    await Promise.race([starting.then(close, () => undefined), wait(STARTING_GRACE_MS)]);
    return early;
  }
  const tenant = await starting;
  if (options.json) printEvent("ready", readyEvent(tenant));
  else say(readyScreen(tenant, options.data));
  const exit = await asked;
  await close(tenant);
  return exit;
}

const close = (tenant: RunningTenant) => tenant.close();

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
