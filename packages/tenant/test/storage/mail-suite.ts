import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { MailCodePurpose, Store } from "../../src/storage/store.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { DAY, MINUTE, sampleInteraction, T0 } from "./samples.ts";

export function mailSuite(makeStore: MakeStore): void {
  describe("mail codes and mails", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    /** A flow that has requested a code, and how to send and use one in it. */
    const start = async (email = "Ana@contoso.example", expiresAt = T0 + DAY) => {
      const sessionId = randomUUID();
      await store.sessions.ensure({ id: sessionId, createdAt: T0, expiresAt: T0 + DAY });
      const flow = sampleInteraction(sessionId, {
        email: { address: email, purpose: "sign_up", verifiedAt: null },
        expiresAt,
      });
      await store.sessions.insertInteraction(flow);
      const interactionId = flow.id;
      const send = (codeHash: string, emailNormalized = "ana@contoso.example") =>
        store.mail.insertCode({
          id: randomUUID(),
          purpose: "sign_up",
          interactionId,
          emailNormalized,
          codeHash,
          mailId: null,
          createdAt: T0,
          expiresAt: T0 + 10 * MINUTE,
        });
      const use = (codeHash: string, changes: { now?: number; sessionId?: string; purpose?: MailCodePurpose } = {}) =>
        store.mail.useCode({
          interactionId,
          sessionId,
          purpose: "sign_up",
          codeHash,
          maxAttempts: 5,
          now: T0,
          ...changes,
        });
      return { sessionId, flow, interactionId, send, use };
    };

    test("a code proves nothing for another purpose than the one it was mailed for", async () => {
      const { send, use, interactionId, sessionId } = await start();
      await send("right");
      assert.equal(await use("right", { purpose: "reset" }), "none");
      await store.sessions.setEmail(interactionId, sessionId, "ana@contoso.example", "reset");
      assert.notEqual(await use("right", { purpose: "reset" }), "ok");
      assert.notEqual(await use("right"), "ok");
    });

    test("the right code verifies the address, once", async () => {
      const { sessionId, interactionId, send, use } = await start();
      assert.equal(await use("right"), "none");
      await send("right");
      assert.equal(await use("wrong"), "wrong");
      assert.equal(await use("right", { now: T0 + 7 }), "ok");
      assert.equal((await store.sessions.findInteraction(interactionId, sessionId, T0))?.email?.verifiedAt, T0 + 7);
      assert.equal(await use("right"), "dead");
    });

    test("of one code used twice at once, one use counts", async () => {
      const { send, use } = await start();
      await send("right");
      const results = await Promise.all(Array.from({ length: 8 }, () => use("right")));
      assert.equal(results.filter((result) => result === "ok").length, 1);
      assert.equal(results.filter((result) => result === "dead").length, 7);
    });

    test("five wrong attempts kill a code, also when made at once; then the right one is rejected", async () => {
      const { send, use } = await start();
      await send("right");
      const results = await Promise.all(Array.from({ length: 20 }, (_, index) => use(`wrong ${index}`)));
      assert.equal(results.filter((result) => result === "wrong").length, 5);
      assert.equal(results.filter((result) => result === "dead").length, 15);
      assert.equal(await use("right"), "dead");
    });

    test("a new code replaces the earlier one and has its own attempts", async () => {
      const { send, use } = await start();
      await send("first");
      for (let attempt = 0; attempt < 5; attempt++) await use("wrong");
      await send("second");
      assert.equal(await use("first"), "wrong");
      assert.equal(await use("second"), "ok");
    });

    test("a code expires on time and works in its own flow and session only", async () => {
      const { send, use } = await start();
      const other = await start();
      await send("right");
      assert.equal(await use("right", { now: T0 + 10 * MINUTE }), "dead");
      assert.equal(await use("right", { sessionId: other.sessionId }), "none");
      assert.equal(await other.use("right"), "none");
      assert.equal(await use("right", { now: T0 + 10 * MINUTE - 1 }), "ok");
    });

    test("a code ends with its interaction, to the millisecond", async () => {
      const { send, use, flow } = await start("Ana@contoso.example", T0 + MINUTE);
      await send("right");
      assert.equal(await use("right", { now: flow.expiresAt }), "none");
      assert.equal(await use("right", { now: flow.expiresAt - 1 }), "ok");
    });

    test("a purge deletes used and expired codes, and no valid one", async () => {
      const [good, used] = [await start(), await start()];
      for (const { send } of [good, used]) await send("right");
      assert.equal(await used.use("right"), "ok");
      await store.purgeExpired(T0 + 10 * MINUTE - 1);
      assert.equal(await used.use("right"), "none");
      assert.equal(await good.use("wrong", { now: T0 + 10 * MINUTE - 1 }), "wrong");
      await store.purgeExpired(T0 + 10 * MINUTE);
      assert.equal(await good.use("right", { now: T0 + 10 * MINUTE - 1 }), "none");
    });

    test("a code sent to one address does not verify another one that the flow has changed to", async () => {
      const { sessionId, interactionId, send, use } = await start();
      await store.sessions.setEmail(interactionId, sessionId, "eve@contoso.example", "sign_up");
      await send("right", "ana@contoso.example");
      assert.equal(await use("right"), "wrong");
      assert.equal((await store.sessions.findInteraction(interactionId, sessionId, T0))?.email?.verifiedAt, null);
    });

    test("mails are listed newest first, also those of one millisecond, all or for one recipient", async () => {
      const bodies = { text: "text", html: "<p>html</p>", createdAt: T0 };
      const mails = ["Ana@contoso.example", "bo@contoso.example", "ana@contoso.example"].map((to, index) => ({
        id: randomUUID(),
        to,
        subject: `Mail ${index}`,
        ...bodies,
      }));
      for (const mail of mails) await store.mail.insertMail(mail);
      const [first, second, third] = mails;
      assert.deepEqual(await store.mail.listMails(), [third, second, first]);
      assert.deepEqual(await store.mail.listMails("ana@contoso.example"), [third, first]);
      assert.deepEqual(await store.mail.findMail(second!.id), second);
      assert.equal(await store.mail.findMail("unknown"), undefined);
      await store.mail.insertMail({ ...first!, subject: "Delivered again" });
      assert.deepEqual(await store.mail.listMails(), [third, second, first]);
      await store.purgeExpired(T0 + 7 * DAY - 1);
      assert.equal((await store.mail.listMails()).length, 3);
      await store.purgeExpired(T0 + 7 * DAY);
      assert.deepEqual(await store.mail.listMails(), []);
    });
  });
}
