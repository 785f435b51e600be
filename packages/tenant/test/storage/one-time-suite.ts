import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { sampleLink, use } from "./link-suite.ts";
import { type Meanwhile, type OneTimeThing, oneTimeThings } from "./one-time-things.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { provenReset } from "./password-suite.ts";
import { T0 } from "./samples.ts";

const AT_ONCE = 64;

/** Tests everything that works once in the same three ways: many at once, after a restart, and after other changes. */
export function oneTimeSuite(makeStore: MakeStore): void {
  describe("what works once", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const changes: Record<Meanwhile, (thing: OneTimeThing) => Promise<unknown>> = {
      disabled: ({ user }) => seed(store).setUserDisabled(user.id, T0, T0),
      "disabled and enabled again": async ({ user }) => {
        await seed(store).setUserDisabled(user.id, T0, T0);
        await seed(store).setUserDisabled(user.id, null, T0);
      },
      // The tenant has no method for it, but an operator has SQL.
      deleted: ({ user }) => place.query(`delete from users where id = '${user.id}'`),
      "session ended": ({ sessionId }) => store.sessions.end(sessionId),
      "password reset in another browser": async ({ user }) =>
        store.sessions.resetPassword(await provenReset(store, user.email)),
      "“this wasn’t me”": async ({ user }) => {
        const link = sampleLink(user.id);
        await store.links.insert(link);
        return store.links.use(use(link.tokenHash));
      },
    };

    for (const [what, { make, outlives = [] }] of Object.entries(oneTimeThings)) {
      test(`${what}: of ${AT_ONCE} uses at once, one counts`, async () => {
        for (let round = 0; round < 3; round++) {
          const thing = await make(store);
          const uses = await Promise.all(Array.from({ length: AT_ONCE }, () => thing.spend(store)));
          assert.equal(uses.filter(Boolean).length, 1);
        }
      });

      test(`${what}: a restart restores none that was used, and loses none that was not`, async () => {
        const first = await place.open();
        const [used, unused] = [await make(first), await make(first)];
        assert.equal(await used.spend(first), true);
        await first.close();
        const second = await place.open();
        assert.equal(await used.spend(second), false);
        assert.equal(await unused.spend(second), true);
        await second.close();
      });

      for (const [meanwhile, change] of Object.entries(changes)) {
        // An account that does not exist yet can be neither disabled nor deleted.
        if (what.endsWith("sign up") && !["session ended"].includes(meanwhile)) continue;
        const good = outlives.includes(meanwhile as Meanwhile);
        test(`${what}: ${meanwhile} in between, it ${good ? "stays valid" : "is no longer valid"}`, async () => {
          const thing = await make(store);
          await change(thing);
          // A user who returns to the page after all changes meets the interaction in its current state. The others may
          // happen after it was read.
          const looked = meanwhile === "disabled and enabled again" && thing.flow.firstFactor !== null;
          const flow = await store.sessions.findInteraction(thing.flow.id, thing.sessionId, T0);
          const isValid = !looked || (flow !== undefined && flow.firstFactor?.userId === thing.user.id);
          const entered = isValid && (await thing.enter(store));
          assert.equal(entered, good);
        });
      }

      for (const meanwhile of ["password reset in another browser", "“this wasn’t me”"] as const) {
        if (outlives.includes(meanwhile)) continue;
        test(`${what}: used at the moment of ${meanwhile}, it leaves no session behind`, async () => {
          for (let round = 0; round < 10; round++) {
            const thing = await make(store);
            await Promise.all([thing.enter(store), changes[meanwhile](thing)]);
            assert.equal(await store.sessions.find(thing.nextSessionId, T0), undefined);
          }
        });
      }

      test(`${what}: used while the user is being disabled, it leaves no session behind`, async () => {
        for (let round = 0; round < 10; round++) {
          const thing = await make(store);
          const { user, nextSessionId } = thing;
          await Promise.all([thing.enter(store), seed(store).setUserDisabled(user.id, T0, T0)]);
          assert.equal(await store.sessions.find(nextSessionId, T0), undefined);
          await seed(store).setUserDisabled(user.id, null, T0);
          assert.equal(await store.sessions.find(nextSessionId, T0), undefined);
        }
      });
    }
  });
}
