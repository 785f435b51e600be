import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ClientOptions, Presenter } from "../../packages/client/src/client.ts";
import { createClient } from "../../packages/client/src/create-client.ts";
import { memoryStore } from "../../packages/client/src/token-store/memory-store.ts";
import type { Peer } from "../oracle/peer.ts";
import { startTheirs } from "../oracle/their-peer.ts";

describe("oidc-provider, which is unrelated to Entra", () => {
  let peer: Peer;
  before(async () => {
    peer = await startTheirs();
  });
  after(() => peer.close());

  /** Waiting moves the client's clock; oidc-provider does not measure the polls. */
  function clientOf(options: Partial<ClientOptions> = {}) {
    let ahead = 0;
    const clock = {
      now: () => Date.now() + ahead,
      async sleep(ms: number, signal?: AbortSignal) {
        await new Promise(setImmediate);
        signal?.throwIfAborted();
        ahead += ms;
      },
    };
    return createClient({
      authority: String(peer.metadata.issuer),
      clientId: peer.clients.tv.clientId,
      store: memoryStore(),
      clock,
      present: {
        async show(event) {
          if (event.event === "code") await peer.approve(event.code.userCode);
        },
      },
      ...options,
    });
  }

  test("signs in, renews with rotation, and revokes", async () => {
    const store = memoryStore();
    const client = clientOf({ store, scopes: ["email"] });
    const session = await client.signIn();
    assert.equal(session.account.id, "ada");
    assert.equal(session.account.issuer, peer.metadata.issuer);
    const refreshToken = async () => {
      const { records } = await store.read();
      return [...records].find(([key]) => key.startsWith("refresh:"))?.[1];
    };
    const first = await session.getToken();
    const firstRefresh = await refreshToken();
    const second = await session.getToken({ forceRefresh: true });
    assert.notEqual(second.token, first.token);
    assert.notDeepEqual(await refreshToken(), firstRefresh);
    await session.getToken({ forceRefresh: true });
    assert.equal((await session.signOut({ everywhere: true })).revoked, "yes");
    assert.equal(await refreshToken(), undefined);
  });

  test("authenticates a confidential client by its secret, at each endpoint", async () => {
    const { clientId, secret = "" } = peer.clients.server;
    const session = await clientOf({ clientId, credential: { secret }, scopes: ["email"] }).signIn();
    await session.getToken({ forceRefresh: true });
    assert.equal((await session.signOut({ everywhere: true })).revoked, "yes");
    const wrong = clientOf({ clientId, credential: { secret: "another one" } }).signIn();
    await assert.rejects(wrong, { code: "client_rejected", error: "invalid_client" });
  });

  for (const [decision, code] of [
    ["deny", "denied"],
    ["expire", "code_expired"],
  ] as const) {
    test(`reports ${code} after ${decision}`, async () => {
      const present: Presenter = {
        async show(event) {
          if (event.event === "code") await peer[decision](event.code.userCode);
        },
      };
      await assert.rejects(clientOf({ present }).signIn(), { code });
    });
  }

  test("is rejected as an issuer under another name", async () => {
    const authority = String(peer.metadata.issuer).replace("127.0.0.1", "localhost");
    await assert.rejects(clientOf({ authority }).signIn(), {
      code: "invalid_issuer_response",
      message: /names another issuer/,
    });
  });
});
