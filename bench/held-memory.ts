// The memory of polls that wait, beside that of idle connections.
import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { createSecureContext } from "node:tls";
import { formClient } from "./form-client.ts";
import { median } from "./report.ts";
import { type Memory, preciseNow } from "./served.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** Connections that are opened at the same time. */
const OPENING = 64;
const APPROVALS = 100;

export interface HeldRow {
  name: string;
  /** Bytes for each connection. */
  each: Memory;
  latency?: { median: number; p99: number };
  cpuMs?: number;
}

/** Opens the connections, each with one answered poll; then, at the tenant, holds a poll on each. */
export async function measureHeld(name: string, file: string, args: string[], count: number): Promise<HeldRow[]> {
  const server = await startServer(name, file, args);
  const agents: Agent[] = [];
  try {
    const codes = server.signIn ? await deviceCodes(server, count) : [];
    const formOf = (device: string) => ({
      grant_type: server.deviceGrant,
      client_id: server.clientId,
      device_code: device,
    });
    await warmUp(server, formOf("none"));
    const before = await server.memory();
    // Made once: a new one for each connection takes longer than its handshake.
    const secureContext = createSecureContext({ ca: server.ca });
    await pool(count, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1, secureContext });
      agents.push(agent);
      await post(server, agent, formOf("none"), {}).answered;
    });
    const idle = perConnection(before, await server.memory(), count);
    console.error(`${name}: ${kib(idle.resident)} KiB for each idle connection`);
    const row: HeldRow = { name: `${name}, idle`, each: idle };
    if (!server.signIn) return [row];

    const polls = new Map<string, Promise<Answered>>();
    /** Statuses of polls that were answered, which should wait. */
    const early = new Set<number>();
    const deadline = preciseNow() + 50_000;
    for (let n = 0; n < count; ) {
      for (const until = Math.min(n + OPENING, count); n < until; n++) {
        const { device, user } = codes[n]!;
        const { answered } = post(server, agents[n]!, formOf(device), { prefer: "wait=60" });
        answered.then(({ status }) => early.add(status)).catch(() => undefined);
        polls.set(user, answered);
      }
      while ((await server.held()) < n) {
        if (early.size > 0) throw new Error(`${name}: polls that should wait were answered with ${[...early]}.`);
        if (preciseNow() > deadline) throw new Error(`${name}: this machine is too slow for ${count} polls.`);
      }
    }
    const each = perConnection(before, await server.memory(), count);
    console.error(`${name}: ${kib(each.resident)} KiB each, ${await server.held()} held`);
    const cpuBefore = await server.cpuMicroseconds();
    await sleep(10_000);
    const cpuMs = ((await server.cpuMicroseconds()) - cpuBefore) / 1_000;
    return [row, { name: `${name}, held`, each, cpuMs, latency: await approveSome(server, codes, polls) }];
  } finally {
    for (const agent of agents) agent.destroy();
    await server.end();
  }
}

interface Code {
  device: string;
  user: string;
}

async function deviceCodes(server: ServerProcess, count: number): Promise<Code[]> {
  const client = formClient(server.origin, server.ca, 16);
  const codes: Code[] = [];
  await pool(count, async () => {
    const { status, body } = await client.post(server.devicecodePath, { client_id: server.clientId, scope: "openid" });
    if (status !== 200) throw new Error(`devicecode: ${status} ${JSON.stringify(body)}`);
    codes.push({ device: String(body.device_code), user: String(body.user_code) });
  });
  client.close();
  return codes;
}

async function approveSome(server: ServerProcess, codes: Code[], polls: Map<string, Promise<Answered>>) {
  const latencies: number[] = [];
  for (const { user } of codes.filter((_, n) => n % Math.ceil(codes.length / APPROVALS) === 0)) {
    const at = await server.approve(user);
    const { status, arrivedAt } = await polls.get(user)!;
    if (status === 200) latencies.push(arrivedAt - at);
  }
  latencies.sort((a, b) => a - b);
  if (latencies.length < Math.min(APPROVALS, codes.length) / 2)
    throw new Error(`only ${latencies.length} approvals were answered in time.`);
  return { median: median(latencies), p99: latencies[Math.ceil(latencies.length * 0.99) - 1]! };
}

/** So that the server's code is compiled before it is measured. */
async function warmUp(server: ServerProcess, form: Record<string, string>): Promise<void> {
  const client = formClient(server.origin, server.ca, 16);
  await pool(10_000, async () => void (await client.post(server.tokenPath, form)));
  client.close();
}

async function pool(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: OPENING }, worker));
}

interface Answered {
  status: number;
  arrivedAt: number;
}

function post(server: ServerProcess, agent: Agent, form: Record<string, string>, more: Record<string, string>) {
  const body = new URLSearchParams(form).toString();
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "content-length": String(body.length),
    ...more,
  };
  const answered = new Promise<Answered>((resolve, reject) => {
    const asked = request(new URL(server.tokenPath, server.origin), { method: "POST", agent, headers }, (response) => {
      response.resume();
      response.once("end", () => resolve({ status: response.statusCode!, arrivedAt: preciseNow() }));
    });
    asked.once("error", reject);
    asked.end(body);
  });
  return { answered };
}

function perConnection(before: Memory, after: Memory, count: number): Memory {
  return { resident: (after.resident - before.resident) / count, heap: (after.heap - before.heap) / count };
}

export function kib(bytes: number): string {
  return (bytes / 1024).toFixed(1);
}
