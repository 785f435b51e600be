// `npm run bench:profile`: where the CPU time of a request goes, by part of the program, here and in another checkout.
//
//   node tools/node24.mjs bench/profile.ts [--case "pending poll"] [--store sqlite|postgres] [--seconds 8]
//     [--against CHECKOUT] [--write]
//
// The server is profiled with V8's sampling profiler while it is under load, as with `node --cpu-prof`.
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { freePort } from "../tests/fixtures/free-port.ts";
import { devicecode, poll, refresh, refreshUnsigned } from "./cases.ts";
import { generator } from "./load/load.ts";
import { type Measurement, measure } from "./measurement.ts";
import { machine, markdownTable, publish } from "./page-section.ts";
import { startDatabase } from "./postgres.ts";
import { type Profile, partOf, sharesByPart } from "./profile/parts.ts";
import { openProfiler } from "./profile/profiler.ts";
import { startServer } from "./server-process.ts";

const { values } = parseArgs({
  options: {
    case: { type: "string", default: poll.name },
    store: { type: "string", default: "sqlite" },
    seconds: { type: "string", default: "8" },
    against: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const CASES = [poll, devicecode, refresh, refreshUnsigned];
const kind = CASES.find(({ name }) => name === values.case);
if (!kind) throw new Error(`--case must be one of ${CASES.map(({ name }) => name).join(", ")}.`);
const here = new URL("../", import.meta.url);
const checkouts = values.against === undefined ? [here] : [pathToFileURL(`${resolve(values.against)}/`), here];

const scratch = await mkdtemp(join(tmpdir(), "doorcode-bench-"));
try {
  const found: { name: string; parts: Map<string, number>; one: Measurement }[] = [];
  for (const [n, checkout] of checkouts.entries()) {
    const { profile, one } = await profileOf(checkout, join(scratch, String(n)));
    found.push({ name: commitOf(checkout), parts: sharesByPart(profile, (url) => partOf(url, checkout)), one });
  }
  const latest = found.at(-1)!;
  const parts = new Set(found.flatMap((each) => [...each.parts.keys()]));
  const microseconds = ({ parts: shares, one }: (typeof found)[number], part: string) =>
    (shares.get(part) ?? 0) * one.cpuMicroseconds;
  const rows = [...parts]
    .filter((part) => found.some((each) => microseconds(each, part) >= 0.5))
    .sort((a, b) => microseconds(found[0]!, b) - microseconds(found[0]!, a))
    .map((part) => [part, ...found.map((each) => microseconds(each, part).toFixed(1))]);
  rows.push(["**all**", ...found.map(({ one }) => `**${one.cpuMicroseconds.toFixed(0)}**`)]);
  const table = markdownTable([`${kind.name}: µs per request`, ...found.map(({ name }) => `at ${name}`)], rows);
  const method = `V8's sampling profiler under load (${generator}), ${values.store}; the profiler itself adds to all parts.`;
  await publish("profile", `${table}\n\nMeasured on ${machine()}. ${method}`, values.write);
  if (latest.one.requests < 1_000) console.error("Few requests: the shares are imprecise.");
} finally {
  await rm(scratch, { recursive: true, force: true });
}

async function profileOf(checkout: URL, folder: string): Promise<{ profile: Profile; one: Measurement }> {
  await using stack = new AsyncDisposableStack();
  const database = values.store === "postgres" ? await startDatabase() : null;
  if (database) stack.defer(() => database.stop());
  const port = await freePort();
  const args = database ? ["postgres", folder, database.url] : ["sqlite", folder];
  const server = await startServer("Doorcode", "tenant.ts", args, checkout, [`--inspect=127.0.0.1:${port}`]);
  stack.defer(() => server.end());
  const profiler = await openProfiler(port);
  stack.defer(() => profiler.close());
  const options = { connections: 32, scratch };
  // Compiles the code that is measured.
  await measure(server, kind!, { ...options, seconds: 3 });
  let started = false;
  const one = await measure(server, kind!, {
    ...options,
    seconds: Number(values.seconds),
    // Called right before and after the load, without what prepares it.
    async databaseCpu() {
      if (!started) await profiler.start();
      started = true;
      return 0;
    },
  });
  return { profile: await profiler.stop(), one: one! };
}

function commitOf(checkout: URL): string {
  const options = { cwd: checkout, encoding: "utf8" } as const;
  return execFileSync("git", ["rev-parse", "--short=8", "HEAD"], options).trim();
}
