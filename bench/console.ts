/**
 * What a page of the console costs: CPU of the tenant and of PostgreSQL for each, with many people, device requests and
 * audit records. The page is requested in the process of the tenant, so the figures have no network.
 *
 *   npm run bench:console -- [--people N] [--requests N] [--records N] [--rounds N] [--only sqlite|postgres] [--write]
 *
 * Exits with 1 if a page costs more than the goal.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { FastifyInstance } from "fastify";
import { openPostgresStore, openSqliteStore } from "../packages/tenant/src/storage/sql/open-store.ts";
import type { Store } from "../packages/tenant/src/storage/store.ts";
import { seed } from "../packages/tenant/test/fixtures/seed.ts";
import { samplePolicy, sampleUserFlow, seedSamples, signedIn, T0 } from "../packages/tenant/test/storage/samples.ts";
import { consoleOver } from "./console/app.ts";
import { fillAudit } from "./console/fill-audit.ts";
import { benchUuid, fillGrants, fillSignIns, openFiller } from "./fill.ts";
import { machine, markdownTable, publish } from "./page-section.ts";
import { startDatabase } from "./postgres.ts";

const { values } = parseArgs({
  options: {
    people: { type: "string", default: "10000" },
    requests: { type: "string", default: "1000" },
    records: { type: "string", default: "100000" },
    rounds: { type: "string", default: "20" },
    only: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const [people, requests, records, rounds] = [values.people, values.requests, values.records, values.rounds].map(Number);
if (
  ![people, requests, records, rounds].every((each) => each! > 0) ||
  ![undefined, "sqlite", "postgres"].includes(values.only)
) {
  console.error("--people, --requests, --records and --rounds must be above 0, --only sqlite or postgres.");
  process.exit(2);
}

/** Milliseconds of CPU for a page, of the tenant and its database. */
const GOAL_MS = 100;
/** A stream, what pages load, forms, and files that a browser saves. */
const NO_PAGES = /\*|\/(events|assets|enter|export|download|part|html)\b/;
/** After the records of the samples. */
const NOW = T0 + 60_000;

interface Cost {
  first: number;
  median: number;
  database: number;
}

const costs = new Map<string, Map<string, Cost>>();
if (values.only !== "postgres") await onSqlite();
if (values.only !== "sqlite") await onPostgres();
await report();

