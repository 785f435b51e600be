import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { noProxies, proxyCases } from "../../../../tests/fixtures/proxy-cases.ts";
import { proxyFor } from "../../src/transport/proxy.ts";

describe("the proxy in the environment", () => {
  for (const { env, url, goes } of proxyCases) {
    test(`${JSON.stringify(env)}: ${url} goes ${goes ?? "directly"}`, () => {
      const proxy = proxyFor(new URL(url), env);
      assert.equal(proxy ? `${proxy.url.protocol}${proxy.name.split(" ")[0]}` : null, goes);
    });
  }

  for (const [text, says] of noProxies) {
    test(`${text} is refused without its text`, () => {
      assert.throws(
        () => proxyFor(new URL("https://issuer.example/"), { HTTPS_PROXY: text }),
        (error: Error) => error.name === "ProxyError" && says.test(error.message) && !error.message.includes("canary"),
      );
    });
  }

  test("its name in errors includes the variable, but no user name or password", () => {
    const env = { ALL_PROXY: "http://person:canary-password@proxy.example:3128" };
    assert.equal(proxyFor(new URL("https://issuer.example/"), env)?.name, "proxy.example:3128 (ALL_PROXY)");
  });
});
