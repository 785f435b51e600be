import assert from "node:assert/strict";
import { test } from "node:test";
import { noTelemetry, type Telemetry } from "../../src/kernel/telemetry.ts";
import { pagesUnderTest } from "./pages-under-test.ts";
import { afterPassword, codeAt, personWithApp, wrongCode } from "./second-factor/authenticator.ts";
import { askForCode, enterCode, signIn } from "./walks.ts";

const ADA = "ada@contoso.example";

test("each factor that is checked counts by method and outcome, a wrong one for an unknown address too", async (t) => {
  const testEnv = await pagesUnderTest(t);
  const counted: Parameters<Telemetry["signIn"]>[] = [];
  testEnv.ctx.telemetry = { ...noTelemetry, signIn: (...each) => void counted.push(each) };
  const { secret } = await personWithApp(testEnv);
  const now = testEnv.ctx.clock.now();

  const { browser, page } = await afterPassword(testEnv);
  await browser.send(page, "/second-factor/app", { code: wrongCode(secret, now) });
  await browser.send(page, "/second-factor/app", { code: codeAt(secret, now) });
  assert.deepEqual(counted.splice(0), [
    ["password", "success"],
    ["app", "failure"],
    ["app", "success"],
  ]);

  const other = testEnv.browser();
  const { userCode } = await testEnv.grant();
  const refused = await signIn(other, await enterCode(other, userCode), "unknown@contoso.example");
  const asked = await askForCode(other, refused, ADA);
  await other.send(asked, "/sign-in/code", { code: "00000000" });
  assert.deepEqual(counted, [
    ["password", "failure"],
    ["email_code", "failure"],
  ]);
});