async function onSqlite(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "doorcode-bench-"));
  const file = join(folder, "store.db");
  const store = await openSqliteStore(file);
  try {
    const ids = await fill(store, { sqlite: file });
    costs.set("SQLite", await measure({ store, ids }, null));
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

async function onPostgres(): Promise<void> {
  const database = await startDatabase();
  const store = await openPostgresStore(database.url, { poolSize: 4 });
  try {
    const ids = await fill(store, { postgres: database.url });
    costs.set("PostgreSQL", await measure({ store, ids }, database.cpuMicroseconds));
  } finally {
    await store.close();
    await database.stop();
  }
}

/** Returns the IDs of objects with a page of their own. */
async function fill(store: Store, where: { sqlite: string } | { postgres: string }): Promise<Record<string, string>> {
  const samples = await seedSamples(store);
  await signedIn(store, samples);
  const grant = { id: randomUUID(), deviceCodeHash: randomBytes(32).toString("base64url"), userCode: "BENCH" };
  await store.grants.insert({
    ...grant,
    ...{ clientId: samples.app.clientId, requested: samples.scopes, deviceName: "Kitchen TV", devicePlatform: null },
    ...{ initiatedIp: "192.0.2.7", createdAt: T0, expiresAt: T0 + 900_000 },
  });
  const mail = { id: randomUUID(), to: "ada@contoso.example", subject: "Your code", text: "57377507", html: "" };
  await store.mail.insertMail({ ...mail, createdAt: T0 });
  const filler = await openFiller(where);
  try {
    await fillSignIns(filler, 1, people!);
    await fillGrants(filler, 1, requests!);
    await fillAudit(filler, { records: records!, people: people!, clientId: samples.app.clientId, now: NOW });
  } finally {
    await filler.close();
  }
  const [flow, policy] = [sampleUserFlow(), samplePolicy()];
  await seed(store).putUserFlow(flow);
  await seed(store).putPolicy(policy);
  return {
    "/console/inbox/:id": mail.id,
    "/console/people/:id": benchUuid("user77"),
    "/console/sign-ins/:id": benchUuid("family77"),
    "/console/apps/:id": samples.app.clientId,
    "/console/apis/:id": samples.api.clientId,
    "/console/user-flows/:id": flow.id,
    "/console/policies/:id": policy.id,
  };
}

async function measure(
  { store, ids }: { store: Store; ids: Record<string, string> },
  databaseCpu: (() => Promise<number>) | null,
): Promise<Map<string, Cost>> {
  const { app, cookie, folder, routes, close } = await consoleOver(store, NOW);
  try {
    const found = new Map<string, Cost>();
    for (const route of routes.filter((each) => !NO_PAGES.test(each))) {
      const id = ids[route];
      const url = folder + (id === undefined ? route : route.replace(":id", id)).slice("/console".length);
      const cost = await costOf(app, { url, cookie }, databaseCpu);
      if (typeof cost === "object") found.set(route, cost);
      // The address of a form leads to its page.
      else if (cost !== 303) console.error(`Not measured: GET ${url} answers ${cost}.`);
    }
    return found;
  } finally {
    await close();
  }
}

/** Or the status of an answer that is not the page. */
async function costOf(
  app: FastifyInstance,
  { url, cookie }: { url: string; cookie: string },
  databaseCpu: (() => Promise<number>) | null,
): Promise<Cost | number> {
  let status = 0;
  const once = async () => {
    const before = process.cpuUsage();
    const { statusCode, payload } = await app.inject({ url, headers: { cookie } });
    const { user, system } = process.cpuUsage(before);
    status = statusCode;
    if (status >= 500) throw new Error(`GET ${url}: ${status} ${payload.slice(0, 200)}`);
    return (user + system) / 1_000;
  };
  const first = await once();
  if (status !== 200) return status;
  for (let warm = 0; warm < 3; warm++) await once();
  const databaseBefore = (await databaseCpu?.()) ?? 0;
  const times: number[] = [];
  for (let round = 0; round < rounds!; round++) times.push(await once());
  const database = (((await databaseCpu?.()) ?? 0) - databaseBefore) / rounds! / 1_000;
  return { first, median: times.sort((one, other) => one - other)[Math.floor(times.length / 2)]!, database };
}

async function report(): Promise<void> {
  const stores = [...costs.keys()];
  const routes = [...new Set([...costs.values()].flatMap((each) => [...each.keys()]))].sort();
  const cells = (cost: Cost | undefined) =>
    cost ? [cost.first, cost.median, cost.database].map((ms) => ms.toFixed(1)) : ["–", "–", "–"];
  const table = markdownTable(
    ["page", ...stores.flatMap((name) => [`${name}: first`, "then", "its database"])],
    routes.map((route) => [`\`${route}\``, ...stores.flatMap((name) => cells(costs.get(name)?.get(route)))]),
  );
  const text = [
    `CPU of one page of the console in milliseconds, with ${[people, requests, records].map((each) => each!.toLocaleString("en-US")).join(" people, ")} audit records. SQLite works in the tenant's own process.`.replace(
      /people, ([\d,]+) people/,
      "people, $1 device requests",
    ),
    table,
    `“first” is the first request for the page in a process, whose code is not compiled yet. The goal is ${GOAL_MS} ms.`,
    `Measured on ${machine()}.`,
  ].join("\n\n");
  await publish("console", text, values.write);
  const slow = [...costs].flatMap(([name, pages]) =>
    [...pages]
      .filter(([, { median, database }]) => median + database > GOAL_MS)
      .map(([route]) => `${route} on ${name}`),
  );
  if (slow.length > 0) {
    console.error(`Above the goal of ${GOAL_MS} ms: ${slow.join(", ")}.`);
    process.exitCode = 1;
  }
}
