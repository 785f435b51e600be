import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { recoveryCodeHashes, unsealTotpSecret } from "../../src/interaction/second-factor/authenticator-codes.ts";
import { pairwiseSub } from "../../src/oauth/tokens/claims.ts";
import { type RotationStep, rotateSealKey } from "../../src/server/rotate-seal-key.ts";
import type { StartedTenant } from "../../src/server/start-tenant.ts";
import { personWithApp } from "../interaction/second-factor/authenticator.ts";
import { failsWith, scratch } from "./scratch.ts";
import { places, type TestPlace } from "./tenant-place.ts";

const APP = "00000000-0000-4000-8000-000000000000";

/** A tenant with everything that the seal key protects: signing keys, an authenticator app, recovery codes, a mail. */
async function filled(place: TestPlace) {
  const tenant = await place.start();
  const { context: ctx } = tenant;
  const person = () => tenant.admin.people.add({ email: "ada@contoso.example" });
  const { user, secret, codes } = await personWithApp({ ctx, person });
  await tenant.admin.apps.put({ name: "Standard", idTokenSignedResponseAlg: "ES256" });
  await ctx.signingKeys.reload();
  const before = {
    user,
    secret,
    codes,
    sub: pairwiseSub(ctx.sealKey, APP, user.id),
    kids: await kidsOf(tenant),
    key: await readFile(join(place.data, "seal.key")),
  };
  await tenant.close();
  return before;
}

/** Everything sealed opens, and nothing that apps or users hold has changed. */
async function worksAsBefore(tenant: StartedTenant, before: Awaited<ReturnType<typeof filled>>, code = 0) {
  const { context: ctx, issuer } = tenant;
  const { user, secret, codes, sub, kids } = before;
  const totp = await ctx.store.factors.totpOf(user.id);
  assert.equal(unsealTotpSecret(ctx.sealKey, user.id, totp?.secretSealed ?? ""), secret);
  assert.equal(pairwiseSub(ctx.sealKey, APP, user.id), sub);
  assert.deepEqual(await kidsOf(tenant), kids);
  const token = await ctx.signingKeys.sign({ iss: issuer, aud: APP, exp: 4_000_000_000 }, "JWT");
  assert.ok(await ctx.signingKeys.verify(token, { audience: APP }), "tokens are signed");
  assert.ok(await ctx.signingKeys.verify(await ctx.signingKeys.sign({ iss: issuer }, "JWT", "ES256")));
  assert.equal(await useCode(ctx, user.id, codes[code] ?? ""), true, "a recovery code works");
}

const kidsOf = async ({ context }: StartedTenant) => (await context.signingKeys.published()).map(({ kid }) => kid);

async function useCode(ctx: StartedTenant["context"], userId: string, code: string): Promise<boolean> {
  for (const hash of recoveryCodeHashes(ctx.sealKey, userId, code)) {
    if (await ctx.store.factors.useRecoveryCode(userId, hash, ctx.clock.now())) return true;
  }
  return false;
}

for (const [name, makePlace] of Object.entries(places)) {
  describe(`rotating the seal key on ${name}`, () => {
    test("everything sealed opens with the new key alone; apps and users notice nothing", async (t) => {
      const place = await makePlace(t);
      const before = await filled(place);
      for (const round of [1, 2]) {
        await rotateSealKey(place);
        const tenant = await place.start();
        await worksAsBefore(tenant, before, round);
        const [record] = await tenant.context.store.audit.list({ event: "tenant.seal_key_replaced", limit: 1 });
        assert.equal(record?.actor, "operator");
        await tenant.close();
      }
      const file = join(place.data, "seal.key");
      assert.notDeepEqual(await readFile(file), before.key);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.equal(existsSync(`${file}.next`), false);
      await writeFile(file, before.key);
      await assert.rejects(place.start(), failsWith("seal_key_differs"));
    });

    test("a mail that waits to be sent is sent afterwards", async (t) => {
      const place = await makePlace(t);
      const down = { send: () => Promise.reject(new Error("down")), close: async () => undefined };
      const before = await place.start({ mailer: down });
      const expiresAt = Date.now() + 3_600_000;
      const mail = { to: "ada@contoso.example", subject: "Hello", text: "Hello", html: "Hello" };
      assert.equal(await before.context.mail.send(mail, { id: "waiting", expiresAt }), "queued");
      await before.close();
      await rotateSealKey(place);
      const sent: string[] = [];
      const up = {
        send: async ({ subject }: { subject: string }) => void sent.push(subject),
        close: async () => undefined,
      };
      const after = await place.start({ mailer: up, clock: { now: () => Date.now() + 60_000 } });
      await after.context.mail.deliverDue();
      assert.deepEqual(sent, ["Hello"]);
    });

    test("killed at any step, the tenant starts as before, and the next rotation succeeds", async (t) => {
      const place = await makePlace(t);
      const before = await filled(place);
      const steps: RotationStep[] =
        name === "SQLite" ? ["key written", "value sealed", "committed", "renamed"] : ["value sealed", "committed"];
      for (const [code, at] of steps.entries()) {
        assert.equal(await rotateAndDie(place, at), "SIGKILL", at);
        const tenant = await place.start();
        await worksAsBefore(tenant, before, code);
        await tenant.close();
      }
      assert.equal(await rotateAndDie(place, "committed"), "SIGKILL");
      await rotateSealKey(place);
      await worksAsBefore(await place.start(), before, steps.length);
    });

    test("refuses while the tenant runs, and changes nothing", async (t) => {
      const place = await makePlace(t);
      const before = await filled(place);
      const tenant = await place.start();
      const code = name === "SQLite" ? "already_running" : "seal_key_not_replaced";
      await assert.rejects(rotateSealKey(place), failsWith(code));
      assert.deepEqual(await readFile(join(place.data, "seal.key")), before.key);
      assert.equal(existsSync(join(place.data, "seal.key.next")), false);
      await worksAsBefore(tenant, before);
    });

    test("refuses a store with a damaged value, and changes nothing", async (t) => {
      const place = await makePlace(t);
      const before = await filled(place);
      const tenant = await place.start();
      const { store, clock } = tenant.context;
      await store.outbox.enqueue({
        id: "bad",
        sealed: "AAAA",
        createdAt: clock.now(),
        expiresAt: clock.now() + 60_000,
      });
      await tenant.close();
      await assert.rejects(rotateSealKey(place), failsWith("seal_key_not_replaced"));
      assert.deepEqual(await readFile(join(place.data, "seal.key")), before.key);
      await worksAsBefore(await place.start(), before);
    });

    test("can write the new key to another file, for a key that is kept elsewhere", async (t) => {
      const place = await makePlace(t);
      const before = await filled(place);
      const output = join(place.data, "new.key");
      await rotateSealKey(place, { output });
      await assert.rejects(rotateSealKey(place, { output }), failsWith("file_exists"));
      assert.deepEqual(await readFile(join(place.data, "seal.key")), before.key);
      await assert.rejects(place.start(), failsWith("seal_key_differs"));
      await writeFile(join(place.data, "seal.key"), await readFile(output));
      await worksAsBefore(await place.start(), before);
    });
  });
}

