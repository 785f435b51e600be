import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { FactorStore, Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { DAY, MINUTE, sampleInteraction, sampleUser, T0 } from "./samples.ts";

const AT_ONCE = 64;

type Enrolment = Parameters<FactorStore["enrolTotp"]>[0];

/** An interaction in which this user passed the first factor and is enrolling a secret. */
export async function enrolling(store: Store, userId: string, secretSealed: string = randomUUID()): Promise<Enrolment> {
  const sessionId = randomUUID();
  await store.sessions.ensure({ id: sessionId, createdAt: T0, expiresAt: T0 + DAY });
  const flow = sampleInteraction(sessionId, {
    firstFactor: { userId, methods: ["password" as const], at: T0 },
    totpSecretSealed: secretSealed,
  });
  await store.sessions.insertInteraction(flow);
  return {
    interactionId: flow.id,
    sessionId,
    userId,
    secretSealed,
    replaces: null,
    step: 1_000,
    recoveryCodeHashes: Array.from({ length: 10 }, (_, i) => `${secretSealed} ${i}`),
    now: T0,
  };
}

export function factorSuite(makeStore: MakeStore): void {
  describe("second factors", () => {
    let place: TestStore;
    let store: Store;
    let factors: FactorStore;
    before(async () => {
      place = await makeStore();
      store = await place.open();
      factors = store.factors;
    });
    after(() => place.remove());

    const person = async () => {
      const user = sampleUser();
      await seed(store).insertUser(user);
      return user.id;
    };
    const owner = (id: string) => ({ id, credentialsVersion: 0 });
    const enrolled = async (userId?: string, replaces: string | null = null) => {
      const input = { ...(await enrolling(store, userId ?? (await person()))), replaces };
      assert.equal(await factors.enrolTotp(input), true);
      return input;
    };
    const atOnce = async <T>(verb: (index: number) => Promise<T>) =>
      (await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => verb(index)))).filter(Boolean).length;

    test("an authenticator app is enrolled with its recovery codes, and the interaction discards its secret", async () => {
      const input = await enrolled();
      const { interactionId, sessionId, userId, secretSealed, step } = input;
      assert.deepEqual(await factors.totpOf(userId), { userId, secretSealed, lastStep: step, createdAt: T0 });
      assert.equal(await factors.countRecoveryCodes(userId), 10);
      assert.equal((await store.sessions.findInteraction(interactionId, sessionId, T0))?.totpSecretSealed, null);
      assert.equal(await factors.totpOf(randomUUID()), undefined);
    });

    test("a secret is enrolled once, by its own interaction, user and session, and not after their end", async () => {
      const input = await enrolling(store, await person());
      const other = await enrolling(store, await person());
      const foreign: Partial<Enrolment>[] = [
        { secretSealed: "another" },
        { sessionId: other.sessionId },
        { userId: other.userId },
        { interactionId: other.interactionId },
        // The end of the interaction.
        { now: T0 + 30 * MINUTE },
        { now: T0 + DAY },
      ];
      for (const change of foreign) assert.equal(await factors.enrolTotp({ ...input, ...change }), false);
      assert.equal(await factors.totpOf(input.userId), undefined);
      assert.equal(await factors.countRecoveryCodes(input.userId), 0);
      assert.equal(await factors.enrolTotp(input), true);
      assert.equal(await factors.enrolTotp(input), false);
    });

    test("another app replaces the first one, with its own recovery codes", async () => {
      const first = await enrolled();
      const second = await enrolled(first.userId, first.secretSealed);
      assert.equal((await factors.totpOf(first.userId))?.secretSealed, second.secretSealed);
      assert.equal(await factors.useRecoveryCode(first.userId, first.recoveryCodeHashes[0]!, T0), undefined);
      assert.equal(await factors.countRecoveryCodes(first.userId), 10);
      assert.equal(await factors.useTotpStep(first, 2_000), false, "a code of the old app is no longer valid");
      assert.equal(await factors.useTotpStep(second, 2_000), true);
    });

    test("the app to replace is named: a first app replaces none, and another one only the named one", async () => {
      const userId = await person();
      const walks = [await enrolling(store, userId), await enrolling(store, userId)] as const;
      assert.equal(await atOnce((index) => factors.enrolTotp(walks[index % 2]!)), 1);
      const there = await factors.totpOf(userId);
      const late = await enrolling(store, userId);
      assert.equal(await factors.enrolTotp(late), false);
      assert.equal(await factors.enrolTotp({ ...late, replaces: "removed" }), false);
      assert.deepEqual(await factors.totpOf(userId), there);
      assert.equal(await factors.countRecoveryCodes(userId), 10);
      assert.equal(await factors.enrolTotp({ ...late, replaces: there?.secretSealed ?? "" }), true);
    });

    test("a step is used once, and no earlier one after it, including the step of the enrollment", async () => {
      const totp = await enrolled();
      assert.equal(await factors.useTotpStep(totp, totp.step), false);
      assert.equal(await factors.useTotpStep(totp, totp.step - 1), false);
      assert.equal(await factors.useTotpStep(totp, totp.step + 2), true);
      assert.equal(await factors.useTotpStep(totp, totp.step + 2), false);
      assert.equal(await factors.useTotpStep(totp, totp.step + 1), false);
      assert.equal(await factors.useTotpStep(totp, totp.step + 3), true);
    });

    test("a step belongs to its user, even if another's secret had the same seal", async () => {
      const [first, second] = [
        await enrolling(store, await person(), "alike"),
        await enrolling(store, await person(), "alike"),
      ];
      for (const each of [first, second]) assert.equal(await factors.enrolTotp(each), true);
      assert.equal(await factors.useTotpStep(first, first.step + 1), true);
      assert.equal(await factors.useTotpStep(second, second.step + 1), true);
    });

    test("a recovery code works once and for its own user, and returns how many are left", async () => {
      const { userId, recoveryCodeHashes } = await enrolled();
      const other = await enrolled();
      const [first, second] = recoveryCodeHashes as [string, string];
      assert.equal(await factors.useRecoveryCode(other.userId, first, T0), undefined);
      assert.equal(await factors.useRecoveryCode(userId, "unknown", T0), undefined);
      assert.deepEqual(await factors.useRecoveryCode(userId, first, T0), { left: 9 });
      assert.equal(await factors.useRecoveryCode(userId, first, T0), undefined);
      assert.deepEqual(await factors.useRecoveryCode(userId, second, T0), { left: 8 });
      assert.equal(await factors.countRecoveryCodes(userId), 8);
    });

    test("new recovery codes replace all earlier ones, and need an app", async () => {
      const { userId, recoveryCodeHashes } = await enrolled();
      await factors.useRecoveryCode(userId, recoveryCodeHashes[0]!, T0);
      assert.equal(await factors.replaceRecoveryCodes(owner(userId), ["a", "b"], T0), true);
      assert.equal(await factors.countRecoveryCodes(userId), 2);
      assert.equal(await factors.useRecoveryCode(userId, recoveryCodeHashes[1]!, T0), undefined);
      assert.deepEqual(await factors.useRecoveryCode(userId, "a", T0), { left: 1 });
      assert.equal(await factors.replaceRecoveryCodes(owner(await person()), ["c"], T0), false);
      assert.equal(await factors.replaceRecoveryCodes(owner(randomUUID()), ["c"], T0), false);
    });

    test("the factors of a disabled user cannot be changed", async () => {
      const { userId } = await enrolled();
      const there = await factors.totpOf(userId);
      await seed(store).setUserDisabled(userId, T0, T0);
      const again = await enrolling(store, userId);
      assert.equal(await factors.enrolTotp({ ...again, replaces: there?.secretSealed ?? "" }), false);
      assert.equal(await factors.replaceRecoveryCodes(owner(userId), ["a"], T0), false);
      assert.equal(await factors.removeTotp(owner(userId), T0), false);
      assert.deepEqual([await factors.totpOf(userId), await factors.countRecoveryCodes(userId)], [there, 10]);
    });

    test("the app's recovery codes are removed with it", async () => {
      const { userId, recoveryCodeHashes } = await enrolled();
      assert.equal(await factors.removeTotp(owner(userId), T0), true);
      assert.equal(await factors.totpOf(userId), undefined);
      assert.equal(await factors.useRecoveryCode(userId, recoveryCodeHashes[0]!, T0), undefined);
      assert.equal(await factors.removeTotp({ ...owner(userId), credentialsVersion: 1 }, T0), false);
    });

    test(`of ${AT_ONCE} uses of one step at once, one counts`, async () => {
      const totp = await enrolled();
      for (let step = 2_000; step < 2_010; step++) assert.equal(await atOnce(() => factors.useTotpStep(totp, step)), 1);
    });

    test(`of ${AT_ONCE} uses of one recovery code at once, one counts`, async () => {
      const { userId, recoveryCodeHashes } = await enrolled();
      for (const hash of recoveryCodeHashes) {
        assert.equal(await atOnce(() => factors.useRecoveryCode(userId, hash, T0)), 1);
      }
      assert.equal(await factors.countRecoveryCodes(userId), 0);
    });

    test(`of ${AT_ONCE} enrollments of one secret at once, one counts, and its codes are valid`, async () => {
      const input = await enrolling(store, await person());
      const codes = (index: number) => [`${index} a`, `${index} b`];
      const won: number[] = [];
      await atOnce(async (index) => {
        if (await factors.enrolTotp({ ...input, recoveryCodeHashes: codes(index) })) won.push(index);
      });
      assert.equal(won.length, 1);
      for (const hash of codes(won[0]!)) assert.ok(await factors.useRecoveryCode(input.userId, hash, T0));
    });

    test("of concurrent new sets of recovery codes, one complete set is valid", async () => {
      const { userId } = await enrolled();
      const codes = (index: number) => [`${index} a`, `${index} b`, `${index} c`];
      assert.equal(await atOnce((index) => factors.replaceRecoveryCodes(owner(userId), codes(index), T0)), AT_ONCE);
      assert.equal(await factors.countRecoveryCodes(userId), 3);
    });
  });
}
