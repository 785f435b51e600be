import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readAudit } from "../../src/control/audit-log.ts";
import { AUDIT_EVENTS, isRecorded } from "../../src/storage/audit-events.ts";
import type { StoreReader } from "../../src/storage/store.ts";

test("every event that the tenant records is one that the log can be searched for", () => {
  const src = fileURLToPath(new URL("../../src", import.meta.url));
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const written = files.flatMap((name) =>
    [...readFileSync(join(src, name), "utf8").matchAll(/event: "([a-z_.]+)"/g)].map(([, event]) => event!),
  );
  assert.ok(written.length > 10);
  assert.deepEqual(
    written.filter((event) => event.includes(".") && !isRecorded(event)),
    [],
  );
});

test("an event that the log cannot have is refused with those of its kind", async () => {
  const asked = (event: string) => readAudit({} as StoreReader, { do: "read_audit", event });
  await assert.rejects(asked("user.sign_in"), (error: Error & { code: string; hint: string }) => {
    assert.deepEqual([error.code, error.message], ["usage", "The audit log has no event of this name."]);
    assert.match(error.hint, /^Name one of these: .*user\.signed_in, /);
    return true;
  });
  await assert.rejects(asked("graph.user.nonsense"), /no event of this name/);
  await assert.rejects(asked("nonsense"), (error: Error & { hint: string }) => /user\.\*/.test(error.hint));
  assert.ok(isRecorded("graph.user.created") && !isRecorded("graph.") && AUDIT_EVENTS.length > 60);
});
