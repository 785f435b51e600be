import assert from "node:assert/strict";
import { test } from "node:test";
import { send } from "../../../tenant/test/server/raw-request.ts";
import { servedFolder } from "./served.ts";
import { serveProcess } from "./tenant-process.ts";

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal} drains the tenant: not ready, and still answering; a second one ends it`, async (t) => {
    const { file, ca } = await servedFolder(t, { monitoring: { port: 0 }, drain: "10m" });
    const { ready, child, stop } = await serveProcess(t, file);
    const readyz = () =>
      send({ secure: false, address: "127.0.0.1", port: ready.monitoring_port! }, { path: "/readyz" });
    const { host } = new URL(ready.pages);
    const page = () =>
      send({ secure: true, address: "127.0.0.1", port: ready.port!, ca }, { path: "/device", headers: { host } });
    assert.equal((await readyz()).status, 200);
    child.kill(signal);
    let unready = await readyz();
    while (unready.status === 200) unready = await readyz();
    assert.deepEqual([unready.status, JSON.parse(unready.body).status], [503, "draining"]);
    assert.equal((await page()).status, 200);
    assert.equal(await stop(signal), signal === "SIGTERM" ? 143 : 130);
  });
}
