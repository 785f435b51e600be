import assert from "node:assert/strict";
import { chownSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { doorcode, scratch } from "./cli-process.ts";

/** A user ID without an entry in the user database, as in containers. */
const UNKNOWN = 54_321;
const skip = process.geteuid?.() !== 0 && "only root can run as another user";

test("a user without a home folder gets a hint and exit code 8; DOORCODE_STORE_DIR helps", {
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
  // Gets as far as the issuer, also on loopback, where the CA of a local tenant is searched for in the home folder.
  const login = ["login", "--authority", "https://localhost:1/x", "--client-id", "app", "--scope", "openid"];
  const { exit, stderr } = await doorcode(login, { env: elsewhere, uid: UNKNOWN }).ended;
  assert.equal(exit, 7, stderr);
});
