import assert from "node:assert/strict";
import { test } from "node:test";
import { noLocalNetwork } from "../fixtures/local-network.ts";
import { inTheRoom, sayYes, scan, signInOnPhone } from "./tv-and-phone.ts";

test("a phone in the room scans the TV's QR code and signs the TV in", {
  skip: noLocalNetwork,
  timeout: 300_000,
}, async () => {
  await inTheRoom(async (room) => {
    const { network, phone, tenant } = room;
    const scanned = await scan(room);
    assert.ok(scanned.startsWith(`http://${network.here.ipv4}:`), scanned);
    assert.equal(new URL(scanned).origin, tenant.pages);
    await signInOnPhone(room);
    assert.match(await phone.locator("main").innerText(), /Living-room TV[\s\S]*/);
    await sayYes(room);
  });
});
