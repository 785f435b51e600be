import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Command, MsalSettings, Outcome, ReceivedCode, SignedIn, SilentRequest } from "./msal-protocol.ts";

type Line = { id: number; code?: ReceivedCode; url?: string; value?: unknown; error?: Outcome["error"] };
/** `Omit` for each member of a union. */
type Ask<T> = T extends { id: number } ? Omit<T, "id"> : never;

/**
 * A running `msal-program.ts`: unmodified MSAL in a separate process that trusts the tenant's CA through
 * NODE_EXTRA_CA_CERTS.
 */
export interface MsalClient extends AsyncDisposable {
  /** Signs in; `meanwhile` runs while MSAL is already polling. Rejects with `MsalRefusal`. */
  signIn(scopes: string[], meanwhile: (code: ReceivedCode) => Promise<void>): Promise<SignedIn>;
  /** `acquireTokenInteractive`, with its own loopback server; `browse` opens the browser. Rejects with `MsalRefusal`. */
  signInInteractive(
    request: { scopes: string[]; prompt?: string; loginHint?: string },
    browse: (url: string) => Promise<void>,
  ): Promise<SignedIn>;
  /** One outcome per request, all sent at once. */
  silentAll(...requests: SilentRequest[]): Promise<Outcome[]>;
  /** Rejects with `MsalRefusal`. */
  silent(request: SilentRequest): Promise<SignedIn>;
  accounts(): Promise<{ homeAccountId: string; username: string }[]>;
  /** MSAL's serialized cache: one object for each kind of entry. */
  cache(): Promise<Record<string, Record<string, { secret?: string }>>>;
  removeAccount(): Promise<void>;
  signOut(): Promise<void>;
}

/** What MSAL threw. */
export class MsalRefusal extends Error {
  override name = "MsalRefusal";
  readonly thrown: NonNullable<Outcome["error"]>;

  constructor(thrown: NonNullable<Outcome["error"]>) {
    super(`${thrown.name} ${thrown.code} ${thrown.suberror}: ${thrown.message}`);
    this.thrown = thrown;
  }
}

export function startMsal(settings: MsalSettings, caFile: string): MsalClient {
  const program = fileURLToPath(new URL("./msal-program.ts", import.meta.url));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, JSON.stringify(settings)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const listeners = new Map<number, (line: Line) => void>();
  let lastId = 0;

  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as Line;
    listeners.get(line.id)?.(line);
  });
  child.once("close", () => {
    for (const [id, hear] of listeners) {
      hear({ id, error: { name: "Error", code: "", suberror: "", message: "The program ended." } });
    }
  });

  function ask<T>(
    command: Ask<Command>,
    onCode?: (code: ReceivedCode) => Promise<void>,
    onUrl?: (url: string) => Promise<void>,
  ): Promise<T> {
    const id = ++lastId;
    return new Promise<T>((resolve, reject) => {
      listeners.set(id, (line) => {
        if (line.code && onCode) {
          onCode(line.code).catch(reject);
          return;
        }
        if (line.url !== undefined && onUrl) {
          onUrl(line.url).catch(reject);
          return;
        }
        listeners.delete(id);
        if (line.error) reject(new MsalRefusal(line.error));
        else resolve(line.value as T);
      });
      send({ ...command, id } as Command);
    });
  }

  function send(command: Command): void {
    child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  const silentAll = (...requests: SilentRequest[]) => ask<Outcome[]>({ do: "silent", requests });
  return {
    signIn: (scopes, meanwhile) => ask({ do: "sign-in", scopes }, meanwhile),
    signInInteractive: (request, browse) => ask({ do: "sign-in-interactive", ...request }, undefined, browse),
    silentAll,
    async silent(request) {
      const [outcome] = await silentAll(request);
      if (outcome?.value) return outcome.value;
      throw new MsalRefusal(outcome!.error!);
    },
    accounts: () => ask({ do: "accounts" }),
    cache: () => ask({ do: "cache" }),
    removeAccount: () => ask({ do: "remove-account" }),
    signOut: () => ask({ do: "sign-out" }),
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}
