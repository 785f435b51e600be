import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { doorcode, scratch } from "../../packages/cli/test/cli-process.ts";
import { terminalPresenter } from "../../packages/client/src/presenters/terminal-presenter.ts";
import { faultyIssuer } from "../../packages/client/test/fixtures/faulty-issuer.ts";
import { about, codeEvent, output, screenOf } from "../../packages/client/test/presenters/presenter-fixtures.ts";

// The other rows of the client's checklist: packages/client/test/device-flow/rfc8628-client.test.ts.

test("C7: the code and the address are shown as text next to the QR code (§3.3.1)", async () => {
  const stream = output({ columns: 80, rows: 60 });
  const presenter = terminalPresenter({ stream, env: { TERM: "xterm-256color", LANG: "en_US.UTF-8" } });
  const event = codeEvent();
  await presenter.show(event, about);
  presenter.end?.("cancelled");
  const screen = screenOf(stream.text).join("\n");
  assert.match(screen, /[▀▄█]{4}/, screen);
  assert.ok(screen.includes(event.code.userCode), screen);
  assert.ok(screen.includes(event.code.verificationUri), screen);
});

test("C9: the code is shown to the user, and sent nowhere else (§5.5)", async (t) => {
  const declined = { status: 400, json: { error: "access_denied", error_description: "AADSTS70018: Declined." } };
  const issuer = await faultyIssuer({
    t,
    device: { interval: 1 },
    fault: ({ kind }) => (kind === "poll" ? declined : undefined),
  });
  const folder = await scratch(t);
  await writeFile(join(folder, "ca.pem"), issuer.ca);
  const args = ["login", "--authority", issuer.authority, "--client-id", issuer.clientId, "--scope", "api://todo/Read"];
  const env = { HOME: folder, XDG_STATE_HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const { stdout, stderr, exit } = await doorcode([...args, "--ca-file", join(folder, "ca.pem")], { env }).ended;
  assert.equal(exit, 4, stderr);
  // Scripts save standard output, and CI logs it.
  assert.equal(stdout, "");
  assert.equal(stderr.split("FSBFZMBKC").length - 1, 1, stderr);
  assert.ok(stderr.indexOf("FSBFZMBKC") < stderr.indexOf("AADSTS70018"), stderr);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const kept = await readFile(join(entry.parentPath, entry.name), "latin1");
    assert.ok(!kept.includes("FSBFZMBKC"), entry.name);
  }
});
