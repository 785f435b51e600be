import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { askTenant } from "../../packages/tenant/src/control/client.ts";
import type { ControlRequest } from "../../packages/tenant/src/control/messages.ts";
import { TenantError } from "../../packages/tenant/src/server/tenant-error.ts";
import { fetchTrusting } from "../../packages/tenant/test/fixtures/fetch-trusting.ts";
import type { Answer, Order, Ready, StartOrder } from "./process-messages.ts";

/** The tenant was killed before it answered: what was asked may have happened, or not. */
export class AnswerLost extends Error {}

export interface Reply {
  status: number;
  body: Record<string, unknown>;
}

export type Operated = { ok: true; result: unknown } | { ok: false; code: string };

/** One life of the tenant: from a start to a kill. */
export interface TenantLife extends Ready {
  /** Posts to an endpoint under `oauth2/v2.0/`. @throws AnswerLost */
  post(endpoint: string, form: Record<string, string>): Promise<Reply>;
  /** As the operator: through the control socket, or where there is none, in the process. @throws AnswerLost */
  operate(request: ControlRequest): Promise<Operated>;
  advance(ms: number): Promise<void>;
  kill(): Promise<void>;
}

/** Starts the process; with `killAfter`, kills it so many milliseconds later, and resolves to null if that was before it was ready. */
export async function startLife(order: StartOrder, killAfter?: number): Promise<TenantLife | null> {
  const child = fork(fileURLToPath(new URL("tenant-process.ts", import.meta.url)), [JSON.stringify(order)], {
    execArgv: ["--conditions=doorcode-source", "--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  if (killAfter !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfter);
  const ready = await Promise.race([once(child, "message").then(([message]) => message as Ready), exited]);
  if (Array.isArray(ready)) {
    if (killAfter !== undefined) return null;
    throw new Error("The tenant ended by itself while it started; its messages are above.");
  }
  if (killAfter !== undefined) {
    await exited;
    return null;
  }
  const trusting = fetchTrusting(ready.ca);
  const ask = questions(child, exited);
  return {
    ...ready,
    async post(endpoint, form) {
      const url = `${ready.authority}/oauth2/v2.0/${endpoint}`;
      let response: Response;
      let text: string;
      try {
        response = await trusting.fetch(url, { method: "POST", body: new URLSearchParams(form) });
        text = await response.text();
      } catch (error) {
        throw new AnswerLost(endpoint, { cause: error });
      }
      return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
    },
    operate: (request) => ("sqlite" in order.store ? overSocket(order.dataDir, request) : ask({ operate: request })),
    async advance(ms) {
      await ask({ advance: ms });
    },
    async kill() {
      await kill();
      trusting.close();
    },
  };
}

function questions(child: ChildProcess, exited: Promise<unknown>) {
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  child.on("message", (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  type Asked = Order extends infer Each ? (Each extends Order ? Omit<Each, "id"> : never) : never;
  return async (order: Asked): Promise<Operated> => {
    const id = ++last;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    // The error is the exit's: a message to a process that is gone is an answer lost.
    if (child.connected) child.send({ ...order, id } as Order, () => undefined);
    const answer = await Promise.race([answered, exited]);
    if (Array.isArray(answer)) throw new AnswerLost("operate");
    const { ok } = answer as Answer;
    return ok ? { ok, result: (answer as { result?: unknown }).result } : (answer as Operated);
  };
}

async function overSocket(dataDir: string, request: ControlRequest): Promise<Operated> {
  try {
    return { ok: true, result: await askTenant(dataDir, request) };
  } catch (error) {
    if (!(error instanceof TenantError)) throw error;
    if (error.code === "tenant_not_running" || error.code === "control_failed") throw new AnswerLost(request.do);
    return { ok: false, code: error.code };
  }
}
