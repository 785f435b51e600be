import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import type { Store } from "../../../src/storage/store.ts";
import { signInBrowser } from "../../fixtures/browser.ts";
import { seed } from "../../fixtures/seed.ts";
import { type MakeStore, postgres, sqliteFile, sqliteMemory, type TestStore } from "../../storage/open-test-store.ts";
import {
  approvalBy,
  LIFETIME,
  MINUTE,
  pendingGrant,
  redemption,
  type Samples,
  sampleAudit,
  sampleUser,
  seedSamples,
  T0,
} from "../../storage/samples.ts";
import { inAnyOrder, type Person, type Session, type Step, sessions, type TestEnv } from "./grant-model.ts";

/** The real implementation: one grant in a store, and both users. */
interface Real {
  store: Store;
  samples: Samples;
  people: Record<Person, string>;
  grant: Awaited<ReturnType<typeof pendingGrant>>;
  families: string[];
}

async function perform(real: Real, step: Step, now: number): Promise<string> {
  const { store, grant, people } = real;
  const sessionId = "session" in step ? step.session : "";
  const userId = "session" in step ? people[sessions[step.session]] : "";
  switch (step.do) {
    case "claim": {
      const result = await store.grants.claim(grant.id, { sessionId, userId, now, audit: sampleAudit("grant") });
      return result.outcome === "claimed" && result.tookOver ? "took over" : result.outcome;
    }
    case "approve":
      return (await store.grants.approve(grant.id, approvalBy(userId, sessionId, grant.requested, now))).outcome;
    case "deny":
      return (await store.grants.deny(grant.id, { sessionId, reason: "user", now, audit: sampleAudit("grant") }))
        .outcome;
    case "deny_as_operator":
      return (
        await store.grants.deny(grant.id, { sessionId: null, reason: "operator", now, audit: sampleAudit("grant") })
      ).outcome;
    case "redeem":
    case "redeem_as_other_client": {
      // Like the token endpoint: reads who approved, signs, then redeems.
      const seen = await store.grants.findById(grant.id);
      const input = redemption(grant, seen?.userId ?? people.ana, now);
      real.families.push(input.family.id);
      const clientId = step.do === "redeem" ? grant.clientId : randomUUID();
      return (await store.tokens.redeem({ ...input, clientId })).outcome;
    }
    case "poll":
      return (await store.grants.poll(grant.deviceCodeHash))?.status ?? "unknown";
    case "disable":
    case "enable":
      await seed(store).setUserDisabled(people[step.person], step.do === "disable" ? now : null, now);
      return "done";
  }
}

async function observe(real: Real): Promise<TestEnv["grant"]> {
  const row = (await real.store.grants.findById(real.grant.id))!;
  const families = await Promise.all(real.families.map((id) => real.store.tokens.findFamily(id)));
  assert.ok(families.every((family) => !family || family.id === row.familyId));
  return {
    status: row.status,
    reason: row.denialReason,
    holder: row.sessionId as Session | null,
    families: families.filter(Boolean).length,
  };
}

/** Concurrent disabling and enabling give the same answers in either order. Only the state shows which came last. */
async function disabledIn({ store, people }: Real): Promise<TestEnv["disabled"]> {
  const isDisabled = async (person: Person) => (await store.directory.findUser(people[person]))?.disabledAt !== null;
  return { ana: await isDisabled("ana"), bo: await isDisabled("bo") };
}

/** Concurrent steps, each started after a few turns of the event loop's microtasks, so that they interleave. */
class Together implements fc.AsyncCommand<{ testEnv: TestEnv }, Real> {
  readonly steps: { step: Step; delay: number }[];

  constructor(steps: { step: Step; delay: number }[]) {
    this.steps = steps;
  }

  check() {
    return true;
  }

