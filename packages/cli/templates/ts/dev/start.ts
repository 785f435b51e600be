// `npm start`: the program, with a tenant and a web API on this computer unless the settings name others.
import { once } from "node:events";
import { readEnvironment } from "../src/settings.ts";
import { startApi } from "./api.ts";
import { startTenant } from "./tenant.ts";

const env = readEnvironment();
if (env.AUTHORITY) {
  await import("../src/main.ts");
} else {
  const tenant = await startTenant(".doorcode/tenant");
  const api = await startApi(tenant);
  console.error(`
A tenant of your own answers on this computer, for development (doorcode.tenant.yaml).
You are the person with the phone: open the page below in a browser, enter the code,
and choose "Create an account". Any address will do: its mails arrive at
  ${process.stderr.isTTY ? tenant.inbox : tenant.inbox.replace(/#.*/, "")}
Ctrl-C ends everything.
`);
  Object.assign(env, tenant.settings, { API_URL: api.url, STORE_DIRECTORY: ".doorcode/device" });
  await import("../src/main.ts");
  if (process.stdin.isTTY) {
    console.error("\nThe tenant and its pages stay until you press Enter or Ctrl-C.");
    await once(process.stdin, "data");
    process.stdin.destroy();
  }
  api.stop();
  await tenant.stop();
}
