import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { ControlRequest } from "../../packages/tenant/src/control/messages.ts";
import { loadSealKey } from "../../packages/tenant/src/server/seal-key.ts";
import { fetchTrusting, type TrustingFetch } from "../../packages/tenant/test/fixtures/fetch-trusting.ts";
import { freshSchema } from "../../packages/tenant/test/fixtures/postgres.ts";
import { scratch } from "../../packages/tenant/test/server/scratch.ts";
import type { StartOrder } from "../crash/process-messages.ts";
import { type Operated, startLife, type TenantLife } from "../crash/tenant-life.ts";
import { startProxy } from "../deploy/proxies.ts";
import { freePort } from "../fixtures/free-port.ts";

export const PASSWORD = "a long passphrase of ours";
/** Two failed checks of the balancer, with time to spare. */
const DRAIN_MS = 2_500;

/** Tenants in processes of their own on one PostgreSQL, behind HAProxy with the shipped rules, without sticky sessions. */
export interface Fleet {
  authority: string;
  issuer: string;
  /** PEM, of the balancer. */
  ca: string;
  clientId: string;
  apiId: string;
  fetch: TrustingFetch;
  /** As the operator, in that node's process. */
  operate(node: number, request: ControlRequest): Promise<Operated>;
  /** SIGTERM, the end of the process, and a new one. */
  restart(node: number): Promise<void>;
  /** SIGKILL, and a new process. */
  kill(node: number): Promise<void>;
}

export async function startFleet(t: TestContext): Promise<Fleet> {
  const { url, schema, drop } = await freshSchema();
  const folder = await scratch(t);
  await loadSealKey(folder);
  const upstreams = await Promise.all(
    [0, 1].map(async () => ({ port: await freePort(), monitoringPort: await freePort() })),
  );
  const [one, two] = upstreams;
  const proxy = await startProxy("haproxy", one!, { host: "localhost", others: [two!] });
  const start = async (node: number): Promise<TenantLife> => {
    const { port, monitoringPort } = upstreams[node]!;
    const dataDir = join(folder, `node${node}`);
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await copyFile(join(folder, "seal.key"), join(dataDir, "seal.key"));
    const order: StartOrder = {
      store: { postgres: url, schema },
      dataDir,
      port,
      pagesPort: 0,
      now: null,
      storeMayFail: false,
      behind: {
        publicUrl: `https://localhost:${proxy.httpsPort}`,
        trustedProxies: ["127.0.0.1"],
        monitoring: { port: monitoringPort },
        drainMs: DRAIN_MS,
      },
    };
    return startLife(order);
  };
  const lives = [await start(0), await start(1)];
  const { fetch, close } = fetchTrusting(proxy.ca);
  t.after(async () => {
    await Promise.all(lives.map((life) => life.kill()));
    close();
    await proxy[Symbol.asyncDispose]();
    await drop();
  });
  const { authority, clientId, apiId } = lives[0]!;
  const isReady = async (node: number) => {
    const answer = await globalThis
      .fetch(`http://127.0.0.1:${upstreams[node]!.monitoringPort}/readyz`)
      .catch(() => undefined);
    return answer?.status === 200;
  };
  const again = async (node: number) => {
    lives[node] = await start(node);
    while (!(await isReady(node))) await delay(20);
    // Until the balancer has seen it.
    await delay(1_000);
  };
  while (!(await fetch(`${authority}/v2.0/.well-known/openid-configuration`)).ok) await delay(50);
  return {
    authority,
    issuer: `${authority}/v2.0`,
    ca: proxy.ca,
    clientId,
    apiId,
    fetch,
    operate: (node, request) => lives[node]!.operate(request),
    async restart(node) {
      await lives[node]!.stop();
      await again(node);
    },
    async kill(node) {
      await lives[node]!.kill();
      await again(node);
    },
  };
}