test("nothing that the old key opens is left in the SQLite file", async (t) => {
  const place = await places.SQLite(t);
  const tenant = await place.start();
  const sealed = (await tenant.context.store.keys.list()).map(({ sealedPrivate }) => sealedPrivate);
  await tenant.close();
  const file = join(place.data, "tenant.db");
  const found = () => readFile(file, "latin1");
  assert.ok(sealed.length === 2 && (await found()).includes(sealed[0] ?? ""));
  assert.equal((await rotateSealKey(place)).cleaned, true);
  for (const each of sealed) assert.equal((await found()).includes(each.slice(0, 40)), false);
  assert.equal(existsSync(`${file}-wal`), false);
});

test("a key that is mounted as a single file is not replaced, and the store does not change", async (t) => {
  const place = await places.SQLite(t);
  await (await place.start()).close();
  const { data, store } = place;
  const module = fileURLToPath(new URL("../../src/server/rotate-seal-key.ts", import.meta.url));
  const folder = await scratch(t);
  const program = `
    const { rotateSealKey } = await import(${JSON.stringify(module)});
    const { readdirSync } = await import("node:fs");
    const [place, folder] = [JSON.parse(process.argv[1]), process.argv[2]];
    const failed = await rotateSealKey(place).catch((error) => error);
    const files = readdirSync(folder);
    const { file } = await rotateSealKey(place, { output: folder + "/new.key" });
    console.log(JSON.stringify({ code: failed.code, message: failed.message, hint: failed.hint, files, file }));`;
  const sealKeyFile = join(folder, "secret");
  await writeFile(sealKeyFile, "");
  const given = JSON.stringify({ data, store, sealKeyFile });
  const mount = `mount --bind "$0/seal.key" "$1/secret" && shift && exec "$@"`;
  const isolated = ["--user", "--map-root-user", "--mount", "sh", "-c", mount, data, folder];
  if (spawnSync("unshare", [...isolated, "true"]).status !== 0) return t.skip("this machine does not allow mounts");
  const args = [process.execPath, "--input-type=module", "-e", program, given, folder];
  const { stdout, stderr } = spawnSync("unshare", [...isolated, ...args], { encoding: "utf8" });
  const said = JSON.parse(stdout || JSON.stringify({ message: stderr }));
  assert.match(said.message, /secret is mounted as a single file, so it cannot be replaced/);
  assert.match(said.hint, /--output FILE/);
  assert.deepEqual([said.code, said.files], ["seal_key_not_replaced", ["secret"]]);
  await place.start({ sealKeyFile: said.file });
});

test("of two rotations that write to one new file, one fails and keeps what is there", async (t) => {
  const [first, second] = [await places.SQLite(t), await places.SQLite(t)];
  for (const place of [first, second]) await (await place.start()).close();
  const output = join(await scratch(t), "new.key");
  const rotated = await Promise.allSettled([first, second].map((place) => rotateSealKey(place, { output })));
  const failed = rotated.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  assert.equal(failed.length, 1);
  assert.ok(failsWith("file_exists")(failed[0]), String(failed[0]));
  const place = rotated[0]?.status === "fulfilled" ? first : second;
  await place.start({ sealKeyFile: output });
});

test("without a seal key, or with another tenant's, nothing is rotated", async (t) => {
  const place = await places.SQLite(t);
  await (await place.start()).close();
  const other = join(place.data, "other.key");
  await assert.rejects(rotateSealKey({ ...place, sealKeyFile: other }), failsWith("seal_key_missing"));
  await writeFile(other, new Uint8Array(32));
  await assert.rejects(rotateSealKey({ ...place, sealKeyFile: other }), failsWith("seal_key_differs"));
});

async function rotateAndDie({ store, data }: TestPlace, at: RotationStep): Promise<string> {
  const script = fileURLToPath(new URL("./rotate-and-die.ts", import.meta.url));
  const given = JSON.stringify({ place: { store, data }, at });
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, given], { stdio: "inherit" });
  const [, signal] = await once(child, "exit");
  return signal;
}
