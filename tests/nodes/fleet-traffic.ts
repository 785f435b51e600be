import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "../../packages/client/src/create-client.ts";
import { memoryStore } from "../../packages/client/src/token-store/memory-store.ts";
import { nodeTransport } from "../../packages/client/src/transport/node-transport.ts";
import { createGuard } from "../../packages/guard/src/index.ts";
import { Person } from "../fixtures/person.ts";
import { type Fleet, PASSWORD } from "./fleet.ts";

/** What devices and users saw. `first`: worked at once. `retried`: worked when the program tried again. */
export interface TrafficReport {
  first: Record<string, number>;
  retried: Record<string, number>;
  /** Why the first try failed: code or status, with how often. */
  causes: Record<string, number>;
  /** Each must stay empty. */
  broken: string[];
}

const TRIES = 6;
const count = (of: Record<string, number>, what: string) => {
  of[what] = (of[what] ?? 0) + 1;
};

/**
 * Devices that sign in, renew, call an API and sign out with the real client, each with a user who approves in a
 * browser, until `stop`.
 */
export async function fleetTraffic(
  fleet: Fleet,
  devices: number,
): Promise<{ stop(): void; report: Promise<TrafficReport> }> {
  const emails = Array.from({ length: devices }, (_, number) => `person${number}@contoso.example`);
  for (const email of emails) {
    const added = await fleet.operate(0, { do: "add_user", email, name: null, password: PASSWORD });
    if (!added.ok) throw new Error(`the user was refused: ${added.code}`);
  }
  let isStopped = false;
  const report: TrafficReport = { first: {}, retried: {}, causes: {}, broken: [] };
  const scope = `api://${fleet.apiId}/ToDoList.Read`;
  const transport = nodeTransport({ ca: fleet.ca });
  const guard = createGuard({
    issuer: fleet.issuer,
    audience: fleet.apiId,
    profile: "entra",
    tenantId: new URL(fleet.authority).pathname.slice(1),
    ca: fleet.ca,
  });

  /** As a program or a person does: tries again, and gives up after a few times. */
  async function attempt<T>(what: string, action: () => Promise<T>): Promise<T | undefined> {
    for (let tries = 1; ; tries++) {
      try {
        const result = await action();
        count(tries === 1 ? report.first : report.retried, what);
        return result;
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        count(report.causes, `${what}: ${code ?? message}`);
        if (tries < TRIES) {
          await delay(500);
          continue;
        }
        report.broken.push(`${what}: ${message}`);
        return undefined;
      }
    }
  }

  /** A user reloads a page that did not come. */
  const reloading: Fleet["fetch"] = async (input, init) => {
    for (let tries = 1; ; tries++) {
      const answer = await fleet.fetch(input, init);
      const isRead = init?.method === undefined || init.method === "GET";
      if (answer.status < 500 || !isRead || tries === TRIES) return answer;
      count(report.causes, `page: ${answer.status}`);
      await delay(500);
    }
  };

  async function device(email: string): Promise<void> {
    const person = new Person({
      pages: new URL(fleet.authority).origin,
      issuer: fleet.issuer,
      fetch: reloading,
      mailsTo: async () => [],
    });
    const approve = (code: string) => {
      let isSent = false;
      return attempt("approval", async () => {
        await person.enterCode(code);
        // The answer was lost, not the approval.
        if (isSent && person.heading === "This code was already used") return true;
        if (person.path.startsWith("/sign-in")) await person.signIn(email, PASSWORD);
        if (person.path.startsWith("/device/continue")) await person.submit("/device/continue", { answer: "continue" });
        isSent = true;
        const { status, heading } = await person.decide("yes");
        if (status !== 200) throw new Error(`“${heading}” (${status})`);
        return true;
      });
    };

    while (!isStopped) {
      let newest = "";
      const unapproved = new AbortController();
      const client = createClient({
        authority: fleet.authority,
        clientId: fleet.clientId,
        scopes: [scope],
        store: memoryStore(),
        transport: {
          async send(request) {
            const answer = await transport.send(request);
            newest = /"refresh_token":"([^"]+)"/.exec(answer.body)?.[1] ?? newest;
            return answer;
          },
        },
        present: {
          async show(event) {
            if (event.event === "code" && !(await approve(event.code.userCode))) unapproved.abort();
          },
        },
      });
      const session = await attempt("sign-in", () => client.signIn({ signal: unapproved.signal }));
      if (!session) continue;
      for (let renewals = 0; renewals < 2; renewals++) {
        const token = await attempt("renewal", () => session.getToken({ forceRefresh: true }));
        if (!token) continue;
        try {
          await guard.verify(token.token, { scopes: ["ToDoList.Read"] });
          count(report.first, "API call");
        } catch (error) {
          report.broken.push(`API call: ${(error as Error).message}`);
        }
      }
      await attempt("sign-out", async () => {
        const { revoked, reason } = await session.signOut({ everywhere: true });
        if (revoked !== "yes") throw new Error(`${revoked}: ${reason}`);
      });
      const form = { grant_type: "refresh_token", client_id: fleet.clientId, refresh_token: newest };
      const reuse = await attempt("token after the sign-out", async () => {
        const answer = await fleet.fetch(`${fleet.authority}/oauth2/v2.0/token`, {
          method: "POST",
          body: new URLSearchParams(form),
        });
        if (answer.status >= 500) throw new Error(String(answer.status));
        return answer.status;
      });
      if (reuse !== undefined && reuse !== 400) report.broken.push(`a token worked after its revocation: ${reuse}`);
    }
  }

  const work = Promise.all(emails.map(device));
  return {
    stop: () => {
      isStopped = true;
    },
    report: work.then(() => report),
  };
}
