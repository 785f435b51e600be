// One of many programs that change one store at the same time, begun by a line on stdin: store-contender.ts DIRECTORY ID
import { once } from "node:events";
import { openFileStore } from "../../packages/client/src/token-store/file-store.ts";

const [directory = "", id = ""] = process.argv.slice(2);
process.stdout.write("ready\n");
await once(process.stdin, "data");

const store = await openFileStore({ directory, env: {} });
for (let n = 0; n < 4; n++) await store.change([{ put: `record ${id} ${n}`, value: n }]);
// Deliberately more than one change: without the lease, two programs would read the same number.
await store.withLease("counter", { ttlMs: 30_000 }, async () => {
  const counted = Number((await store.read()).records.get("counter") ?? 0);
  await store.change([{ put: "counter", value: counted + 1 }]);
});
process.stdin.destroy();
