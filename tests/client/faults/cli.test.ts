import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { doorcode, scratch } from "../../../packages/cli/test/cli-process.ts";
import { faultyIssuer, secrets } from "../../../packages/client/test/fixtures/faulty-issuer.ts";
import { type Row, rows } from "./rows.ts";

/** Rows that must end with an error. */
const ends: Record<string, { exit: number; code: string }> = {
  "200 without a token": { exit: 1, code: "invalid_issuer_response" },
  declined: { exit: 4, code: "denied" },
  "Conditional Access": { exit: 6, code: "blocked_by_policy" },
  "devicecode refuses": { exit: 2, code: "client_rejected" },
  "no `interval`": { exit: 5, code: "code_expired" },
  '`expires_in: "3"`': { exit: 5, code: "code_expired" },
  "discovery is down": { exit: 7, code: "issuer_unreachable" },
};

interface Line {
  event: string;
  code?: string;
  exit?: number;
  message?: string;
}

async function login(t: TestContext, row: Row) {
  const issuer = await faultyIssuer({ t, fault: row.fault, device: { interval: 1, ...row.device }, approveAt: 2 });
  const folder = await scratch(t);
  await writeFile(join(folder, "ca.pem"), issuer.ca);
  const args = ["login", "--authority", issuer.authority, "--client-id", issuer.clientId];
  const { ended } = doorcode(
    [...args, "--scope", "api://todo/ToDoList.Read", "--ca-file", join(folder, "ca.pem"), "--json"],
    {
      env: { HOME: folder, XDG_STATE_HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    },
  );
  const { exit, stdout, stderr } = await ended;
  const lines = stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
  return { issuer, exit, stdout, stderr, lines };
}

describe("`doorcode login` when the issuer or the network misbehaves", { concurrency: 6 }, () => {
  for (const row of rows) {
    const end = ends[row.name];
    test(`${row.name}: ${end ? `${end.code}, exit ${end.exit}` : "signs in"}`, async (t) => {
      const { issuer, exit, stdout, stderr, lines } = await login(t, row);
      const last = lines.at(-1);
      const shown = `${stdout}\n${stderr}`;
      assert.equal(exit, end?.exit ?? 0, shown);
      assert.equal(last?.event, end ? "error" : "signed_in", shown);
      if (end) assert.equal(last?.code, end.code, shown);
      if (row.keeps) assert.match(last?.message ?? "", row.keeps);
      assert.ok(issuer.polls().length <= (row.mostPolls ?? 2), `${issuer.polls().length} polls`);
      for (const secret of Object.values(secrets)) assert.ok(!shown.includes(secret), shown);
    });
  }
});
