import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { scratch } from "../../../tenant/test/server/scratch.ts";

const page = fileURLToPath(new URL("../../../../docs/recipes/ci.md", import.meta.url));
const entry = fileURLToPath(new URL("./run.ts", import.meta.url));

/** A device asks for a code, with what the ready event says. */
const askForCode = `
import { readFileSync } from "node:fs";
import { request } from "node:https";
const { authority, apps, apis, ca_file } = JSON.parse(readFileSync("events.jsonl", "utf8").split("\\n")[0]);
const scope = "api://" + apis[0].client_id + "/ToDoList.Read";
const headers = { "content-type": "application/x-www-form-urlencoded" };
const options = { method: "POST", agent: false, ca: readFileSync(ca_file), headers };
request(authority + "/oauth2/v2.0/devicecode", options, async (answer) => {
  console.log((await answer.toArray()).join("").match(/"user_code":"([^"]+)"/)[1]);
}).end(String(new URLSearchParams({ client_id: apps[0].client_id, scope })));
`;

test("the shell of the page about CI works as it is: it waits for the tenant, and writes no codes", {
  skip: process.platform === "win32",
}, async (t) => {
  const folder = await scratch(t);
  const [, lines = ""] = /^```sh\n(umask .*?)^```$/ms.exec(await readFile(page, "utf8")) ?? [];
  assert.match(lines, /approve CODE/);
  await writeFile(join(folder, "code.mjs"), askForCode);
  const script = `
set -e
npx() {
  shift 2
  command=("$NODE" --conditions=doorcode-source --disable-warning=ExperimentalWarning "$ENTRY" "$@" --data tenant)
  if test "$1" = start; then exec "\${command[@]}" --port 0 --pages-port 0; fi
  "\${command[@]}"
}
trap 'kill $(jobs -p)' EXIT
${lines.replace("CODE", '"$("$NODE" code.mjs)"').replace("--wait 30s", "--wait 1s")}`;
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    DOORCODE_STORE_DIR: folder,
    NODE: process.execPath,
    ENTRY: entry,
  };
  const child = spawn("bash", ["-c", script], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  // The last line waits for a mail that only pages send.
  assert.match(stderr, /doorcode: No mail with a code to bob@contoso\.example arrived within 1s\.\n/);
  assert.equal(exit, 5, stderr);
  assert.match(stdout, /ada@contoso\.example/);
  const events = (await readFile(join(folder, "events.jsonl"), "utf8")).trim().split("\n");
  const entries = events.slice(1).map((line) => JSON.parse(line));
  assert.ok(
    entries.some(({ name, detail }) => name === "device_grant.approved" && detail.second_factor === "operator"),
  );
  for (const { detail } of entries) assert.deepEqual([detail.code, detail.user_code], [undefined, undefined]);
});
