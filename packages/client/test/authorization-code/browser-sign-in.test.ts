import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { inspect } from "node:util";
import type { ClientOptions, SignInEvent, SignInOptions } from "../../src/client.ts";
import type { Clock } from "../../src/clock.ts";
import { createClient } from "../../src/create-client.ts";
import { DoorcodeError } from "../../src/errors.ts";
import { memoryStore } from "../../src/token-store/memory-store.ts";
import { type CodeIssuer, codeIssuer } from "../fixtures/code-issuer.ts";
import { simulatedClock } from "../fixtures/simulated-clock.ts";
import { headingOf, type Visit, visit } from "../fixtures/visit.ts";

for (const engine of ["entra", "oidc"] as const) {
  describe(`signing in through a browser with the ${engine} engine`, () => {
    /** A program whose user does in the browser what `person` says, and sees `pages`. */
    async function program(t: TestContext, person: (issuer: CodeIssuer, url: string) => URL | undefined = agrees) {
      const issuer = await codeIssuer(t);
      const store = memoryStore();
      const events: SignInEvent[] = [];
      const pages: Promise<Visit>[] = [];
      const addresses: string[] = [];
      const client = (options: Partial<ClientOptions> = {}) => {
        const { authority, clientId, ca } = issuer;
        const made = createClient({
          authority,
          clientId,
          ca,
          engine,
          store,
          scopes: ["todo.read"],
          present: false,
          ...options,
        });
        made.on((event) => events.push(event));
        return made;
      };
      const signIn = (options: SignInOptions = {}, how?: Partial<ClientOptions>) =>
        client(how).signIn({
          via: "browser",
          openBrowser(url) {
            addresses.push(url);
            const answer = person(issuer, url);
            if (answer) pages.push(visit(answer));
          },
          ...options,
        });
      const kept = async () => [...(await store.read()).records.keys()].filter((key) => !key.startsWith("metadata:"));
      return { issuer, client, signIn, events, pages, addresses, kept };
    }
    const agrees = (issuer: CodeIssuer, url: string) => issuer.agree(url);

    test("ends in a session like the device flow, and the browser shows this at a URL without the code", async (t) => {
      const { signIn, issuer, events, pages, addresses } = await program(t);
      const session = await signIn();
      assert.equal(session.account.username, "ada@example.com");
      assert.equal((await session.getToken()).token, "access-token-1");
      assert.equal((await session.getToken({ forceRefresh: true })).token, "access-token-2");
      const [page] = await Promise.all(pages);
      assert.equal(headingOf(page!), "You are signed in");
      assert.match(page!.address, /^http:\/\/localhost:\d+\/$/);
      assert.deepEqual(events, [
        { event: "browser", url: addresses[0] },
        { event: "signed_in", account: session.account },
      ]);
      await assert.rejects(fetch(page!.address), "the listener is closed");
      assert.deepEqual(await session.signOut({ everywhere: true }), { revoked: "yes", accounts: [session.account] });
      assert.equal(issuer.forms.at(-1)?.form.get("token"), "refresh-token-2");
    });

    test("sends an S256 PKCE challenge, a nonce and a state that are new for each sign-in, and no secret in the URL", async (t) => {
      const { signIn, issuer, addresses } = await program(t);
      await signIn({ claims: '{"id_token":{"acr":{"essential":true}}}', expectAccount: "ada@example.com" });
      await signIn();
      const [first, second] = addresses.map((address) => new URL(address));
      const asked = Object.fromEntries(first!.searchParams);
      assert.equal(first!.origin + first!.pathname, `${issuer.authority}/oauth2/v2.0/authorize`);
      assert.equal(asked.of, "its own");
      assert.equal(asked.response_type, "code");
      assert.equal(asked.client_id, issuer.clientId);
      assert.equal(asked.code_challenge_method, "S256");
      assert.equal(asked.login_hint, "ada@example.com");
      assert.deepEqual(JSON.parse(asked.claims ?? "").id_token.acr, { essential: true });
      assert.deepEqual((asked.scope ?? "").split(" ").sort(), ["offline_access", "openid", "profile", "todo.read"]);
      for (const name of ["state", "nonce", "code_challenge"]) {
        assert.ok((asked[name]?.length ?? 0) >= 43, name);
        assert.notEqual(asked[name], second!.searchParams.get(name), name);
      }
      const verifier = issuer.forms[0]?.form.get("code_verifier") ?? "";
      assert.ok(verifier.length >= 43);
      assert.ok(!first!.href.includes(verifier));
    });

    const refusals: [what: string, error: Record<string, string>, code: string, more?: object][] = [
      ["the user declines", { error: "access_denied" }, "denied"],
      [
        "a policy blocks it",
        {
          error: "access_denied",
          error_description:
            "AADSTS53003: Access has been blocked. Correlation ID: 5e1c0d0a-0001-4000-8000-000000000001",
        },
        "blocked_by_policy",
        { aadsts: 53003, correlationId: "5e1c0d0a-0001-4000-8000-000000000001" },
      ],
      ["the scope is unknown", { error: "invalid_scope" }, "client_rejected"],
      ["the issuer fails", { error: "server_error" }, "issuer_unreachable"],
    ];
    for (const [what, error, code, more] of refusals) {
      test(`reports ${code} when ${what}, in the browser as well`, async (t) => {
        const { signIn, pages, kept, issuer } = await program(t, (at, url) => at.refuse(url, error));
        await assert.rejects(signIn(), { code, error: error.error, ...more });
        const [page] = await Promise.all(pages);
        assert.equal(headingOf(page!), "You are not signed in");
        assert.match(page!.address, /\d\/$/);
        assert.deepEqual(await kept(), []);
        assert.deepEqual(issuer.forms, []);
      });
    }

    test("says what to register when the issuer refuses the redirect URI", async (t) => {
      const description = "AADSTS50011: The redirect URI does not match.";
      const { signIn } = await program(t, (at, url) =>
        at.refuse(url, { error: "invalid_request", error_description: description }),
      );
      await assert.rejects(signIn(), { code: "client_rejected", hint: /register http:\/\/localhost / });
      const other = await program(t);
      other.issuer.tokenAnswer = {
        status: 400,
        body: { error: "invalid_grant", error_description: "redirect_uri mismatch" },
      };
      await assert.rejects(other.signIn(), { code: "sign_in_again", hint: /register http:\/\/localhost / });
    });

    const forgeries: [what: string, code: string, forge: (issuer: CodeIssuer, url: string) => URL, message: RegExp][] =
      [
        [
          "a response from another issuer (mix-up, RFC 9207)",
          "invalid_issuer_response",
          from("https://evil.example"),
          /evil\.example/,
        ],
        [
          "a response without the promised issuer",
          "invalid_issuer_response",
          from(undefined),
          /"iss" \(issuer\) missing/,
        ],
        [
          "an ID token with another nonce",
          "token_not_trusted",
          withClaims({ nonce: "of another sign-in" }),
          /nonce does not belong to this sign-in/,
        ],
        [
          "an ID token without the nonce",
          "token_not_trusted",
          withClaims({ nonce: undefined }),
          /nonce does not belong to this sign-in/,
        ],
        ["an ID token for another application", "token_not_trusted", withClaims({ aud: "another" }), /"aud"/],
        ["an ID token of another issuer", "token_not_trusted", withClaims({ iss: "https://evil.example" }), /issuer/],
        ["an expired ID token", "token_not_trusted", withClaims({ exp: 1_000 }), /"exp"/],
      ];
    for (const [what, code, forge, message] of forgeries) {
      test(`rejects ${what}, and stores nothing`, async (t) => {
        const { signIn, pages, kept, issuer } = await program(t, forge);
        await assert.rejects(signIn(), (error: DoorcodeError) => {
          assert.equal(error.code, code, inspect(error));
          assert.match(error.message, message);
          assert.doesNotMatch(inspect(error, { depth: 9 }), /eyJ|code-|-token-\d/, "no secret in the error");
          return true;
        });
        assert.equal(headingOf((await Promise.all(pages))[0]!), "You are not signed in");
        assert.deepEqual(await kept(), []);
        if (code === "invalid_issuer_response") assert.deepEqual(issuer.forms, [], "the code went nowhere");
      });
    }

    test("rejects the code of another sign-in, because PKCE binds a code to its sign-in", async (t) => {
      const { signIn } = await program(t, (at, url) => {
        const theirs = at.agree(url.replace(/code_challenge=[^&]+/, "code_challenge=of-another-program"));
        return theirs;
      });
      await assert.rejects(signIn(), { code: "sign_in_again", error: "invalid_grant" });
    });

    test("stores nothing of an unexpected user, and revokes the tokens", async (t) => {
      const { signIn, kept, pages, issuer } = await program(t);
      await assert.rejects(signIn({ expectAccount: "grace@example.com" }), { code: "wrong_account" });
      assert.equal(headingOf((await Promise.all(pages))[0]!), "You are not signed in");
      assert.deepEqual(await kept(), []);
      assert.equal(issuer.forms.at(-1)?.path, "/oauth2/v2.0/revoke");
    });

    test("ends on a signal and at its time limit, and then nothing listens", async (t) => {
      for (const [reason, code] of [
        [new DOMException("over", "TimeoutError"), "timed_out"],
        [undefined, "cancelled"],
      ] as const) {
        const ending = new AbortController();
        const { signIn, addresses } = await program(t, () => void setImmediate(() => ending.abort(reason)));
        await assert.rejects(signIn({ signal: ending.signal }), { code });
        await assert.rejects(fetch(redirectUriOf(addresses[0])), "nothing listens");
      }
      let opened = () => {};
      const clock: Clock = {
        now: () => Date.now(),
        sleep: (ms) => (ms === 90_000 ? new Promise((resolve) => (opened = resolve)) : new Promise(() => {})),
      };
      const { signIn, addresses } = await program(t, () => void setImmediate(() => opened()));
      const hint = /register http:\/\/localhost /;
      await assert.rejects(signIn({ timeoutMs: 90_000 }, { clock }), { code: "timed_out", hint });
      await assert.rejects(fetch(redirectUriOf(addresses[0])), "nothing listens");
    });

    test("gives up after 15 minutes, and names the error that the user may have seen in the browser", async (t) => {
      const clock = simulatedClock(Date.now());
      const { signIn, addresses } = await program(t, () => undefined);
      await assert.rejects(signIn({}, { clock }), {
        code: "timed_out",
        message: /within 15 minutes\.$/,
        hint: /register http:\/\/localhost /,
      });
      assert.equal(addresses.length, 1);
    });

    test("ends with the error of the function that opens or shows the URL", async (t) => {
      const failure = new Error("no display");
      const { signIn } = await program(t);
      await assert.rejects(signIn({ openBrowser: () => Promise.reject(failure) }), failure);
      const thrower = () => {
        throw failure;
      };
      await assert.rejects(signIn({ openBrowser: thrower }), failure);
      await assert.rejects(signIn({ openBrowser: false, present: { show: () => Promise.reject(failure) } }), failure);
    });

    test("also works when the user copies the URL instead", async (t) => {
      const { signIn, issuer } = await program(t);
      const present = {
        async show(event: SignInEvent) {
          if (event.event === "browser")
            assert.equal(headingOf(await visit(issuer.agree(event.url))), "You are signed in");
        },
      };
      await signIn({ openBrowser: false, present });
    });

    test("opens a page without a certificate warning, when issuer and page are on this computer", async (t) => {
      const local = "http://localhost:8444/tenant/oauth2/v2.0/authorize";
      const far = "https://login.example/authorize";
      const rows: [metadata: Record<string, unknown>, opened: RegExp][] = [
        [
          { doorcode_loopback_authorization_endpoint: local },
          /^http:\/\/localhost:8444\/tenant\/oauth2\/v2\.0\/authorize$/,
        ],
        [
          { doorcode_loopback_authorization_endpoint: "http://login.example/authorize" },
          /^https:\/\/(127\.0\.0\.1|localhost):/,
        ],
        [{ doorcode_loopback_authorization_endpoint: far }, /^https:\/\/(127\.0\.0\.1|localhost):/],
        [{ doorcode_loopback_authorization_endpoint: "javascript:alert(1)" }, /^https:\/\/(127\.0\.0\.1|localhost):/],
        [
          { doorcode_loopback_authorization_endpoint: local, authorization_endpoint: far },
          /^https:\/\/login\.example\//,
        ],
      ];
      for (const [metadata, opened] of rows) {
        const { signIn, issuer, addresses } = await program(t);
        issuer.metadata = metadata;
        await signIn();
        const url = new URL(addresses[0]!);
        assert.match(url.origin + url.pathname, opened);
        assert.equal(url.searchParams.get("client_id"), issuer.clientId);
        assert.equal(url.searchParams.get("code_challenge_method"), "S256");
      }
    });

    test("fails when the issuer has no page for it, or only one where a password must not be typed", async (t) => {
      const none = await program(t);
      none.issuer.metadata = { authorization_endpoint: undefined };
      await assert.rejects(none.signIn(), { code: "invalid_issuer_response", message: /no sign-in in a browser/ });
      const plain = await program(t);
      plain.issuer.metadata = { authorization_endpoint: "http://login.example/authorize" };
      await assert.rejects(plain.signIn(), { code: "invalid_issuer_response", message: /is not https/ });
      assert.deepEqual([...none.addresses, ...plain.addresses], []);
    });

    test("needs no device authorization endpoint; a sign-in by code reports that it is missing", async (t) => {
      const { signIn, client } = await program(t);
      await signIn();
      if (engine === "oidc")
        await assert.rejects(client().signIn(), { code: "invalid_issuer_response", message: /sign-in with a code/ });
    });

    test("a temporary failure of the token endpoint does not end the sign-in", async (t) => {
      const { signIn, issuer, events } = await program(t);
      issuer.tokenAnswer = { status: 503, body: {} };
      const clock: Clock = {
        now: () => Date.now(),
        async sleep(ms) {
          // The pause between two attempts; waiting for the user has no time limit here.
          if (ms > 10_000) await new Promise(() => {});
          issuer.tokenAnswer = undefined;
        },
      };
      await signIn({}, { clock });
      assert.deepEqual(
        events.map(({ event }) => event),
        ["browser", "retrying", "signed_in"],
      );
    });

    test("canceled while the code is redeemed, it stores nothing and keeps no browser waiting", async (t) => {
      const ending = new AbortController();
      const { signIn, issuer, pages, kept } = await program(t);
      issuer.tokenAnswer = { status: 503, body: {} };
      const clock: Clock = {
        now: () => Date.now(),
        sleep: (ms, signal) =>
          new Promise((_resolve, reject) => {
            signal?.addEventListener("abort", () => reject(signal.reason));
            if (ms < 10_000) ending.abort();
          }),
      };
      await assert.rejects(signIn({ signal: ending.signal }, { clock }), { code: "cancelled" });
      await assert.rejects(pages[0]!, "its connection is closed");
      assert.deepEqual(await kept(), []);
    });

    test("several at once each get their own response", async (t) => {
      const { signIn, addresses } = await program(t);
      const sessions = await Promise.all([1, 2, 3].map(() => signIn()));
      assert.equal(sessions.length, 3);
      assert.equal(new Set(addresses.map(redirectUriOf)).size, 3);
    });
  });
}

test("signing in works in two ways, and rejects any other", async (t) => {
  const { authority, clientId, ca } = await codeIssuer(t);
  const client = createClient({ authority, clientId, ca, store: memoryStore(), present: false });
  await assert.rejects(client.signIn({ via: "pigeon" as never }), (error) => error instanceof DoorcodeError);
});

const redirectUriOf = (address = "") => new URL(address).searchParams.get("redirect_uri") ?? "";

function from(iss: string | undefined) {
  return (issuer: CodeIssuer, url: string): URL => {
    const answer = issuer.agree(url);
    if (iss === undefined) answer.searchParams.delete("iss");
    else answer.searchParams.set("iss", iss);
    return answer;
  };
}

function withClaims(claims: Record<string, unknown>) {
  return (issuer: CodeIssuer, url: string): URL => {
    issuer.claims = claims;
    return issuer.agree(url);
  };
}
