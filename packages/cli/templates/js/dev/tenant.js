// The tenant of doorcode.tenant.yaml on this computer, for `npm start` and for the tests.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const doorcode = fileURLToPath(new URL("bin/doorcode.cjs", import.meta.resolve("doorcode/package.json")));

/** Starts it on ports that are free. Its keys and its people are kept in the folder `data`. */
export async function startTenant(data) {
  const args = ["tenant", "start", "--file", "doorcode.tenant.yaml", "--data", data, "--port", "0", "--json"];
  // The channel carries nothing: it closes when this process ends, however it ends, and then the tenant ends too.
  const child = spawn(process.execPath, [doorcode, ...args], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  const ended = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = JSON.parse(line);
    if (ready.event !== "ready") continue;
    return {
      settings: { AUTHORITY: ready.authority, CLIENT_ID: ready.apps[0].client_id, DOORCODE_CA_FILE: ready.ca_file },
      issuer: ready.issuer,
      api: ready.apis[0].client_id,
      caFile: ready.ca_file,
      inbox: `${ready.console.url}/inbox#${ready.console.key}`,
      async command(...words) {
        const args = [doorcode, "tenant", ...words, "--data", data];
        return (await promisify(execFile)(process.execPath, args)).stdout;
      },
      async stop() {
        child.kill();
        await ended;
      },
    };
  }
  throw new Error("The tenant did not start; its own words are above.");
}
