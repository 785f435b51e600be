// `--lan`: the second device is on the local network, in a network namespace of its own.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { localNetwork, noLocalNetwork } from "../../../tests/fixtures/local-network.ts";
import { readOptions } from "../options.ts";
import { startProcess } from "./fixtures/main-job-process.ts";

describe("the main job with its pages on the local network", { skip: noLocalNetwork }, () => {
  test("says who can reach what, shows a QR code, and prints the emailed code for the person with the phone", async (t) => {
    await using network = await localNetwork();
    const demo = startProcess(t, "demo.ts", {}, "--lan", network.here.ipv4);
    const exitCode = await demo.ended;
    const transcript = demo.stdout();
    assert.equal(exitCode, 0, transcript + demo.stderr());
    const address = network.here.ipv4.replaceAll(".", "\\.");
    assert.match(
      transcript,
      new RegExp(`^Every device on this network can open the pages at http://${address}:\\d+,`, "m"),
    );
    assert.match(
      transcript,
      new RegExp(`page {2}http://${address}:\\d+/device {3}\\(open on your phone, on this network\\)`),
    );
    assert.match(transcript, /^device │ {3}█/m, "a QR code");
    assert.match(transcript, /^ {2}mail {5}http:\/\/localhost:\d+\/inbox$/m);
    const [, mailed] = /^ {2}mail for demo@example\.com: the code is (\d{8})$/m.exec(transcript) ?? [];
    assert.ok(transcript.includes(`${mailed}, as the mail says`), transcript);
    assert.match(transcript, /From {5}This computer/);
  });

  test("ends with one sentence at an address that is not this computer's", async (t) => {
    const demo = startProcess(t, "demo.ts", {}, "--lan", "192.168.255.254");
    assert.equal(await demo.ended, 1);
    assert.match(demo.stderr(), /^192\.168\.255\.254 is not an address of this computer\. It has .+\.\n$/);
  });
});

test("an unknown option ends it with 2 and one sentence", async (t) => {
  const demo = startProcess(t, "demo.ts", {}, "--lna");
  assert.equal(await demo.ended, 2);
  assert.match(demo.stderr(), /^Unknown option --lna\. .+\n$/);
});

test("reads its options, and names an unknown one", () => {
  assert.deepEqual(readOptions([]), { mfa: false });
  assert.deepEqual(readOptions(["--lan"]), { mfa: false, lan: { https: false } });
  assert.deepEqual(readOptions(["--lan", "10.0.0.5", "--mfa"]), {
    mfa: true,
    lan: { address: "10.0.0.5", https: false },
  });
  assert.deepEqual(readOptions(["--https", "--lan=fd00::5"]), { mfa: false, lan: { address: "fd00::5", https: true } });
  assert.throws(() => readOptions(["--lna"]), /Unknown option --lna\./);
  assert.throws(() => readOptions(["--https"]), /--https goes with --lan/);
});
