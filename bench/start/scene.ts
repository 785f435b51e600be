import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Json, openFileStore } from "../../packages/client/src/index.ts";
import { root } from "../../tools/runtime.mjs";
import type { Measured } from "./cpu-time.ts";
import { startIssuer } from "./issuer.ts";

interface MeasuredCommand extends Omit<Measured, "file"> {
  name: string;
  /** The most multiples of an empty program, or of the command named by `against`. Undefined: only for comparison. */
  bar?: number;
  against?: string;
  prepare?: () => Promise<void>;
}

const twoRequests = "two https requests, bare";
const clientId = "6a1b1c1e-24a4-4bd9-9a53-3b5e7f0e6a11";
const scope = "api://todo/ToDoList.Read";

/** An issuer on loopback, a store with a signed-in user, and the commands to measure. */
export async function startScene() {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-bench-"));
  const issuer = await startIssuer();
  const caFile = join(folder, "ca.pem");
  await writeFile(caFile, issuer.ca);
  const signedIn = join(folder, "signed-in");
  await keepSignIn(signedIn, issuer.authority);
  const entry = join(root, "packages/cli/bin/doorcode.cjs");
  const inherited = Object.entries(process.env).filter(([name]) => !/^(DOORCODE|NODE|XDG)_/.test(name));

  const env = { ...Object.fromEntries(inherited), DOORCODE_STORE_DIR: signedIn };
  const login = ["login", "--authority", issuer.authority, "--client-id", clientId, "--scope", scope];
  const fresh = join(folder, "fresh");
  const commands: MeasuredCommand[] = [
    { name: "token, kept", args: [entry, "token"], env, until: "end", bar: 1.25 },
    { name: "status", args: [entry, "status"], env, until: "end", bar: 1.5 },
    {
      // Nothing is cached yet, not even the issuer's endpoints.
      name: "login, to the first code",
      args: [entry, ...login, "--ca-file", caFile, "--json"],
      env: { ...env, DOORCODE_STORE_DIR: fresh },
      until: "first-output",
      bar: 1.5,
      // Two https requests alone cost 2.3 to 3.2 empty programs; see docs/decisions/0006.
      against: twoRequests,
      prepare: () => rm(fresh, { recursive: true, force: true }),
    },
    {
      name: twoRequests,
      args: [join(root, "bench/start/two-requests.cjs"), caFile, `${issuer.authority}/devicecode`],
      env,
      until: "end",
    },
  ];
  return {
    commands,
    env,
    versionOf: (node: string) => spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim(),
    async [Symbol.asyncDispose]() {
      await issuer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As large as after a sign-in at Entra: most of it is MSAL's own records. */
async function keepSignIn(directory: string, authority: string): Promise<void> {
  const owner = `${clientId}|${authority}`.toLowerCase();
  const now = Date.now();
  const id = "51f5f6c4-5d3d-4a0b-8c53-55a6f0f3d001.0d6e1f3a-8f3c-4f0e-9b57-5c1d2a7e9f10";
  const token = () => randomBytes(1_000).toString("base64url");
  const account = { id, username: "ada@contoso.example", name: "Ada", tenant_id: null, issuer: authority, authority };
  const records: Record<string, Json> = {
    "default:default": { authority, clientId, accountId: id, scopes: [scope], apis: [] },
    [`account:${owner}|${id}`]: { ...account, client_id: clientId, signed_in_at: now },
    [`access:${owner}|${id}|${scope.toLowerCase()}`]: {
      token: token(),
      expires_at: now + 3_600_000,
      obtained_at: now,
      scopes: [scope],
      account_id: id,
    },
    [`msal:${owner}|AccessToken|a`]: { secret: token(), home_account_id: id, target: scope },
    [`msal:${owner}|IdToken|i`]: { secret: token(), home_account_id: id },
    [`msal:${owner}|RefreshToken|r`]: { secret: token(), home_account_id: id },
  };
  const store = await openFileStore({ directory });
  await store.change(Object.entries(records).map(([put, value]) => ({ put, value })));
}
