// A headless program on the published `@azure/msal-node`, controlled by one JSON line each way over stdin and stdout.
// Only its clock is special: MSAL's wait between two polls is shortened, so that no test sleeps for seconds.
import { createInterface } from "node:readline";
import type { AuthenticationResult, PublicClientApplication } from "@azure/msal-node";
import type { Command, MsalSettings, Outcome, SignedIn } from "./msal-protocol.ts";

/** The interval the tenant asks for, in milliseconds; no other timer has this length. */
const INTERVAL = 5_000;
const wait = globalThis.setTimeout;
globalThis.setTimeout = ((callback: () => void, delay?: number, ...rest: []) =>
  wait(callback, delay === INTERVAL ? INTERVAL / 100 : delay, ...rest)) as typeof setTimeout;
// Loaded afterwards, so that it always uses the short clock.
const msal = await import("@azure/msal-node");

const settings = JSON.parse(process.argv[2] ?? "{}") as MsalSettings;
const application: PublicClientApplication = new msal.PublicClientApplication({
  auth: { ...settings, knownAuthorities: [new URL(settings.authority).host] },
});

const commands = createInterface({ input: process.stdin });
// The process that started this is gone.
commands.on("close", () => process.exit());
commands.on("line", async (line) => {
  const command = JSON.parse(line) as Command;
  try {
    tell({ id: command.id, value: await run(command) });
  } catch (error) {
    tell({ id: command.id, error: described(error) });
  }
});

async function run(command: Command): Promise<unknown> {
  const cache = application.getTokenCache();
  switch (command.do) {
    case "sign-in": {
      const { scopes, id } = command;
      const result = await application.acquireTokenByDeviceCode({
        scopes,
        // Seconds. A sign-in that never ends fails its test instead of hanging it.
        timeout: 60,
        // MSAL does not wait for this callback: its first poll follows immediately.
        deviceCodeCallback: (code) => tell({ id, code }),
      });
      return result && shown(result);
    }
    case "sign-in-interactive": {
      const { scopes, id, prompt, loginHint } = command;
      const result = await application.acquireTokenInteractive({
        scopes,
        openBrowser: async (url) => tell({ id, url }),
        ...(prompt === undefined ? {} : { prompt }),
        ...(loginHint === undefined ? {} : { loginHint }),
      });
      return shown(result);
    }
    case "silent": {
      const [account] = await cache.getAllAccounts();
      if (!account) throw new Error("Not signed in.");
      const settled = await Promise.allSettled(
        command.requests.map((request) => application.acquireTokenSilent({ ...request, account })),
      );
      return settled.map(
        (each): Outcome =>
          each.status === "fulfilled" ? { value: shown(each.value) } : { error: described(each.reason) },
      );
    }
    case "accounts":
      return await cache.getAllAccounts();
    case "cache":
      return JSON.parse(cache.serialize());
    case "remove-account": {
      for (const account of await cache.getAllAccounts()) await cache.removeAccount(account);
      return null;
    }
    case "sign-out": {
      for (const account of await cache.getAllAccounts()) await application.signOut({ account });
      return null;
    }
  }
}

function shown(result: AuthenticationResult): SignedIn {
  const { accessToken, scopes, fromCache, account, idTokenClaims } = result;
  return {
    accessToken,
    scopes,
    fromCache,
    homeAccountId: account?.homeAccountId,
    username: account?.username,
    idTokenClaims: idTokenClaims as Record<string, unknown>,
  };
}

function described(error: unknown): Outcome["error"] {
  if (error instanceof msal.AuthError) {
    return { name: error.name, code: error.errorCode, suberror: error.subError, message: error.errorMessage };
  }
  return { name: "Error", code: "", suberror: "", message: String(error) };
}

function tell(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
