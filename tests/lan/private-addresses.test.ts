// The client and the tenant share no code. Both have to agree on which addresses only a local network reaches.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isLocalNetwork } from "../../packages/client/src/transport/secure-url.ts";
import { isFromLocalNetwork } from "../../packages/tenant/src/server/lan-address.ts";

const addresses = {
  local: [
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.9.9",
    "fc00::1",
    "fd12::9",
  ],
  other: [
    "9.255.255.255",
    "11.0.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.169.0.1",
    "100.64.0.1",
    "fe80::1",
    "2001:db8::1",
  ],
};

for (const [kind, list] of Object.entries(addresses)) {
  test(`the client and the tenant agree on ${kind} addresses`, () => {
    for (const address of list) {
      const { hostname } = new URL(`http://${address.includes(":") ? `[${address}]` : address}/`);
      assert.equal(isLocalNetwork(hostname), kind === "local", `client: ${address}`);
      assert.equal(isFromLocalNetwork(address), kind === "local", `tenant: ${address}`);
    }
  });
}
