import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { MAX_PASSKEYS } from "../../src/storage/factors.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { samplePasskey, sampleUser, T0 } from "./samples.ts";

export function passkeySuite(makeStore: MakeStore): void {
  describe("passkeys", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const newUser = async (disabledAt: number | null = null) => {
      const user = sampleUser({ disabledAt });
      await seed(store).insertUser(user);
      return user;
    };
    const ownerOf = ({ userId }: { userId: string }) => ({ id: userId, credentialsVersion: 0 });
    const kept = async (changes: Parameters<typeof samplePasskey>[1] = {}) => {
      const passkey = samplePasskey((await newUser()).id, changes);
      assert.equal(await store.passkeys.insert(passkey, 0), "ok");
      return passkey;
    };
    const use = (id: string, from: number, to: number) =>
      store.passkeys.use(id, { from, to, backedUp: true, now: T0 + 5 });

    test("a passkey is found as it was stored, and listed with its owner's, oldest first", async () => {
      const newer = await kept({ createdAt: T0 + 1, deviceType: "singleDevice", transports: ["usb", "nfc"] });
      const older = samplePasskey(newer.userId, { createdAt: T0, backedUp: true });
      await store.passkeys.insert(older, 0);
      await kept();
      assert.deepEqual(await store.passkeys.find(newer.credentialId), newer);
      assert.deepEqual(await store.passkeys.listOf(newer.userId), [older, newer]);
      assert.equal(await store.passkeys.find("unknown"), undefined);
    });

    test("a credential is stored once, even if another user registers it", async () => {
      const passkey = await kept();
      const other = await newUser();
      assert.equal(await store.passkeys.insert({ ...passkey, userId: other.id }, 0), "taken");
      assert.deepEqual(await store.passkeys.find(passkey.credentialId), passkey);
    });

    test("an unknown or disabled user cannot have one", async () => {
      const disabled = await newUser(T0);
      assert.equal(await store.passkeys.insert(samplePasskey(disabled.id), 0), "no_user");
      assert.equal(await store.passkeys.insert(samplePasskey("unknown"), 0), "no_user");
    });

    test("of many concurrent additions, only as many are stored as one user may have", async () => {
      const user = await newUser();
      const results = await Promise.all(
        Array.from({ length: MAX_PASSKEYS + 5 }, () => store.passkeys.insert(samplePasskey(user.id), 0)),
      );
      assert.equal(results.filter((result) => result === "ok").length, MAX_PASSKEYS);
      assert.equal(results.filter((result) => result === "full").length, 5);
      assert.equal((await store.passkeys.listOf(user.id)).length, MAX_PASSKEYS);
    });

    test("a use moves the counter forward and records the time", async () => {
      const { credentialId } = await kept({ counter: 3 });
      assert.equal(await use(credentialId, 3, 9), true);
      const found = await store.passkeys.find(credentialId);
      assert.deepEqual([found?.counter, found?.lastUsedAt, found?.backedUp], [9, T0 + 5, true]);
    });

    test("a counter that does not move, goes back or counts from another value is refused", async () => {
      const { credentialId } = await kept({ counter: 3 });
      for (const [from, to] of [
        [3, 3],
        [3, 2],
        [3, 0],
        [2, 9],
        [4, 9],
      ] as const) {
        assert.equal(await use(credentialId, from, to), false, `${from} to ${to}`);
      }
      assert.equal((await store.passkeys.find(credentialId))?.counter, 3);
      assert.equal((await store.passkeys.find(credentialId))?.lastUsedAt, null);
      assert.equal(await use("unknown", 0, 1), false);
    });

    test("a counter that was always 0 may stay 0, as with synced passkeys", async () => {
      const { credentialId } = await kept({ counter: 0 });
      assert.equal(await use(credentialId, 0, 0), true);
      assert.equal(await use(credentialId, 0, 0), true);
    });

    test("of 16 concurrent uses that count from the same number, one counts", async () => {
      for (let round = 0; round < 20; round++) {
        const { credentialId } = await kept({ counter: 7 });
        const results = await Promise.all(Array.from({ length: 16 }, (_, n) => use(credentialId, 7, 8 + n)));
        assert.equal(results.filter(Boolean).length, 1);
        assert.equal((await store.passkeys.find(credentialId))?.counter, 8 + results.indexOf(true));
      }
    });

    test("only its owner can rename or remove one", async () => {
      const passkey = await kept();
      const other = await newUser();
      assert.equal(await store.passkeys.rename(other.id, passkey.credentialId, "Mine now"), false);
      assert.equal(await store.passkeys.remove(other, passkey.credentialId, T0), undefined);
      assert.equal(await store.passkeys.rename(passkey.userId, passkey.credentialId, "Kitchen laptop"), true);
      const removed = await store.passkeys.remove(ownerOf(passkey), passkey.credentialId, T0);
      assert.deepEqual(removed, { ...passkey, name: "Kitchen laptop" });
      assert.equal(await store.passkeys.find(passkey.credentialId), undefined);
      assert.equal(await store.passkeys.remove(ownerOf(passkey), passkey.credentialId, T0), undefined);
      assert.equal(await use(passkey.credentialId, 0, 1), false);
    });

    test("of several removals at once, one returns what it removed", async () => {
      const passkey = await kept();
      const { credentialId } = passkey;
      const results = await Promise.all(
        [1, 2, 3, 4].map(() => store.passkeys.remove(ownerOf(passkey), credentialId, T0)),
      );
      assert.equal(results.filter(Boolean).length, 1);
    });

    test("a removal and a use at once leave no passkey behind", async () => {
      for (let round = 0; round < 20; round++) {
        const passkey = await kept();
        const { credentialId } = passkey;
        await Promise.all([
          use(credentialId, 0, 1),
          store.passkeys.remove(ownerOf(passkey), credentialId, T0),
          use(credentialId, 1, 2),
        ]);
        assert.equal(await store.passkeys.find(credentialId), undefined);
      }
    });
  });
}
