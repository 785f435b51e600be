import { resolve } from "node:path";
import { defaultStoreDirectory, openFileStore } from "@doorcode/client";
import type { Activity, OperatedStart, OperatedTenant, RunningTenant } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { UsageError } from "../exit-codes.ts";
import { loginAt, quoted, scopesByApi } from "../local-target.ts";
import { localTenants } from "../local-tenants.ts";
import { printableLine, printEvent, say } from "../output.ts";
import { openTenantFile, type TenantFile, tenantFiles } from "../prepare/tenant-files.ts";
import { asTyped, profileName, storedProfile } from "../stored-session.cts";
import { type AnnouncedTenant, announced } from "./announced.ts";
import { dataFolder } from "./location.ts";
import { explained } from "./port-in-use.ts";
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
  let announcement: AnnouncedTenant | undefined;
  return runUntilStopped<OperatedTenant>({
    start: () => startOn(data, given, opened),
    async started(starting) {
      const tenant = opened === undefined ? starting : await applied(starting, opened);
      const known = await announced(tenant, starting);
      announcement = known;
      const show = activityOutput(given);
      // What happens after the ready event is there. It is shown below it.
      let held: Activity[] | undefined = [];
      await starting.activity((activity) => {
        known.note(activity);
        if (held) held.push(activity);
        else show?.(activity);
      });
      const login = () => loginLine(known, tenant.caFile);
      starting.consoleTools.loginCommand = async () => {
        const line = await login();
        return line && asTyped(line, process.env);
      };
      starting.consoleTools.tenantFiles = tenantFiles(tenant.ca);
      if (given.flag("json")) printEvent("ready", { ...readyEvent(tenant), ...inboxOf(tenant) });
      else say(readyScreen(tenant, data, await login()));
      // What happens is apart from the screen.
      if (show && process.stderr.isTTY && !given.flag("json")) say("");
      for (const activity of held) show?.(activity);
      held = undefined;
    },
    stopping: async () => announcement?.end(),
  });
}

async function startOn(data: string, given: Arguments, file: TenantFile | undefined): Promise<OperatedTenant> {
  const { mailerFrom, startOperated, storeFrom } = await import("@doorcode/tenant/operator");
  const mailer = mailerFrom(process.env);
  const port = given.text("port");
  const pagesPort = given.text("pages-port");
  const start = () =>
    startOperated({
      store: storeFrom(process.env, given.text("store-file"), data),
      dataDir: data,
      ...(port !== undefined && { port: Number(port) }),
      ...(pagesPort !== undefined && { pagesPort: Number(pagesPort) }),
      ...(mailer !== undefined && { mailer }),
      ...lanOf(given),
      ...(given.flag("no-sign-up") && { signUpAllowed: false }),
      ...(given.flag("no-testing") && { testing: false }),
      ...(file !== undefined && described(file)),
      ...(!given.flag("json") && process.stderr.isTTY && { terminal: process.stderr }),
    });
  return start().catch(async (error: unknown) => {
    throw await explained(error);
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

/**
 * The shortest command that signs in to this tenant, whatever else runs here and is remembered. Undefined if the tenant
 * has no app.
 */
async function loginLine(known: AnnouncedTenant, caFile: string): Promise<string | undefined> {
  const { isAnnounced } = known;
  const entry = await known.entry();
  const { authority, apps } = entry;
  const [app, ...otherApps] = apps;
  if (app === undefined) return undefined;
  const [scopes = [], ...otherApis] = scopesByApi(isAnnounced ? entry : { apis: [] }, app);
  if (!isAnnounced) {
    const byScope = scopes.length === 0 ? "" : ` --scope ${quoted(scopes.join(" "))}`;
    return `doorcode login --authority ${authority} --client-id ${app.client_id}${byScope} --ca-file ${quoted(caFile)}`;
  }
  const sharesName = otherApps.some(({ name }) => name.toLowerCase() === app.name.toLowerCase());
  const byApp = otherApps.length === 0 ? "" : ` --client-id ${quoted(sharesName ? app.client_id : app.name)}`;
  const byScope = otherApis.length === 0 ? "" : ` --scope ${quoted(scopes.join(" "))}`;
  const others = (await localTenants()).filter((each) => each.authority !== authority);
  const remembered = await rememberedAuthority();
  const isAlone = others.length === 0 && (remembered === undefined || remembered === authority);
  return `${isAlone ? "doorcode login" : loginAt(authority)}${byApp}${byScope}`;
}

/** Of the profile that `doorcode login` would use. */
async function rememberedAuthority(): Promise<string | undefined> {
  const store = await openFileStore({ directory: defaultStoreDirectory(process.env) }).catch(() => undefined);
  const records = await store?.read().catch(() => undefined);
  return records && storedProfile(Object.fromEntries(records.records), profileName(undefined, process.env))?.authority;
}

/** What a person needs next, in 80 columns. */
function readyScreen(tenant: RunningTenant, dataDir: string, login: string | undefined): string {
  // The key opens the console, so it is shown to a person only: what is not a terminal is often a log.
  const hasKey = tenant.consoleKey !== null && process.stderr.isTTY;
  const rows: [label: string, value: string][] = [
    ["Authority", tenant.authority],
    ...tenant.apps.map(({ name, clientId }): [string, string] => ["Client ID", `${clientId}  ${name}`]),
    ...tenant.apis.flatMap(({ clientId, name, scopes }): [string, string][] => [
      ["API", `${clientId}  ${name}`],
      ...scopes.map((scope): [string, string] => ["", scope]),
    ]),
    ["Code page", tenant.verificationUri],
    ...(hasKey ? [] : [["Console", tenant.console] as [string, string]]),
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
    login === undefined
      ? "It has no app yet. Describe one in a file, and start: doorcode tenant start --file FILE"
      : `Sign in: ${printableLine(login)}`,
    ...(hasKey ? ["Console, with the key of this start:", `  ${tenant.console}#${tenant.consoleKey}`] : []),
    "Ctrl-C stops the tenant.",
  ].join("\n");
}
