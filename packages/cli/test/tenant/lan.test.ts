import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { localNetwork, noLocalNetwork } from "../../../../tests/fixtures/local-network.ts";
import { scratch } from "../../../tenant/test/server/scratch.ts";
import { command, startProcess } from "./tenant-process.ts";

describe("doorcode tenant start --lan", { skip: noLocalNetwork }, () => {
  for (const lan of [(address: string) => ["--lan", address], (address: string) => [`--lan=${address}`]]) {
    test(`puts the pages on the address of ${lan("ADDRESS").join(" ")}, and leaves the rest on loopback`, async (t) => {
      await using network = await localNetwork();
      const { ready, stop } = await startProcess(t, join(await scratch(t), "tenant"), lan(network.here.ipv4));
      assert.match(ready.pages, new RegExp(`^http://${network.here.ipv4.replaceAll(".", "\\.")}:\\d+$`));
      assert.equal(ready.verification_uri, `${ready.pages}/device`);
      assert.match(ready.authority, /^https:\/\/localhost:/);
      assert.match(ready.inbox?.url ?? "", /^http:\/\/localhost:\d+\/inbox\/messages$/);
      assert.equal((await fetch(ready.verification_uri)).status, 200);
      assert.equal(await stop("SIGINT"), 130);
    });
  }

  test("shows on the terminal what the local network can reach", async (t) => {
    await using network = await localNetwork();
    const args = ["start", "--data", join(await scratch(t), "tenant"), "--port", "0", "--lan", network.here.ipv6];
    const { stderr } = await command(args, { until: /Ctrl-C stops/ });
    assert.match(stderr, /Code page {2}http:\/\/\[fd[0-9a-f:]+\]:\d+\/device/);
    assert.match(stderr, /^Every device on the local network can open the pages, and nothing else\.$/m);
    assert.match(stderr, /^They use http: others on the network can read what is typed\. For trying it out only\.$/m);
  });
});

describe("errors of --lan", () => {
  test("an address of another computer is an error that lists the addresses of this one", async (t) => {
    const args = ["start", "--data", join(await scratch(t), "tenant"), "--port", "0", "--lan", "192.168.255.254"];
    const { exit, stderr } = await command(args);
    assert.equal(exit, 2);
    assert.match(
      stderr,
      /^doorcode: 192\.168\.255\.254 is not an address of this computer\.\nIt has .+\.\n\(lan_address_refused\)\n$/,
    );
  });

  test("--https without --lan is a usage error", async () => {
    const { exit, stderr } = await command(["start", "--https"]);
    assert.equal(exit, 2);
    assert.match(stderr, /--https needs --lan\./);
  });
});
