/**
 * What verifying an access token costs: the guard beside jose alone (`jwtVerify` with the key in memory), for RS256, ES256
 * and EdDSA. Rounds alternate within one run, and the guard has its keys already, as all requests but the first. Processor
 * time counts all threads, because Web Crypto verifies in the thread pool.
 *
 *   npm run bench:guard -- [--rounds N] [--each N]
 *
 * Exits with 1 if the guard costs more than 1.15 times as much.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { createGuard, type ProfileName } from "../packages/guard/src/index.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "15" }, each: { type: "string", default: "1000" } },
});
const [rounds, each] = [Number(values.rounds), Number(values.each)];
const BAR = 1.15;
const CASES: [alg: string, profile: ProfileName][] = [
  ["RS256", "entra"],
  ["RS256", "rfc9068"],
  ["ES256", "rfc9068"],
  ["EdDSA", "rfc9068"],
];

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

type Verify = () => Promise<unknown>;

console.log(`${cpus()[0]?.model}, Node.js ${process.version}, load average ${loadavg()[0]?.toFixed(1)}`);
console.log(`${rounds} rounds of ${each} verifications, medians\n`);
console.log(
  "| token | jose, µs | guard, µs | ratio | jose, bytes | guard, bytes |\n| --- | ---: | ---: | ---: | ---: | ---: |",
);
for (const [alg, profile] of CASES) {
  const { jose, guard, close } = await subjects(alg, profile);
  // Warm: compiled code, and keys.
  for (const verify of [jose, guard]) await microseconds(verify);
  const times = { jose: [] as number[], guard: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const order = [["jose", jose] as const, ["guard", guard] as const];
    for (const [name, verify] of round % 2 === 0 ? order : order.reverse()) {
      times[name].push(await microseconds(verify));
    }
  }
  const ratio = median(times.guard.map((time, round) => time / times.jose[round]!));
  const [bytesOfJose, bytesOfGuard] = [await bytes(jose), await bytes(guard)];
  const cells = [median(times.jose).toFixed(1), median(times.guard).toFixed(1), ratio.toFixed(2)];
  console.log(`| ${alg}, ${profile} | ${cells.join(" | ")} | ${bytesOfJose} | ${bytesOfGuard} |`);
  if (ratio > BAR) {
    console.error(`The guard costs ${ratio.toFixed(2)} times as much as jose alone; the limit is ${BAR}.`);
    process.exitCode = 1;
  }
  await close();
}

/** A guard for an issuer on loopback, a token for it, and jose with the same key. */
async function subjects(alg: string, profile: ProfileName) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const [kid, tenantId, audience, client] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  // Two keys, as a tenant has them: the one that signs and its successor.
  const successor = await generateKeyPair(alg, { extractable: true });
  const keys = [
    { ...(await exportJWK(publicKey)), kid, use: "sig", alg },
    { ...(await exportJWK(successor.publicKey)), kid: randomUUID(), use: "sig", alg },
  ];
  const server = createServer((request, response) => {
    const isKeys = request.url?.endsWith("/keys") === true;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(isKeys ? { keys } : { issuer, jwks_uri: `${origin}/keys` }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${origin}/${tenantId}/v2.0`;
  const now = Math.floor(Date.now() / 1_000);
  const common = { iss: issuer, aud: audience, iat: now, nbf: now, exp: now + 3_600, sub: "pairwise" };
  const own =
    profile === "entra"
      ? { azp: client, azpacr: "0", oid: randomUUID(), tid: tenantId, uti: "id", ver: "2.0", scp: "ToDoList.Read" }
      : { client_id: client, jti: randomUUID(), scope: "ToDoList.Read", acr: "1", amr: ["pwd"], auth_time: now };
  const typ = profile === "entra" ? "JWT" : "at+jwt";
  const token = await new SignJWT({ ...common, ...own }).setProtectedHeader({ alg, typ, kid }).sign(privateKey);
  const guard = createGuard({ issuer, audience, profile });
  const options = { algorithms: [alg], typ, issuer, audience };
  return {
    guard: () => guard.verify(token, { scopes: ["ToDoList.Read"] }),
    jose: () => jwtVerify(token, publicKey, options),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Processor time of one verification. */
async function microseconds(verify: Verify): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < each; count++) await verify();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / each;
}

/** What one verification allocates on the heap. Batches in which the garbage collector ran are left out. */
async function bytes(verify: Verify): Promise<number> {
  const BATCH = 20;
  const allocated: number[] = [];
  collect();
  for (let batch = 0; batch < 100; batch++) {
    const before = process.memoryUsage().heapUsed;
    for (let count = 0; count < BATCH; count++) await verify();
    const grown = process.memoryUsage().heapUsed - before;
    if (grown > 0) allocated.push(grown / BATCH);
  }
  return Math.round(median(allocated) / 100) * 100;
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
