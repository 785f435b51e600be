import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { SignInOptions } from "../../packages/client/src/client.ts";
import { createClient } from "../../packages/client/src/create-client.ts";
import { memoryStore } from "../../packages/client/src/token-store/memory-store.ts";
import { type NativeProvider, startNativeProvider } from "./native-provider.ts";

describe("oidc-provider, with a browser on this machine", () => {
  let provider: NativeProvider;
  before(async () => {
    provider = await startNativeProvider();
  });
  after(() => provider[Symbol.asyncDispose]());

  const client = () => {
    const { issuer: authority, clientId } = provider;
    return createClient({ authority, clientId, scopes: ["email"], store: memoryStore(), present: false });
  };

  /** The person decides; `opened` is what their browser shows at the end. */
  function browser(decision: "yes" | "no", alter = (url: string) => url) {
    let opened: ReturnType<NativeProvider["browse"]> | undefined;
    const options: SignInOptions = {
      via: "browser",
      openBrowser(url) {
        opened = provider.browse(alter(url), decision);
        opened.catch(() => {});
      },
    };
    return { options, opened: async () => await opened };
  }

  test("signs in with PKCE, renews with rotation, and signs out", async () => {
    const { options, opened } = browser("yes");
    const session = await client().signIn(options);
    assert.equal(session.account.id, "ada");
    assert.equal(session.account.issuer, provider.issuer);
    const page = await opened();
    assert.match(page?.address ?? "", /^http:\/\/localhost:\d+\/$/);
    assert.match(page?.html ?? "", /You are signed in/);
    const first = await session.getToken();
    const second = await session.getToken({ forceRefresh: true });
    assert.notEqual(second.token, first.token);
    await session.getToken({ forceRefresh: true });
    assert.equal((await session.signOut({ everywhere: true })).revoked, "yes");
  });

  test("reports that the person declined, in the browser too", async () => {
    const { options, opened } = browser("no");
    await assert.rejects(client().signIn(options), { code: "denied", error: "access_denied" });
    assert.match((await opened())?.html ?? "", /You are not signed in/);
  });

  test("rejects the code without this sign-in's verifier", async () => {
    const stolen = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"; // RFC 7636, appendix B
    const { options } = browser("yes", (url) => url.replace(/(code_challenge=)[^&]+/, `$1${stolen}`));
    await assert.rejects(client().signIn(options), { code: "sign_in_again", error: "invalid_grant" });
  });

  test("returns the error of a request that the issuer rejects", async () => {
    const { options } = browser("yes", (url) =>
      url.replace("code_challenge_method=S256", "code_challenge_method=plain"),
    );
    await assert.rejects(client().signIn(options), { code: "client_rejected", error: "invalid_request" });
  });
});
