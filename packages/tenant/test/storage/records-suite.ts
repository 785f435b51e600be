import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { AuditPlace, AuditSearch, Store } from "../../src/storage/store.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { DAY, MINUTE, rotation, sampleAudit, seedSamples, signedIn, T0 } from "./samples.ts";

const HOUR = 60 * MINUTE;

/** What administrators look up about what happened. */
export function recordsSuite(makeStore: MakeStore): void {
  describe("searching the audit log", () => {
    let place: TestStore;
    let store: Store;
    const [ana, bo, app] = [randomUUID(), randomUUID(), randomUUID()];
    const write = (number: number, event: string, about: object = {}) =>
      store.audit.write({ ...sampleAudit(event, T0 + number * MINUTE), ip: null, detail: { number }, ...about });

    before(async () => {
      place = await makeStore();
      store = await place.open();
      await write(1, "user.signed_in", { userId: ana, ip: "203.0.113.7" });
      await write(2, "device_grant.approved", { userId: ana, clientId: app, ip: "203.0.113.7" });
      await write(3, "refresh_token.rotated", { userId: ana, clientId: app, ip: "203.0.113.7" });
      await write(4, "user.signed_in", { userId: bo, ip: "::ffff:203.0.113.7" });
      // Two of one moment, of which the second was written later.
      await write(5, "group.created");
      await write(5, "graph.user.changed", { userId: bo, clientId: app, detail: { number: 6, user_id: ana } });
      await write(7, "refresh_token.rotated", { userId: bo, clientId: app });
      // An administrator's change of their own account is found once.
      await write(8, "graph.user.changed", { userId: ana, detail: { number: 8, user_id: ana } });
    });
    after(() => place.remove());

    /** The numbers of all records that fit, read in pages. */
    async function found(filter: AuditSearch, limit = 50): Promise<unknown[]> {
      const numbers: unknown[] = [];
      for (let next: AuditPlace | null | undefined; next !== null; ) {
        const page = await store.audit.search({ ...filter, after: next, limit });
        assert.ok(page.records.length <= limit);
        numbers.push(...page.records.map(({ detail }) => detail.number));
        next = page.next;
      }
      return numbers;
    }

    test("lists all records, newest first, in pages of any size", async () => {
      for (const limit of [1, 2, 3, 8, 50]) assert.deepEqual(await found({}, limit), [8, 7, 6, 5, 4, 3, 2, 1]);
    });

    const searches: [what: string, filter: AuditSearch, numbers: number[]][] = [
      ["an event", { event: "user.signed_in" }, [4, 1]],
      ["an event, also through Graph", { event: "user.changed" }, [8, 6]],
      ["a user: by and about them, without renewals", { userId: ana }, [8, 6, 2, 1]],
      ["the renewals of a user", { userId: ana, event: "refresh_token.rotated" }, [3]],
      ["a user and an event", { userId: ana, event: "user.signed_in" }, [1]],
      ["an app, without renewals", { clientId: app }, [6, 2]],
      ["the renewals of an app", { clientId: app, event: "refresh_token.rotated" }, [7, 3]],
      ["an address, also in its IPv6 form", { ip: "203.0.113.7" }, [4, 2, 1]],
      ["an address and an app", { ip: "203.0.113.7", clientId: app }, [2]],
      ["a user and an address", { userId: bo, ip: "203.0.113.7" }, [4]],
      ["a time", { since: T0 + 2 * MINUTE, until: T0 + 5 * MINUTE }, [4, 3, 2]],
      ["a time and a user", { userId: ana, since: T0 + 2 * MINUTE, until: T0 + 8 * MINUTE }, [6, 2]],
      ["an unknown user", { userId: randomUUID() }, []],
      ["text that is no event", { event: "' or 1=1 --" }, []],
    ];
    for (const [what, filter, numbers] of searches) {
      test(`finds ${what}`, async () => {
        for (const limit of [1, 50]) assert.deepEqual(await found(filter, limit), numbers);
      });
    }

    test("what is written while someone reads appears on no later page, and moves none", async () => {
      const first = await store.audit.search({ limit: 2 });
      await write(9, "user.signed_out", { userId: ana });
      const second = await store.audit.search({ limit: 2, after: first.next! });
      assert.deepEqual(
        [...first.records, ...second.records].map(({ detail }) => detail.number),
        [8, 7, 6, 5],
      );
    });

    test("counts events by slots of time, whose beginning belongs to them and whose end does not", async () => {
      const at = (slot: number, more: number) => ({ at: (Math.floor(T0 / HOUR) + slot) * HOUR + more });
      for (const [slot, more] of [
        [100, 0],
        [100, HOUR - 1],
        [101, 0],
        [103, 0],
      ] as const) {
        await store.audit.write({ ...sampleAudit("passkey.added"), ...at(slot, more) });
      }
      await store.audit.write({ ...sampleAudit("passkey.removed"), ...at(101, 0) });
      const between = { from: at(100, 0).at, to: at(103, 0).at, slotMs: HOUR };
      const counted = await store.audit.countBySlot({ events: ["passkey.added", "passkey.renamed"], ...between });
      assert.deepEqual(
        counted.sort((one, other) => one.at - other.at),
        [
          { at: at(100, 0).at, event: "passkey.added", count: 2 },
          { at: at(101, 0).at, event: "passkey.added", count: 1 },
        ],
      );
      assert.deepEqual(await store.audit.countBySlot({ events: [], ...between }), []);
    });
  });

  describe("one sign-in of a program, described", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    test("has its names, device and newest renewals, also after its end", async () => {
      const samples = await seedSamples(store);
      const { family, tokenHash } = await signedIn(store, samples);
      const fresh = await store.tokens.describeFamily(family.id, { renewals: 2 });
      assert.deepEqual(fresh?.renewals, { count: 0, newest: [] });
      for (let number = 1, hash = tokenHash; number <= 3; number++) {
        const input = rotation(hash, samples.app.clientId, T0 + number * HOUR);
        assert.equal((await store.tokens.rotate(input)).outcome, "rotated");
        hash = input.next.tokenHash;
      }
      await store.tokens.revokeFamily(family.id, "operator", T0 + DAY, sampleAudit("sign_in.revoked"));
      const described = await store.tokens.describeFamily(family.id, { renewals: 2 });
      assert.deepEqual(described?.renewals, {
        count: 3,
        newest: [
          { at: T0 + 3 * HOUR, from: "203.0.113.7" },
          { at: T0 + 2 * HOUR, from: "203.0.113.7" },
        ],
      });
      assert.equal(described?.email, samples.user.email);
      assert.equal(described?.appName, samples.app.name);
      assert.equal(described?.device.deviceName, "Kitchen TV");
      assert.equal(described?.endsAt, T0 + 3 * HOUR + 90 * DAY);
      assert.equal(described?.revokedReason, "operator");
      assert.equal(await store.tokens.describeFamily(randomUUID(), { renewals: 2 }), undefined);
    });

    test("has the records of its grant and those that name its family, oldest first, without renewals", async () => {
      const [grantId, familyId, userId, other] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
      const write = (event: string, minute: number, about: object) =>
        store.audit.write({ ...sampleAudit(event, T0 + minute * MINUTE), ...about });
      await write("device_grant.approved", 1, { grantId, userId });
      await write("device_grant.redeemed", 2, { grantId, userId, detail: { family: familyId } });
      await write("refresh_token.rotated", 3, { grantId, userId, detail: { family: familyId } });
      await write("sign_in.renamed", 4, { userId, detail: { family: familyId } });
      await write("sign_in.renamed", 5, { userId, detail: { family: other } });
      await write("sign_in.revoked", 6, { userId: other, detail: { family: familyId } });
      await write("console.sign_in.renamed", 6, { userId: other, detail: { family: familyId, user_id: userId } });
      await write("sign_in.revoked", 7, { grantId, userId, detail: { family: familyId } });
      const family = { id: familyId, userId };
      const events = async (of: Parameters<Store["audit"]["listSignIn"]>[0]) =>
        (await store.audit.listSignIn(of)).map(({ event }) => event);
      assert.deepEqual(await events({ grantId, family, since: T0, limit: 50 }), [
        ...["device_grant.approved", "device_grant.redeemed", "sign_in.renamed"],
        ...["console.sign_in.renamed", "sign_in.revoked"],
      ]);
      assert.deepEqual(await events({ grantId, family: null, since: T0, limit: 2 }), [
        ...["device_grant.approved", "device_grant.redeemed"],
      ]);
      assert.deepEqual(await events({ grantId: null, family, since: T0 + 7 * MINUTE, limit: 50 }), ["sign_in.revoked"]);
    });
  });

  describe("searching the inbox", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const arrive = async (to: string, subject: string) => {
      const mail = { id: randomUUID(), to, subject, text: "", html: "", createdAt: T0 };
      await store.mail.insertMail(mail);
      return mail.id;
    };
    const subjects = async (text: string) =>
      (await store.mail.searchMails({ text, limit: 9 })).mails.map(({ subject }) => subject);

    test("finds mails by a part of their recipient or subject, in any case, newest first, and counts them", async () => {
      await arrive("Ana@contoso.example", "Your code");
      await arrive("bo@contoso.example", "100% yours");
      await arrive("a_na@contoso.example", "A new device");
      assert.deepEqual(await subjects(""), ["A new device", "100% yours", "Your code"]);
      assert.deepEqual(await subjects("ANA@"), ["Your code"]);
      assert.deepEqual(await subjects("your"), ["100% yours", "Your code"]);
      // Not a pattern.
      assert.deepEqual(await subjects("%"), ["100% yours"]);
      assert.deepEqual(await subjects("a_n"), ["A new device"]);
      assert.deepEqual(await subjects("\\"), []);
      const { mails, total } = await store.mail.searchMails({ text: "", limit: 1 });
      assert.deepEqual([mails.length, total], [1, 3]);
    });

    test("deletes one mail, once, and what was found, but nothing that arrived since", async () => {
      await store.mail.deleteMails({ text: "", upTo: Number.MAX_SAFE_INTEGER });
      const id = await arrive("cy@contoso.example", "One");
      assert.equal(await store.mail.deleteMails({ id }), 1);
      assert.equal(await store.mail.deleteMails({ id }), 0);
      await arrive("cy@contoso.example", "Two");
      await arrive("di@contoso.example", "Three");
      const { mails } = await store.mail.searchMails({ text: "cy@", limit: 9 });
      await arrive("cy@contoso.example", "Four");
      assert.equal(await store.mail.deleteMails({ text: "cy@", upTo: mails[0]!.seq }), 1);
      assert.deepEqual(await subjects(""), ["Four", "Three"]);
    });
  });
}
