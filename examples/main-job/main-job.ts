import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ReceivedMail, type RunningTenant, startTenant } from "@doorcode/tenant";
import { startTodoListApi } from "../todolist-api/src/start.ts";
import { onFreePort } from "./free-port.ts";
import { startHeadlessProgram } from "./headless-program.ts";
import type { SecondDevice } from "./second-device.ts";
import type { Transcript } from "./transcript.ts";

export interface MainJobOptions {
  transcript: Transcript;
  /** Plays the user with the browser. Default: a human. */
  secondDevice?: SecondDevice;
  /** First ports to try; 0 takes any. */
  ports: { tenant: number; api: number };
  clock?: { now(): number };
  /** The sign-in requires an authenticator app besides the password. */
  mfa?: boolean;
  /** Puts the pages on an address of the local network, so that a phone can open them. See `startTenant`. */
  lan?: { address?: string; https?: boolean };
  /** Awaited before the tenant stops: the user may still view its pages. */
  stay?: (signal: AbortSignal) => Promise<void>;
  /** Stops everything immediately. */
  signal: AbortSignal;
}

/**
 * One whole sign-in on this machine: a tenant, a protected web API, and a headless program that signs a user in, calls
 * the API, renews silently and signs out. Resolves to the program's exit code; leaves nothing behind.
 */
export async function runMainJob(options: MainJobOptions): Promise<number> {
  const { transcript, ports, signal } = options;
  const folder = mkdtempSync(join(tmpdir(), "doorcode-"));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", removeFolder);
  const closing: (() => unknown)[] = [];
  try {
    const tenant = await onFreePort(ports.tenant, 2, (port) =>
      startTenant({
        store: { sqlite: ":memory:" },
        dataDir: join(folder, "tenant"),
        port,
        pagesPort: port === 0 ? 0 : port + 1,
        ...(options.clock && { clock: options.clock }),
        ...(options.lan && { lan: options.lan }),
        // A person with a phone does not see this computer's inbox, and one at this computer need not look for it.
        ...((options.lan || !options.secondDevice) && { onMail: (mail) => transcript.note(mailLine(mail)) }),
      }),
    );
    closing.push(() => tenant.close());
    if (options.mfa) await requireAuthenticator(tenant);
    signal.throwIfAborted();

    const todoList = tenant.apis[0]!;
    const api = await onFreePort(ports.api, 1, (port) =>
      startTodoListApi({
        issuer: tenant.issuer,
        audience: todoList.clientId,
        tenantId: tenant.tenantId,
        ca: tenant.ca!, // An embedded tenant on loopback has a CA of its own.
        port,
        ...(options.clock && { clock: options.clock }),
      }),
    );
    closing.push(() => api.close());
    signal.throwIfAborted();

    const endpoint = `${api.url}/api/todolist`;
    introduce(transcript, tenant, endpoint, options);
    const settings = { ...settingsFor(tenant, endpoint), STORE_DIRECTORY: join(folder, "device") };
    const program = startHeadlessProgram(settings, {
      line: transcript.device,
      invitation: ({ page, code }) => transcript.invitation(page, code, options.lan !== undefined),
      problem: transcript.device,
    });
    closing.push(program.stop);
    signal.addEventListener("abort", program.stop);

    if (options.secondDevice) await actWhile(program.ended, program.invitation, options.secondDevice, options, tenant);
    const exitCode = await program.ended;
    signal.throwIfAborted();
    await options.stay?.(signal);
    signal.throwIfAborted();
    return exitCode;
  } finally {
    for (const close of closing.reverse()) await close();
    removeFolder();
    process.removeListener("exit", removeFolder);
  }
}

function introduce(
  transcript: Transcript,
  tenant: RunningTenant,
  endpoint: string,
  { lan, secondDevice, stay }: Pick<MainJobOptions, "lan" | "secondDevice" | "stay">,
): void {
  if (lan) {
    transcript.note("One whole sign-in on this computer, with your phone as the second device.");
    transcript.note(reachable(tenant.pages));
  } else transcript.note("One whole sign-in on this computer. Nothing leaves it, and nothing is kept.");
  transcript.note("");
  transcript.note(`  tenant   ${tenant.authority}`);
  transcript.note(`  web API  ${endpoint}`);
  transcript.note(`  mail     ${tenant.inbox}`);
  // For a person who stays: the demo ends by itself. With the key of this start; what is not a terminal is often a log.
  const key = process.stdout.isTTY ? `#${tenant.consoleKey}` : "";
  if (!secondDevice || stay) transcript.note(`  console  ${tenant.console}${key}`);
  transcript.note("");
  if (secondDevice) return;
  transcript.note("Sign up with any email address: no mail is sent, and its code is shown here.");
  transcript.note("");
}

/** What devices on the local network can open, and what that means. */
function reachable(pages: string): string {
  const open = `Every device on this network can open the pages at ${pages}, and nothing else.`;
  if (pages.startsWith("https:")) return `${open} The phone must trust the tenant's CA file.`;
  return `${open} They use http, which others on the network can read: use a password that you use nowhere else.`;
}

/** The code of a mail, to be read out. Other mails show their subject. */
function mailLine({ to, subject, text }: ReceivedMail): string {
  const code = /^\d{6,8}$/m.exec(text)?.[0];
  return code === undefined ? `  mail for ${to}: ${subject}` : `  mail for ${to}: the code is ${code}`;
}

/** Everything the program gets: another tenant would be set with the same variables. */
function settingsFor(tenant: RunningTenant, endpoint: string): Record<string, string> {
  const app = tenant.apps[0]!;
  const todoList = tenant.apis[0]!;
  return {
    AUTHORITY: tenant.authority,
    CLIENT_ID: app.clientId,
    SCOPES: todoList.scopes.map((scope) => `api://${todoList.clientId}/${scope}`).join(" "),
    TODO_LIST_ENDPOINT: endpoint,
    DOORCODE_CA_FILE: tenant.caFile!,
  };
}

/** The second device acts once the code is shown; when the program ends first, there is nothing more to do. */
async function actWhile(
  ended: Promise<number>,
  invitation: Promise<{ page: string; code: string }>,
  secondDevice: SecondDevice,
  { transcript, signal }: MainJobOptions,
  tenant: RunningTenant,
): Promise<void> {
  const acts = invitation.then((shown) =>
    secondDevice({ ...shown, inbox: tenant.inbox ?? "", inboxToken: tenant.inboxToken ?? "" }, transcript, signal),
  );
  await Promise.race([acts, ended]);
}

/** From now on, a sign-in to the built-in app also requires a code from an authenticator app, which is set up during the sign-in if there is none. */
async function requireAuthenticator({ admin, apps }: RunningTenant): Promise<void> {
  const userFlow = await admin.userFlows.put({
    name: "SignInWithAuthenticatorApp",
    methods: ["password"],
    mfaMethods: ["totp"],
  });
  await admin.apps.put({ clientId: apps[0]!.clientId, userFlowId: userFlow.id, requireMfa: true });
}
