import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { networkOf } from "../../src/kernel/ip-address.ts";
import { isThisComputer, shownAddress } from "../../src/ui/place.ts";

const loopback = { pagesOrigin: "http://localhost:8444", localPagesOrigin: "http://localhost:8444", embedded: true };
const lan = { ...loopback, pagesOrigin: "https://192.168.1.20:8444" };
const served = { pagesOrigin: "https://login.example", localPagesOrigin: "https://login.example", embedded: false };
const here = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", networkOf("::1"), networkOf("127.0.0.1")];

describe("where a request came from, as people read it", () => {
  test("on an embedded tenant, its own computer has no address", () => {
    for (const ip of here) {
      assert.equal(shownAddress(ip, loopback, "::1"), null, ip);
      assert.equal(shownAddress(ip, loopback, null), null, ip);
    }
    assert.equal(shownAddress("::ffff:192.0.2.7", loopback, "::1"), "192.0.2.7");
    assert.equal(shownAddress("2001:db8::/64", loopback, "::1"), "2001:db8::/64");
  });

  test("a served tenant shows every address", () => {
    for (const ip of here) assert.notEqual(shownAddress(ip, served, "::1"), null, ip);
    assert.equal(shownAddress("::ffff:127.0.0.1", served, null), "127.0.0.1");
  });

  test("with pages on the local network, only its own browser reads 'this computer', others its address there", () => {
    for (const ip of [...here, "192.168.1.20"]) {
      assert.equal(isThisComputer(ip, lan), true, ip);
      assert.equal(shownAddress(ip, lan, "192.168.1.20"), null, ip);
      assert.equal(shownAddress(ip, lan, "192.168.1.31"), "192.168.1.20", ip);
    }
    assert.equal(shownAddress("192.168.1.31", lan, "192.168.1.31"), "192.168.1.31");
  });
});
