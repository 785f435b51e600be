// Writes to the store as fast as it can and prints each acknowledged write, until it is killed:
//   store-writer.ts DIRECTORY ID [--without-links]
import { systemClock } from "../../packages/client/src/clock.ts";
import { commitByClaim } from "../../packages/client/src/token-store/commit.ts";
import { openFileStore } from "../../packages/client/src/token-store/file-store.ts";

const [directory = "", id = "", withoutLinks] = process.argv.slice(2);
const store = await openFileStore({
  directory,
  env: {},
  ...(withoutLinks ? { commit: commitByClaim(systemClock) } : {}),
});
process.stdout.write("ready\n");
for (let n = 1; ; n++) {
  // A removal and a new value each time: a token is renewed, and an account is added and removed.
  const changes = [
    { put: `writer ${id}`, value: { n, token: "t".repeat(2_000) } },
    { remove: `account ${id} ${n % 3}` },
  ];
  if (n % 4 === 0) await store.withLease("renewal", { ttlMs: 250 }, () => store.change(changes));
  else await store.change(changes);
  process.stdout.write(`${n}\n`);
}
