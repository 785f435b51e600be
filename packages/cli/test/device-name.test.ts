import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanDeviceText } from "../../tenant/src/directory/device-text.ts";
import { deviceNameToSend } from "../src/login.ts";

test("a computer's name is sent without its domain, and not at all if it looks like a number", () => {
  assert.deepEqual(deviceNameToSend("build7.contoso.example"), { deviceName: "build7" });
  assert.deepEqual(deviceNameToSend("DESKTOP-AB12CD3"), { deviceName: "DESKTOP-AB12CD3" });
  assert.deepEqual(deviceNameToSend("x".repeat(63)), { deviceName: "x".repeat(40) });
  for (const host of ["", "ip-172-31-20-15", "192.0.2.7.", "b827eb1234567", ".local"]) {
    const { deviceName } = deviceNameToSend(host);
    assert.ok(deviceName === undefined || deviceName === "192", host);
  }
});

test("a tenant accepts the name that is sent for any host name", () => {
  const hosts = ["localhost", "3f2a1b9c0d4e", "ip-10-0-1-2", "aks-12345678-vmss0", "www.contoso.example", "a.b.c"];
  for (const host of hosts) {
    const { deviceName } = deviceNameToSend(host);
    assert.deepEqual(cleanDeviceText(deviceName), { text: deviceName ?? null }, host);
  }
});
