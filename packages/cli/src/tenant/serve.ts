import type { OperatedTenant } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { printableLine, printEvent, say } from "../output.ts";
import { readyEvent, runUntilStopped } from "./run-until-stopped.ts";
import { DEFAULT_SERVER_FILE, givenServerFile, readServerFile, type ServerFile } from "./server-file.ts";

/** `doorcode tenant serve`. */
export async function run(given: Arguments): Promise<number> {
  const server = await readServerFile(givenServerFile(given) ?? DEFAULT_SERVER_FILE);
  if (given.flag("check")) {
    const { checkServerFile } = await import("./check.ts");
    return checkServerFile(server, given.flag("json"));
  }
  for (const { message, hint } of server.warnings) say(printableLine(`doorcode: warning: ${message} ${hint}`));
  return runUntilStopped<OperatedTenant>({
    start: () => startServed(server, given),
    started(tenant) {
      if (given.flag("json")) printEvent("ready", servedEvent(tenant));
      else
        say(
          process.stderr.isTTY
            ? readyScreen(tenant, server)
            : `The tenant is running at ${tenant.pages}. Authority: ${tenant.authority}`,
        );
    },
    // A service manager's way to reload. With a terminal, it means that the terminal was closed.
    ...(!process.stdin.isTTY && !process.stderr.isTTY && { hangup: (tenant) => tenant.checkCertificate() }),
  });
}

async function startServed(server: ServerFile, given: Arguments): Promise<OperatedTenant> {
  const { createSmtpMailer, startOperated } = await import("@doorcode/tenant/operator");
  const { listen, tls, sealKeyFile, monitoring } = server;
  return startOperated({
    publicUrl: server.publicUrl,
    host: listen.host,
    port: listen.port,
    ...(tls && { certificate: tls }),
    trustedProxies: server.trustedProxies,
    dataDir: server.data,
    ...(sealKeyFile !== undefined && { sealKeyFile }),
    store: server.store,
    storeWaitMs: server.storeWaitMs,
    mailer: createSmtpMailer(server.mail),
    signUpAllowed: server.signUp,
    limits: server.limits,
    ...(monitoring && { monitoring }),
    drainMs: server.drainMs,
    // The operator describes the tenant; there are no sample apps.
    builtIn: false,
    logLevel: server.logLevel,
    ...(!given.flag("json") && process.stderr.isTTY && { terminal: process.stderr }),
  });
}

/** The members of the `ready` event; programs rely on them. */
const servedEvent = (tenant: OperatedTenant) => ({
  ...readyEvent(tenant),
  port: tenant.port,
  ...(tenant.monitoringPort !== null && { monitoring_port: tenant.monitoringPort }),
});

function readyScreen(tenant: OperatedTenant, { listen, tls, store, mail, monitoring, data }: ServerFile): string {
  const rows: [label: string, value: string][] = [
    ["Authority", tenant.authority],
    ...tenant.apps.map(({ name, clientId }): [string, string] => ["Client ID", `${clientId}  ${name}`]),
    ["Code page", tenant.verificationUri],
    ["Listening", `${listen.host} port ${tenant.port}, ${tls ? "TLS" : "http behind a proxy"}`],
    ["Store", "sqlite" in store ? store.sqlite : "PostgreSQL"],
    ["Mail", `${mail.host} port ${mail.port}`],
    ...(monitoring ? [["Monitoring", `${monitoring.host} port ${tenant.monitoringPort}`] as [string, string]] : []),
    ["Data", data],
  ];
  return [
    "The tenant is running.",
    "",
    ...rows.map(([label, value]) => `  ${label.padEnd(10)} ${printableLine(value)}`),
    "",
    ...(tenant.apps.length === 0 ? ["It has no apps yet: apply a tenant file with doorcode prepare."] : []),
    "Ctrl-C stops the tenant.",
  ].join("\n");
}
