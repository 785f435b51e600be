import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startTenantForClients } from "../../../tests/foreign-clients/tenant-for-clients.ts";

const program = fileURLToPath(import.meta.resolve("../mended.ts"));

test("two lines fix the how-to's sample: a second start needs no prompt, and an error keeps its reason", async (t) => {
  await using world = await startTenantForClients({ clock: "moving" });
  const folder = await mkdtemp(join(tmpdir(), "doorcode-test-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { tenant, ada, clientId, scopes } = world;
  const env = {
    AUTHORITY: tenant.authority,
    CLIENT_ID: clientId,
    SCOPES: scopes.read,
    TODO_LIST_ENDPOINT: "http://127.0.0.1:1/api/todolist",
    NODE_EXTRA_CA_CERTS: tenant.caFile,
    XDG_STATE_HOME: folder,
  };
  /** Its lines; every prompt is approved. */
  async function run(settings: Record<string, string> = {}): Promise<string[]> {
    const options = ["--conditions=doorcode-source", "--disable-warning=ExperimentalWarning"];
    const child = spawn(process.execPath, [...options, program], { env: { ...env, ...settings } });
    const lines: string[] = [];
    createInterface({ input: child.stderr }).on("line", (line) => lines.push(line));
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      const code = /enter the code (\S+)/.exec(line)?.[1];
      if (code) ada.approve(code).catch((error: unknown) => lines.push(String(error)));
    });
    await once(child, "close");
    return lines;
  }

  const [asked, signedIn, ...rest] = await run();
  assert.match(asked!, /enter the code/);
  assert.equal(signedIn, "Signed in as Ada Lovelace");
  assert.deepEqual(rest, []);
  assert.deepEqual(await run(), ["Still signed in as Ada Lovelace"]);
  const [refusal] = await run({ CLIENT_ID: "00000000-1111-2222-3333-444444444444" });
  assert.match(refusal!, /AADSTS700016.*\(client_rejected\)$/);
});
