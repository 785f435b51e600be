import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { askTenant } from "../../packages/tenant/src/control/client.ts";
import type { ControlRequest } from "../../packages/tenant/src/control/messages.ts";
import { TenantError } from "../../packages/tenant/src/kernel/tenant-error.ts";
import { fetchTrusting } from "../../packages/tenant/test/fixtures/fetch-trusting.ts";
import { Violation } from "./ledger.ts";
import type { Answer, Order, Ready, StartOrder } from "./process-messages.ts";

/** The tenant was killed before it answered: the request may or may not have taken effect. */
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
  /** As the operator: through the control socket, or in the process if it has no socket. @throws AnswerLost */
  operate(request: ControlRequest): Promise<Operated>;
  advance(ms: number): Promise<void>;
  /** Sends SIGTERM and waits for the end. @throws Violation if it is killed or fails meanwhile. */
  stop(): Promise<void>;
  /** @throws Violation if the process ended unexpectedly. */
  kill(): Promise<void>;
}

/** Starts the process and kills it this many milliseconds later, ready or not. */
export async function killWhileStarting(order: StartOrder, after: number): Promise<void> {
  const child = tenantProcess(order);
  const exited = once(child, "exit");
  setTimeout(() => child.kill("SIGKILL"), after);
  await exited;
}

/**
 * Starts the process and waits until it answers. If the store may fail, a 5xx is a lost response; otherwise it is a
 * fault.
 */
export async function startLife(order: StartOrder): Promise<TenantLife> {
  const { storeMayFail } = order;
  const child = tenantProcess(order);
  const exited = once(child, "exit");
  const ready = await Promise.race([once(child, "message").then(([message]) => message as Ready), exited]);
  if (Array.isArray(ready)) throw new Violation("the tenant ended by itself while it started; its messages are above");
  const trusting = fetchTrusting(ready.ca);
  const ask = questions(child, exited, storeMayFail);
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
      if (response.status >= 500) {
        // Without its store, the tenant does not know what happened either.
        throw storeMayFail
          ? new AnswerLost(endpoint)
          : new Violation(`${endpoint} answered ${response.status} ${text}`);
      }
      return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
    },
    operate: (request) => ("sqlite" in order.store ? overSocket(order.dataDir, request) : ask({ operate: request })),
    async advance(ms) {
      await ask({ advance: ms });
    },
    async stop() {
      child.kill("SIGTERM");
      const [code] = await exited;
      trusting.close();
      if (code !== 0) throw new Violation(`the tenant stopped with ${code}; its messages are above`);
    },
    async kill() {
      trusting.close();
      if (child.signalCode === "SIGKILL" || child.exitCode === 0) return;
      if (child.exitCode !== null) throw new Violation("the tenant ended by itself; its messages are above");
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function tenantProcess(order: StartOrder): ChildProcess {
  return fork(fileURLToPath(new URL("tenant-process.ts", import.meta.url)), [JSON.stringify(order)], {
    execArgv: ["--conditions=doorcode-source", "--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

function questions(child: ChildProcess, exited: Promise<unknown>, storeMayFail: boolean) {
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
    // The process has ended: a message to it counts as a lost response.
    if (child.connected) child.send({ ...order, id } as Order, () => undefined);
    const answer = await Promise.race([answered, exited]);
    if (Array.isArray(answer)) throw new AnswerLost("operate");
    const { id: _id, ...operated } = answer as Answer;
    if (!operated.ok && operated.code === null) {
      throw storeMayFail ? new AnswerLost("operate") : new Violation("the tenant failed at an operator's request");
    }
    return operated as Operated;
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
