// The sensor: a service without a screen. Its code goes to another screen, its readings to the web API.
import { setTimeout as delay } from "node:timers/promises";
import { type ClientOptions, createClient, type DoorcodeError, jsonPresenter, type Session } from "@doorcode/client";
import type { Board } from "./board.ts";

export interface SensorOptions extends ClientOptions {
  todoListEndpoint: string;
  /** Its name at the API and on the issuer's page. */
  name: string;
  /** Email or user name of the only account that may sign in. By default anyone who can read the code. */
  expectAccount?: string | undefined;
  board: Board;
  /** Returns what it measures. */
  read(): string;
  /** Milliseconds between readings. By default one minute. */
  everyMs?: number;
  /** Called with one line for the operator when the state changes. */
  onState?(line: string): void;
}

export interface RunningSensor {
  /** Stops it. The sign-in is kept. */
  close(): Promise<void>;
}

/** `state` of the status message, which also holds the account and the last reading. The last will says `offline`. */
export type SensorState = "signed_in" | "sign_in_needed" | "waiting_for_sign_in" | "retrying";

const words: Record<SensorState, string> = {
  signed_in: "Signed in",
  sign_in_needed: "Not signed in",
  waiting_for_sign_in: "Waiting for the sign-in",
  retrying: "Retrying",
};

/**
 * Starts the sensor with the account it has, or with a code.
 * @throws DoorcodeError `store_locked`, `store_damaged`, `configuration`
 */
export async function startSensor(options: SensorOptions): Promise<RunningSensor> {
  const { todoListEndpoint, name, expectAccount, board, read, everyMs = 60_000, onState, ...clientOptions } = options;
  const client = createClient({ ...clientOptions, deviceName: name, present: false });
  const sleep = options.clock?.sleep ?? ((ms: number, signal?: AbortSignal) => delay(ms, undefined, { signal }));
  const ending = new AbortController();
  const { signal } = ending;
  let session = await client.session();
  let last: { reading: string; sent_at: string } | undefined;
  const running = run();

  async function run(): Promise<void> {
    while (!signal.aborted) {
      if (!session && !(await signIn())) continue;
      if (session) await report(session);
      await sleep(everyMs, signal).catch(() => undefined);
    }
  }

  function say(state: SensorState, detail?: string): void {
    const { name: person, username } = session?.account ?? {};
    const account = username === undefined ? undefined : { name: person, username };
    board.keep("status", JSON.stringify({ v: 1, state, detail, account, ...last }));
    onState?.([words[state], username && ` as ${username}`, detail && `: ${detail}`].filter(Boolean).join(""));
  }

  /** Returns false when it failed for good. By then someone has asked for a new code: without a user near, each code would expire. */
  async function signIn(): Promise<boolean> {
    const json = jsonPresenter({ stream: { write: (line) => board.keep("code", line, expiresAt) } });
    let expiresAt: number | undefined;
    try {
      session = await client.signIn({
        signal,
        ...(expectAccount && { expectAccount }),
        present: {
          show(event, about) {
            if (event.event !== "code") return;
            ({ expiresAt } = event.code);
            json.show(event, about);
            say("waiting_for_sign_in");
          },
        },
      });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      const { code, message } = error as DoorcodeError;
      // The network may come back: the next round tries again.
      if (code === "issuer_unreachable") {
        say("retrying", message);
        return true;
      }
      board.keep("code", undefined);
      say("sign_in_needed", message);
      await board.newCodeAsked(signal).catch(() => undefined);
      return false;
    } finally {
      board.keep("code", undefined);
    }
  }

  async function report(of: Session): Promise<void> {
    const reading = read();
    try {
      await send(of, `${name}: ${reading}`);
      last = { reading, sent_at: new Date(options.clock?.now() ?? Date.now()).toISOString() };
      say("signed_in");
    } catch (error) {
      if (signal.aborted) return;
      const { code, message } = error as DoorcodeError;
      if (code === "sign_in_again" || code === "sign_in_needed") session = undefined;
      say(session ? "retrying" : "sign_in_needed", message);
    }
  }

  /** One to-do holds the last reading. */
  async function send(of: Session, description: string): Promise<void> {
    const call = async (method: string, url: string, body?: object) => {
      const headers = { "content-type": "application/json" };
      const response = await of.fetch(url, { method, signal, ...(body && { headers, body: JSON.stringify(body) }) });
      if (!response.ok) throw new Error(`The to-do list answered ${response.status}.`);
      return await response.json();
    };
    const todos = (await call("GET", todoListEndpoint)) as { id: string; description: string }[];
    const mine = todos.find((todo) => todo.description.startsWith(`${name}: `));
    if (mine) await call("PUT", `${todoListEndpoint}/${mine.id}`, { description });
    else await call("POST", todoListEndpoint, { description });
  }

  return {
    async close() {
      ending.abort();
      await running;
    },
  };
}
