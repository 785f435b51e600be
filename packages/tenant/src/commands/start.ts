import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { registrationsOf } from "../admin/registered-apps.ts";
import { createLogger, terminalLog } from "../server/logger.ts";
import type { RunningTenant } from "../server/running-tenant.ts";
import { type StartedTenant, startWithContext } from "../server/start-tenant.ts";
import { mailerFrom, storeFrom } from "./environment.ts";
import type { OpenedTenantFile } from "./tenant-files.ts";
import { exitCodes, printEvent, say } from "./terminal.ts";

/** What is left of the second in which Ctrl-C ends everything, when the tenant was still starting. */
const STARTING_GRACE_MS = 700;

/** With a file the tenant is what that says before it is announced. */
export async function start(
  options: { data: string; port?: number; pagesPort?: number; storeFile?: string; signUp?: boolean; json?: boolean },
  file?: OpenedTenantFile,
): Promise<number> {
  const asked = stopAsked();
  // Whatever is made in the data folder is this user's, to read and to write; a umask such as 0777 would take that as well.
  process.umask(0o077);
  const mailer = mailerFrom(process.env);
  const starting = startWithContext({
    store: storeFrom(process.env, options.storeFile, options.data),
    dataDir: options.data,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.pagesPort === undefined ? {} : { pagesPort: options.pagesPort }),
    ...(mailer === undefined ? {} : { mailer }),
    ...(options.signUp === false ? { signUpAllowed: false } : {}),
    ...(file === undefined ? {} : described(file)),
    ...(options.json || !process.stderr.isTTY ? {} : { log: createLogger("warn", terminalLog(process.stderr)) }),
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

/** The members of the `ready` event; programs rely on them. */
function readyEvent(tenant: RunningTenant) {
  return {
    authority: tenant.authority,
    tenant_id: tenant.tenantId,
    issuer: tenant.issuer,
    pages: tenant.pages,
    ca_file: tenant.caFile,
    verification_uri: tenant.verificationUri,
    apps: tenant.apps.map(({ name, clientId }) => ({ name, client_id: clientId })),
    apis: tenant.apis.map(({ name, clientId, scopes }) => ({ name, client_id: clientId, scopes })),
    ...(tenant.inboxToken === null
      ? {}
      : { inbox: { url: `${tenant.pages}/inbox/messages`, bearer: tenant.inboxToken } }),
  };
}

/** What a person needs to go on, in eighty columns. */
function readyScreen(tenant: RunningTenant, dataDir: string): string {
  const rows: [string, string][] = [
    ["Authority", tenant.authority],
    ...tenant.apps.map(({ name, clientId }): [string, string] => ["Client ID", `${clientId}  ${name}`]),
    ...tenant.apis.flatMap(({ clientId, name, scopes }): [string, string][] => [
      ["API", `${clientId}  ${name}`],
      ...scopes.map((scope): [string, string] => ["", scope]),
    ]),
    ["Code page", tenant.verificationUri],
    ...(tenant.inboxToken === null ? [] : [["Mails", `${tenant.pages}/inbox`] as [string, string]]),
    ...(tenant.caFile === "" ? [] : [["CA file", tenant.caFile] as [string, string]]),
    ["Data", resolve(dataDir)],
  ];
  const lines = rows.map(([label, value]) => `  ${label.padEnd(10)} ${value}`);
  return `The tenant answers.\n\n${lines.join("\n")}\n\nScopes are asked for as api://<API>/<scope>. Clients have to trust the CA file.\nCtrl-C stops the tenant.`;
}
