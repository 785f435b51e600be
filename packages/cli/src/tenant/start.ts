import { resolve } from "node:path";
import type { OperatedStart, OperatedTenant, RunningTenant } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { UsageError } from "../exit-codes.ts";
import { printableLine, printEvent, say } from "../output.ts";
import { openTenantFile, type TenantFile } from "../prepare/tenant-files.ts";
import { dataFolder } from "./location.ts";
import { readyEvent, runUntilStopped } from "./run-until-stopped.ts";
import { activityOutput } from "./show-activity.ts";

/** `doorcode tenant start`. With `--file`, the file is applied before the tenant is announced. */
export async function run(given: Arguments): Promise<number> {
  if (given.flag("https") && !given.flag("lan")) {
    throw new UsageError("--https needs --lan.", "On this computer, the pages need no certificate.");
  }
  const file = given.text("file");
  const opened = file === undefined ? undefined : await openTenantFile(file);
  const data = await dataFolder(given);
  return runUntilStopped<OperatedTenant>({
    start: () => startOn(data, given, opened),
    async started(starting) {
      const tenant = opened === undefined ? starting : await applied(starting, opened);
      if (given.flag("json")) printEvent("ready", { ...readyEvent(tenant), ...inboxOf(tenant) });
      else say(readyScreen(tenant, data));
      const show = activityOutput(given);
      if (show) await starting.activity(show);
    },
  });
}

async function startOn(data: string, given: Arguments, file: TenantFile | undefined): Promise<OperatedTenant> {
  const { mailerFrom, startOperated, storeFrom } = await import("@doorcode/tenant/operator");
  const mailer = mailerFrom(process.env);
  const port = given.text("port");
  const pagesPort = given.text("pages-port");
  return startOperated({
    store: storeFrom(process.env, given.text("store-file"), data),
    dataDir: data,
    ...(port !== undefined && { port: Number(port) }),
    ...(pagesPort !== undefined && { pagesPort: Number(pagesPort) }),
    ...(mailer !== undefined && { mailer }),
    ...lanOf(given),
    ...(given.flag("no-sign-up") && { signUpAllowed: false }),
    ...(file !== undefined && described(file)),
    ...(!given.flag("json") && process.stderr.isTTY && { terminal: process.stderr }),
  });
}

function lanOf(given: Arguments): Pick<OperatedStart, "lan"> {
  if (!given.flag("lan")) return {};
  const address = given.text("lan");
  return { lan: { ...(address && { address }), https: given.flag("https") } };
}

/** What the start itself needs of a file. */
function described({ name, domain, colour }: TenantFile) {
  const branding = { ...(name !== undefined && { name }), ...(colour !== undefined && { colour }) };
  return { builtIn: false, branding, ...(domain !== undefined && { domain }) };
}

/** Everything else in the file goes through the tenant's own Graph. */
async function applied(tenant: OperatedTenant, file: TenantFile): Promise<RunningTenant> {
  await file.apply({ base: tenant.graph, token: await tenant.operatorToken(), ca: tenant.ca });
  return { ...tenant, ...(await tenant.registrations()) };
}

const inboxOf = ({ inbox, inboxToken }: RunningTenant) =>
  inboxToken === null ? {} : { inbox: { url: `${inbox}/messages`, bearer: inboxToken } };

/** With `--lan`: what the network reaches, and what that means. */
function reachable({ pages, inbox }: RunningTenant): string[] {
  if (inbox === null || inbox.startsWith(pages)) return [];
  return [
    "Every device on the local network can open the pages, and nothing else.",
    pages.startsWith("https:")
      ? "A phone must trust the CA file."
      : "They use http: others on the network can read what is typed. For trying it out only.",
  ];
}

/** What a person needs next, in 80 columns. */
function readyScreen(tenant: RunningTenant, dataDir: string): string {
  const rows: [label: string, value: string][] = [
    ["Authority", tenant.authority],
    ...tenant.apps.map(({ name, clientId }): [string, string] => ["Client ID", `${clientId}  ${name}`]),
    ...tenant.apis.flatMap(({ clientId, name, scopes }): [string, string][] => [
      ["API", `${clientId}  ${name}`],
      ...scopes.map((scope): [string, string] => ["", scope]),
    ]),
    ["Code page", tenant.verificationUri],
    ...(tenant.inbox === null ? [] : [["Mails", tenant.inbox] as [string, string]]),
    ...(tenant.caFile === "" ? [] : [["CA file", tenant.caFile] as [string, string]]),
    ["Data", resolve(dataDir)],
  ];
  const lines = rows.map(([label, value]) => `  ${label.padEnd(10)} ${printableLine(value)}`);
  return [
    "The tenant is running.",
    "",
    ...lines,
    "",
    ...reachable(tenant),
    "Ask for scopes as api://<API>/<scope>. Clients must trust the CA file.",
    "Ctrl-C stops the tenant.",
  ].join("\n");
}