  async run(model: { testEnv: TestEnv }, real: Real) {
    const steps = this.steps.map(({ step }) => step);
    const begin = async ({ step, delay }: { step: Step; delay: number }) => {
      for (let turn = 0; turn < delay; turn++) await undefined;
      return perform(real, step, model.testEnv.now);
    };
    const answers = await Promise.all(this.steps.map(begin));
    // No answer shows whether disabling or enabling came last.
    const seen = JSON.stringify({ answers, grant: await observe(real), disabled: await disabledIn(real) });
    const legal = inAnyOrder(model.testEnv, steps);
    const explanation = legal.find(({ answers, testEnv: { grant, disabled } }) => {
      return JSON.stringify({ answers, grant, disabled }) === seen;
    });
    assert.ok(explanation, `no order of the steps results in ${seen}`);
    model.testEnv = explanation.testEnv;
  }

  toString() {
    return this.steps.map(({ step, delay }) => `${Object.values(step).join(" ")} +${delay}`).join(" ∥ ");
  }
}

class Advance implements fc.AsyncCommand<{ testEnv: TestEnv }, Real> {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }

  check() {
    return true;
  }

  async run(model: { testEnv: TestEnv }) {
    model.testEnv = { ...model.testEnv, now: model.testEnv.now + this.ms };
  }

  toString() {
    return `advance ${this.ms} ms`;
  }
}

const session = fc.constantFrom(...(Object.keys(sessions) as Session[]));
const person = fc.constantFrom<Person>("ana", "bo");
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("claim" as const), session }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("approve" as const, "deny" as const), session }) },
  { weight: 5, arbitrary: fc.constant<Step>({ do: "redeem" }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: "deny_as_operator" }, { do: "redeem_as_other_client" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "poll" }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("disable" as const, "enable" as const), person }) },
);
const together = fc
  .array(fc.record({ step, delay: fc.nat(30) }), { minLength: 1, maxLength: 4 })
  .map((steps) => new Together(steps));
const advance = fc.constantFrom(1, MINUTE, LIFETIME - 1, LIFETIME).map((ms) => new Advance(ms));
const walks = fc.commands([together, together, together, advance], { maxCommands: 12 });

function grantModel(makeStore: MakeStore, numRuns: number): void {
  let place: TestStore;
  let store: Store;
  let samples: Samples;
  before(async () => {
    place = await makeStore();
    store = await place.open();
    samples = await seedSamples(store);
  });
  after(() => place.remove());

  test(`whatever users and devices do at once, the grant follows one of its legal paths (${numRuns} walks)`, async () => {
    const { app, api } = samples;
    const walk = fc.asyncProperty(walks, async (commands) => {
      const [ana, bo] = [sampleUser(), sampleUser()];
      for (const { id: userId } of [ana, bo]) {
        const consent = { clientId: app.clientId, resourceId: api.clientId, scopes: samples.scopes.resourceScopes };
        await seed(store).addConsent({ ...consent, userId });
      }
      await seed(store).insertUser(ana);
      await seed(store).insertUser(bo);
      const people = { ana: ana.id, bo: bo.id };
      for (const [id, person] of Object.entries(sessions)) await signInBrowser(store, people[person], T0, id);
      const real: Real = { store, samples, people, grant: await pendingGrant(store, samples), families: [] };
      const testEnv: TestEnv = {
        grant: { status: "pending", reason: null, holder: null, families: 0 },
        now: T0,
        expiresAt: real.grant.expiresAt,
        disabled: { ana: false, bo: false },
        signedOut: { ana: false, bo: false },
      };
      await fc.asyncModelRun(() => ({ model: { testEnv }, real }), commands);
    });
    // A failure prints its seed, its path and the shortest walk that reproduces it.
    await fc.assert(walk, { numRuns, verbose: 1 });
  });
}

describe("the grant's state machine in SQLite, in memory", () => grantModel(sqliteMemory, 400));
describe("the grant's state machine in SQLite, in a file", () => grantModel(sqliteFile, 100));
describe("the grant's state machine in PostgreSQL", () => grantModel(postgres, 60));
