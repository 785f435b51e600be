import assert from "node:assert/strict";
import { chownSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { doorcode, scratch } from "./cli-process.ts";

/** A user ID without an entry in the list of users, as containers have it. */
const UNKNOWN = 54_321;
const skip = process.geteuid?.() !== 0 && "only root can run as another user";

test("a user without a home folder is told what to do, exit 8; with DOORCODE_STORE_DIR nothing is missing", {
  skip,
}, async (t) => {
  const env = { HOME: undefined, USERPROFILE: undefined, NODE_COMPILE_CACHE: undefined };
  for (const args of [["status"], ["token"], ["status", "--json"], ["token", "--explain"], ["logout"], ["accounts"]]) {
    const { exit, stderr } = await doorcode(args, { env, uid: UNKNOWN }).ended;
    assert.equal(exit, 8, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, /this user has no home folder: HOME is not set/);
    assert.match(stderr, /export DOORCODE_STORE_DIR="\$\(mktemp -d\)"/);
  }
  const folder = await scratch(t);
  chownSync(folder, UNKNOWN, UNKNOWN);
  const elsewhere = { ...env, DOORCODE_STORE_DIR: join(folder, "store") };
  for (const args of [["status"], ["token"]]) {
    assert.equal((await doorcode(args, { env: elsewhere, uid: UNKNOWN }).ended).exit, 3, args[0]);
  }
  // As far as the issuer, on loopback too, where the CA of a local tenant is looked for in the home folder.
  const login = ["login", "--authority", "https://localhost:1/x", "--client-id", "app", "--scope", "openid"];
  const { exit, stderr } = await doorcode(login, { env: elsewhere, uid: UNKNOWN }).ended;
  assert.equal(exit, 7, stderr);
});
