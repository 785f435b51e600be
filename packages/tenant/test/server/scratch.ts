import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A separate folder for the test, removed with it. */
export async function scratch(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "doorcode-test-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** For `assert.rejects`: the stable code, and that there is a hint. */
export const failsWith = (code: string) => (error: unknown) =>
  error instanceof Error && "code" in error && error.code === code && "hint" in error && String(error.hint).length > 10;
