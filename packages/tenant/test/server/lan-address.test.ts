import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Interfaces, isFromLocalNetwork, lanAddress, watchLanAddress } from "../../src/server/lan-address.ts";

const computer =
  (...addresses: string[]): Interfaces =>
  () => ({
    lo: [{ address: "127.0.0.1", internal: true } as never],
    net: addresses.map((address) => ({ address, internal: false }) as never),
  });
const routedBy = (address?: string) => async () => address;

describe("the address of the pages on the local network", () => {
  test("is the one of the default route, where none is asked for", async () => {
    const here = computer("10.0.0.5", "192.168.1.20", "fd00::5");
    assert.equal(await lanAddress(undefined, here, routedBy("192.168.1.20")), "192.168.1.20");
  });

  test("is the only one there is, where nothing is routed or by an address of the internet", async () => {
    for (const route of [undefined, "203.0.113.9"]) {
      assert.equal(await lanAddress(undefined, computer("203.0.113.9", "fd00::5"), routedBy(route)), "fd00::5");
    }
  });

  test("has to be chosen where there are several", async () => {
    const here = computer("10.0.0.5", "192.168.1.20");
    await assert.rejects(lanAddress(undefined, here, routedBy()), {
      code: "lan_address_refused",
      message: "This computer has several addresses on local networks.",
      hint: "Choose one: --lan 10.0.0.5, --lan 192.168.1.20",
    });
  });

  test("is missed in one sentence where there is none", async () => {
    await assert.rejects(lanAddress(undefined, computer("203.0.113.9"), routedBy("203.0.113.9")), {
      code: "lan_address_refused",
      message: "This computer has no address on a local network.",
    });
  });

  test("is taken in any spelling", async () => {
    const here = computer("192.168.1.20", "fd00::5");
    for (const [asked, address] of [
      ["192.168.1.20", "192.168.1.20"],
      ["FD00::5", "fd00::5"],
      ["[fd00:0:0::5]", "fd00::5"],
    ] as const) {
      assert.equal(await lanAddress(asked, here), address);
    }
  });

  for (const [asked, message] of [
    ["kitchen", /^The address for the local network is not an IP address\.$/],
    ["", /^The address for the local network is not an IP address\.$/],
    ["192.168.1.21", /^192\.168\.1\.21 is not an address of this computer\.$/],
    ["203.0.113.9", /is not an address of a local network\.$/],
    ["2001:db8::5", /is not an address of a local network\.$/],
    ["127.0.0.1", /^Other devices cannot reach 127\.0\.0\.1/],
    ["::1", /^Other devices cannot reach ::1/],
    ["0.0.0.0", /means every address/],
    ["::", /means every address/],
    ["fe80::5%eth0", /is an IPv6 link-local address, which browsers cannot open\.$/],
    ["fe80::5", /is an IPv6 link-local address, which browsers cannot open\.$/],
  ] as const) {
    test(`is not ${asked || "empty"}: the error says why, and which addresses there are`, async () => {
      await assert.rejects(
        lanAddress(asked, computer("192.168.1.20", "203.0.113.9")),
        (error: Error & { hint?: string }) => {
          assert.match(error.message, message);
          assert.match(error.hint ?? "", /192\.168\.1\.20/);
          return true;
        },
      );
    });
  }

  test("answers requests of local networks and of this computer, and of no other network", () => {
    for (const ip of ["10.1.2.3", "::ffff:192.168.1.7", "fd00::7", "127.0.0.1", "::1"]) {
      assert.ok(isFromLocalNetwork(ip), ip);
    }
    for (const ip of ["198.51.100.2", "::ffff:8.8.8.8", "2001:db8::7"]) assert.ok(!isFromLocalNetwork(ip), ip);
  });

  test("is said to be gone, and to be back, once each", (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    let here = computer("192.168.1.20");
    const said: boolean[] = [];
    const stop = watchLanAddress(
      "192.168.1.20",
      (present) => said.push(present),
      () => here(),
    );
    t.mock.timers.tick(20_000);
    assert.deepEqual(said, []);
    here = computer();
    t.mock.timers.tick(20_000);
    here = computer("192.168.1.20");
    t.mock.timers.tick(20_000);
    assert.deepEqual(said, [false, true]);
    stop();
    here = computer();
    t.mock.timers.tick(20_000);
    assert.deepEqual(said, [false, true]);
  });
});
