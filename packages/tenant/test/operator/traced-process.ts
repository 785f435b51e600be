import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { scratch } from "../server/scratch.ts";

export interface Order {
  approve?: { code: string; as: string; name: string };
  close?: boolean;
}

export interface TracedReady {
  authority: string;
  tenantId: string;
  port: number;
  ca: string;
  clientId: string;
}

/** One span, as the collector receives it. */
export interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: Record<string, string | number>;
}

interface OtlpValue {
  stringValue?: string;
  intValue?: number;
}

interface OtlpSpan extends Omit<ReceivedSpan, "attributes"> {
  attributes: { key: string; value: OtlpValue }[];
}

interface OtlpBody {
  resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[];
}

/** A collector on loopback that accepts OTLP over http as JSON. */
export async function collector(t: TestContext) {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await text(request));
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Everything that it received, as it came. */
    received: () => bodies.join("\n"),
    spans: (): ReceivedSpan[] =>
      bodies
        .flatMap((body) => (JSON.parse(body) as OtlpBody).resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap(({ spans }) => spans)
        .map((span) => ({
          ...span,
          attributes: Object.fromEntries(
            span.attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]),
          ),
        })),
  };
}

/** Starts a tenant in a process with these variables. */
export async function tracedTenant(
  t: TestContext,
  env: Record<string, string>,
  { options = {}, flags = [] }: { options?: object; flags?: string[] } = {},
) {
  const script = fileURLToPath(new URL("traced-tenant.ts", import.meta.url));
  const given = JSON.stringify({ ...options, dataDir: await scratch(t) });
  const child = spawn(process.execPath, ["--conditions=doorcode-source", ...flags, script, given], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const stderr = text(child.stderr!);
  const exited = once(child, "exit");
  t.after(async () => {
    if (child.connected) child.disconnect();
    await exited;
  });
  const failed = exited.then(async () => {
    throw new Error(`The tenant ended: ${await stderr}`);
  });
  failed.catch(() => undefined);
  const [ready] = (await Promise.race([once(child, "message"), failed])) as [TracedReady];
  return {
    ...ready,
    async order(order: Order): Promise<void> {
      child.send(order);
      await Promise.race([once(child, "message"), failed]);
    },
    /** What it logged, once it has ended. */
    async log(): Promise<string> {
      if (child.connected) child.disconnect();
      return stderr;
    },
  };
}
