// node tools/node24.mjs examples/tv/index.ts
import { DoorcodeError } from "@doorcode/client";
import { apis, authority, clientId, storeDirectory, todoListEndpoint } from "../headless-doorcode/settings.ts";
import { startTv } from "./tv.ts";

try {
  const tv = await startTv({
    ...{ authority, clientId, apis, todoListEndpoint },
    store: { directory: storeDirectory },
    deviceName: process.env.DEVICE_NAME ?? "Living-room TV",
    port: Number(process.env.PORT ?? 8490),
  });
  console.log(`Open ${tv.url} on the screen. Ctrl-C ends the player; the account stays signed in.`);
  for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const]) {
    process.once(signal, () => void tv.close().then(() => process.exit(code)));
  }
} catch (error) {
  const { message } = error as Error;
  console.error(error instanceof DoorcodeError ? `${message} ${error.hint}` : message);
  process.exitCode = 1;
}
