import assert from "node:assert/strict";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { doorcode, scratch } from "./cli-process.ts";
import { canaries, clientId, type StandIn, standInIssuer } from "./stand-in-issuer.ts";

export interface TestEnv {
  issuer: StandIn;
  folder: string;
  storeFolder: string;
  /** Runs the command with this test's store, and searches its output for secrets. */
  run(args: string[], env?: NodeJS.ProcessEnv): Promise<Outcome>;
  start(args: string[], env?: NodeJS.ProcessEnv, stdin?: "pipe"): ReturnType<typeof doorcode>;
  login(...more: string[]): Promise<Outcome>;
}

export interface Outcome {
  exit: number | null;
  stdout: string;
  stderr: string;
  /** The events of `--json`. */
  events: Record<string, unknown>[];
}

export async function testEnv(t: TestContext): Promise<TestEnv> {
  const issuer = await standInIssuer(t);
  const folder = await scratch(t);
  const storeFolder = join(folder, "store");
  const start = (args: string[], env: NodeJS.ProcessEnv = {}, stdin?: "pipe") =>
    doorcode(args, { env: { DOORCODE_STORE_DIR: storeFolder, HOME: folder, ...env }, ...(stdin && { stdin }) });
  const run = async (args: string[], env?: NodeJS.ProcessEnv): Promise<Outcome> => {
    const { exit, stdout, stderr } = await start(args, env).ended;
    refuseSecrets(args[0] === "token" ? stdout.replace(/canary-access-token-\w+-\d+/, "") : stdout);
    refuseSecrets(stderr);
    const lines = args.includes("--json") ? stdout.trimEnd().split("\n").filter(Boolean) : [];
    return { exit, stdout, stderr, events: lines.map((line) => JSON.parse(line)) };
  };
  const target = ["--authority", issuer.authority, "--client-id", clientId, "--scope", "todo.read"];
  return { issuer, folder, storeFolder, run, start, login: (...more) => run(["login", ...target, ...more]) };
}

/** Ada is signed in. */
export async function signedInEnv(t: TestContext, ...more: string[]): Promise<TestEnv> {
  const made = await testEnv(t);
  const { exit, stderr } = await made.login(...more);
  assert.equal(exit, 0, stderr);
  return made;
}

export function refuseSecrets(text: string): void {
  for (const canary of Object.values(canaries)) assert.ok(!text.includes(canary), `a secret in: ${text}`);
}
