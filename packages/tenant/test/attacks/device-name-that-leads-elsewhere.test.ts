import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { requestCode } from "../../../../tests/fixtures/device.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";

/** The page quotes what a device says about itself. The attacker wants the user to go, write or call there. */
describe("a device name that leads a person elsewhere", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant();
  });
  after(() => tenant.close());

  const names: Record<string, string> = {
    "a web address": "verify at evil.example",
    "a web address in letters of another width": "ｅｖｉｌ．ｅｘａｍｐｌｅ",
    "a web address with a dot that only looks like one": "evil\ua4f8example",
    "an email address": "help@contoso",
    "an IP address": "see 203.0.113.7",
    "an IPv6 address": "see 2001:db8::7",
    "a telephone number": "Support: 0800 123 4567",
    "a telephone number in digits of another script": "\u0660\u0668\u0660\u0660 \u0661\u0662\u0663 \u0664\u0665\u0666",
  };
  for (const field of ["device_name", "device_platform"]) {
    for (const [what, text] of Object.entries(names)) {
      test(`${what} gets no code (${field})`, async () => {
        const { status, body } = await requestCode(tenant, { [field]: text });
        assert.deepEqual([status, body.error, body.user_code], [400, "invalid_request", undefined]);
        assert.match(body.error_description, new RegExp(`'${field}': it looks like an? `));
      });
    }
  }

  test("a name in fullwidth letters is shown in plain ones", async () => {
    const { body } = await requestCode(tenant, { device_name: "Ｋｉｔｃｈｅｎ ＴＶ" });
    const grant = await tenant.context.store.grants.findByUserCode(body.user_code.replace("-", ""));
    assert.equal(grant?.deviceName, "Kitchen TV");
  });
});
