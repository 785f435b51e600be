import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DEFAULT_LIMITS } from "../../src/directory/tenant-config.ts";
import { byNetwork, type Limit, limits } from "../../src/interaction/throttle.ts";
import { isLoopbackAddress, networkOf, networksOf, WIDER_NETWORK_TIMES } from "../../src/kernel/ip-address.ts";
import { mailLimits } from "../../src/mail/mail-budget.ts";
import { requestLimits } from "../../src/oauth/request-limits.ts";

test("a throttle counts an IPv4 address by itself and an IPv6 address by its /64", () => {
  assert.equal(networkOf("192.0.2.7"), "192.0.2.7");
  assert.equal(networkOf("::ffff:192.0.2.7"), "192.0.2.7");
  const same = [
    "2001:db8:1:2::1",
    "2001:db8:1:2:ffff:ffff:ffff:ffff",
    "2001:0db8:0001:0002::",
    "2001:DB8:1:2:3::%eth0",
  ];
  assert.equal(new Set(same.map(networkOf)).size, 1);
  assert.notEqual(networkOf("2001:db8:1:3::1"), networkOf("2001:db8:1:2::1"));
  assert.equal(networkOf("::1"), "0:0:0:0::/64");
  assert.equal(networkOf("fe80::1"), "fe80:0:0:0::/64");
});

test("and an IPv6 address by its /48 too, which has a few times as many", () => {
  assert.deepEqual(networksOf("192.0.2.7"), [{ name: "192.0.2.7", times: 1 }]);
  assert.deepEqual(networksOf("::ffff:192.0.2.7"), [{ name: "192.0.2.7", times: 1 }]);
  assert.deepEqual(networksOf("2001:db8:1:2::1"), [
    { name: "2001:db8:1::/48", times: WIDER_NETWORK_TIMES },
    { name: "2001:db8:1:2::/64", times: 1 },
  ]);
  assert.deepEqual(
    byNetwork("passwordByIp", "2001:db8:1:2::1").map(([limit, whose, times]) => [limit, whose, times]),
    [
      ["passwordByIp", "2001:db8:1::/48", WIDER_NETWORK_TIMES],
      ["passwordByIp", "2001:db8:1:2::/64", 1],
    ],
  );
});

test("loopback is 127/8 and ::1, however it is written", () => {
  for (const ip of ["127.0.0.1", "127.9.9.9", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"]) {
    assert.equal(isLoopbackAddress(ip), true, ip);
  }
  for (const ip of ["128.0.0.1", "::2", "::ffff:192.0.2.1", "localhost", "", "127.0.0.1.evil.example"]) {
    assert.equal(isLoopbackAddress(ip), false, ip);
  }
});

test("the threat model lists every throttle with its values (ASVS 6.1.1)", () => {
  const model = readFileSync(new URL("../../../../docs/threat-model.md", import.meta.url), "utf8");
  const rows = [...model.matchAll(/^\| `(\w+)` \|.*\| (\d[\d,]*) in (\d+) (seconds|minutes|hours) \|$/gm)];
  const unit = { seconds: 1_000, minutes: 60_000, hours: 3_600_000 };
  const documented = rows.map(([, name, count = "", length, of]): [string | undefined, Limit] => [
    name,
    { count: Number(count.replace(",", "")), windowMs: Number(length) * unit[of as keyof typeof unit] },
  ]);
  assert.deepEqual(Object.fromEntries(documented), {
    ...limits,
    ...requestLimits({ limits: DEFAULT_LIMITS }),
    ...mailLimits({ limits: DEFAULT_LIMITS }),
  });
});
