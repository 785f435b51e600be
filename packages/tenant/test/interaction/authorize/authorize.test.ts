import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { issuerOf } from "../../../src/directory/tenant-config.ts";
import { program } from "../../fixtures/program.ts";
import { seed } from "../../fixtures/seed.ts";
import { sampleApi, sampleApp } from "../../storage/samples.ts";
import { withoutSecrets } from "../browser.ts";
import { pagesUnderTest } from "../pages-under-test.ts";
import { recordVerbs } from "../store-calls.ts";
import { answerOf, arrive, programOf, registeredApp, WEB } from "./program-under-test.ts";

describe("a request without a trusted redirect URI", { concurrency: true }, () => {
  const unanswerable: Record<string, [changes: Record<string, string | null>, code: string]> = {
    "without a client": [{ client_id: null }, "AADSTS900144"],
    "of an unknown client": [{ client_id: "9d3c8a55-1111-4222-8333-444455556666" }, "AADSTS700016"],
    "of a client that no ID can identify": [{ client_id: "\0" }, "AADSTS700016"],
    "without a redirect_uri": [{ redirect_uri: null }, "AADSTS900144"],
    "with an unregistered redirect_uri": [{ redirect_uri: "https://evil.example/" }, "AADSTS50011"],
    "with a redirect_uri that starts like a registered one": [{ redirect_uri: `${WEB}.evil.example` }, "AADSTS50011"],
    "with a script": [{ redirect_uri: "javascript:alert(1)" }, "AADSTS50011"],
    "with everything else wrong too": [
      { redirect_uri: "https://evil.example/", scope: null, prompt: "none" },
      "AADSTS50011",
    ],
  };
  for (const [what, [changes, code]] of Object.entries(unanswerable)) {
    test(`${what}: the error is shown to the user only, by its code`, async (t) => {
      const testEnv = await pagesUnderTest(t, { config: { embedded: false } });
      const asks = await programOf(testEnv);
      const called = recordVerbs(testEnv);
      const page = await arrive(testEnv.browser(), asks, changes);
      assert.equal(page.status, 400);
      assert.equal(page.headers.location, undefined);
      assert.match(page.html, new RegExp(`<p class="mono">${code}<br>`));
      assert.doesNotMatch(page.html, /evil\.example|<form/);
      assert.match(String(page.headers["content-security-policy"]), /form-action 'self';/);
      assert.deepEqual(
        called.filter((verb) => !/\.find/.test(verb)),
        [],
      );
    });
  }

  test("on an embedded tenant the page has the lines for the file, where they help", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const asks = await programOf(testEnv);
    const linesFor = async (changes: Record<string, string | null>) => {
      const { html } = await arrive(testEnv.browser(), asks, changes);
      return /<pre[^>]*>(.*?)<\/pre>/s.exec(html)?.[1]?.replaceAll("&quot;", '"').split("\n");
    };
    const redirectUri = "https://other.contoso.example:8443/signed-in?by=doorcode";
    const lines = ["apps:", '  "Contoso Notes":', "    redirectUris:", `      - "${redirectUri}"`];
    assert.deepEqual(await linesFor({ redirect_uri: redirectUri }), lines);
    // A program on this computer uses another port at its next start.
    for (const [asked, suggested] of [
      ["http://localhost:39729", "http://localhost"],
      ["http://localhost:3000/signed-in?by=doorcode", "http://localhost/signed-in?by=doorcode"],
    ] as const) {
      const last = (await linesFor({ redirect_uri: asked }))?.at(-1);
      assert.equal(last, `      - "${suggested}"`);
    }
    // YAML would read this name as no text.
    const app = (await testEnv.ctx.store.directory.findApp(asks.clientId))!;
    await seed(testEnv.ctx.store).putApp({ ...app, name: "null" });
    assert.equal((await linesFor({ redirect_uri: redirectUri }))?.[1], '  "null":');
    const noHelp: Record<string, string | null>[] = [
      { redirect_uri: "javascript:alert(1)" },
      { redirect_uri: null },
      { redirect_uri: redirectUri, client_id: "9d3c8a55-1111-4222-8333-444455556666" },
    ];
    for (const changes of noHelp) assert.equal(await linesFor(changes), undefined, JSON.stringify(changes));
  });

  test("a disabled client gets the same error, and an open page no longer leads anywhere", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx, browser, person } = testEnv;
    await person();
    const app = await registeredApp(testEnv);
    const asks = program(app.clientId);
    const phone = browser();
    const page = await phone.send(await arrive(phone, asks), "/sign-in", {
      email: "ada@contoso.example",
      password: "seven slow herons",
    });
    assert.equal(page.heading, "Sign in to Contoso Notes ?");
    await seed(ctx.store).putApp({ ...app, disabledAt: 1 });
    assert.equal((await arrive(browser(), asks)).status, 400);
    const over = await phone.send(page, "/authorize/consent", { decision: "yes" });
    assert.deepEqual([over.status, over.heading], [410, "This sign-in has ended"]);
  });

  for (const [refused, code] of [
    ["repeated", "AADSTS90023"],
    ["too_long", "AADSTS90023"],
  ] as const) {
    test(`an error from the endpoint (${refused}) is shown by its code`, async (t) => {
      const page = await (await pagesUnderTest(t)).browser().get(`/authorize?refused=${refused}`);
      assert.equal(page.status, 400);
      assert.ok(page.html.includes(code));
    });
  }
});

describe("an invalid request", { concurrency: true }, () => {
  const mistakes: Record<string, [changes: Record<string, string | null>, error: string, number: number]> = {
    "no response_type": [{ response_type: null }, "invalid_request", 900144],
    "the implicit response_type": [{ response_type: "token" }, "unsupported_response_type", 700054],
    "a hybrid response_type": [{ response_type: "code id_token" }, "unsupported_response_type", 700054],
    "an unknown response_mode": [{ response_mode: "fragment" }, "invalid_request", 90023],
    "no code_challenge": [{ code_challenge: null, code_challenge_method: null }, "invalid_request", 9002325],
    "no code_challenge_method, which would be plain": [{ code_challenge_method: null }, "invalid_request", 501491],
    "the plain code_challenge_method": [{ code_challenge_method: "plain" }, "invalid_request", 501491],
    "a code_challenge that is not a hash": [{ code_challenge: "too-short" }, "invalid_request", 50147],
    "no scope": [{ scope: null }, "invalid_request", 900144],
    "an unknown scope": [{ scope: "openid Everything.Read" }, "invalid_scope", 70011],
    "an unknown API": [{ scope: "api://unknown/Read" }, "invalid_scope", 500011],
    "an unknown prompt": [{ prompt: "maybe" }, "invalid_request", 90023],
    "prompt none and another": [{ prompt: "none login" }, "invalid_request", 90023],
    "a max_age that is not a number": [{ max_age: "-1" }, "invalid_request", 90023],
    "a request object": [{ request: "e30.e30." }, "request_not_supported", 90023],
    "a request_uri": [{ request_uri: "https://evil.example/" }, "request_uri_not_supported", 90023],
    "a nonce that is not allowed": [{ nonce: "\0" }, "invalid_request", 90023],
    "not signed in, and no question allowed": [{ prompt: "none" }, "login_required", 50058],
  };
  for (const [what, [changes, error, number]] of Object.entries(mistakes)) {
    test(`${what}: the program hears ${error}, with its state and the issuer`, async (t) => {
      const testEnv = await pagesUnderTest(t);
      const asks = await programOf(testEnv);
      const page = await arrive(testEnv.browser(), asks, changes);
      const location = String(page.headers.location);
      assert.ok(location.startsWith(`${asks.redirectUri}?`), location);
      const answer = answerOf(page);
      assert.deepEqual([answer?.error, answer?.state, answer?.iss], [error, asks.state, issuerOf(testEnv.ctx.config)]);
      assert.match(
        answer?.error_description ?? "",
        new RegExp(`^AADSTS${number}: .*Trace ID: \\S+ Correlation ID: \\S+ Timestamp: `),
      );
      assert.equal(answer?.code, undefined);
    });
  }

  test("an administrator's scope without consent is reported before any sign-in", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const api = sampleApi();
    await seed(testEnv.ctx.store).putApi(api);
    const asks = await programOf(testEnv);
    const page = await arrive(testEnv.browser(), asks, { scope: `openid ${api.identifierUri}/ToDoList.Admin` });
    assert.match(answerOf(page)?.error_description ?? "", /^AADSTS90094/);
  });

  test("an invalid state is not returned, and a redirect keeps its registered query", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const asks = await programOf(testEnv, WEB);
    const answer = answerOf(await arrive(testEnv.browser(), asks, { state: "\r\nSet-Cookie: a=b" }));
    assert.deepEqual([answer?.from, answer?.error, answer?.state], ["doorcode", "invalid_request", undefined]);
  });

  test("the program's own correlation ID comes back", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const id = "9d3c8a55-1111-4222-8333-444455556666";
    const page = await arrive(testEnv.browser(), await programOf(testEnv), { scope: null, "client-request-id": id });
    assert.match(answerOf(page)?.error_description ?? "", new RegExp(`Correlation ID: ${id} `));
  });

  test("in form_post mode the program gets the error by a form that only goes there", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const asks = await programOf(testEnv);
    const page = await arrive(testEnv.browser(), asks, { response_mode: "form_post", scope: "openid Nothing" });
    assert.deepEqual([page.status, page.heading], [200, "Taking you back"]);
    assert.match(page.html, new RegExp(`<form id="back" method="post" action="${asks.redirectUri}">`));
    assert.match(page.html, /name="error" value="invalid_scope"/);
    assert.match(page.html, new RegExp(`name="state" value="${asks.state}"`));
    assert.doesNotMatch(page.html, /name="csrf"/);
    assert.match(String(page.headers["content-security-policy"]), /form-action 'self' http:\/\/localhost:51004;/);
  });

  test("to an IPv6 address a page has a link, because no form may lead there", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const asks = await programOf(testEnv, "http://[::1]:51004/");
    const page = await arrive(testEnv.browser(), asks, { response_mode: "form_post" });
    assert.match(page.html, /<a id="back" class="button" href="http:\/\/\[::1\]:51004\/\?error=invalid_request/);
    assert.doesNotMatch(page.html, /<form/);
  });

  test("a confidential client needs no code_challenge", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const app = sampleApp({ redirectUris: [WEB], publicClient: false });
    await seed(testEnv.ctx.store).putApp(app);
    const page = await arrive(testEnv.browser(), program(app.clientId, WEB), {
      code_challenge: null,
      code_challenge_method: null,
    });
    assert.equal(page.heading, "Sign in");
  });

  const wrongChallenges: Record<string, [changes: Record<string, string | null>, number: number]> = {
    "a code_challenge_method without a challenge": [{ code_challenge: null }, 9002325],
    "a challenge without its method": [{ code_challenge_method: null }, 501491],
    "a plain challenge": [{ code_challenge_method: "plain" }, 501491],
  };
  for (const [what, [changes, number]] of Object.entries(wrongChallenges)) {
    test(`${what} is refused for a confidential client too`, async (t) => {
      const testEnv = await pagesUnderTest(t);
      const asks = await programOf(testEnv, WEB, { publicClient: false });
      const answer = answerOf(await arrive(testEnv.browser(), asks, changes));
      assert.equal(answer?.error, "invalid_request");
      assert.match(answer?.error_description ?? "", new RegExp(`^AADSTS${number}: `));
    });
  }
});

test("a request stores an interaction for this browser alone, with the address that the program knows", async (t) => {
  const testEnv = await pagesUnderTest(t);
  const asks = await programOf(testEnv);
  const mine = testEnv.browser();
  const page = await arrive(mine, asks, { login_hint: "ada@contoso.example" });
  assert.match(page.at, /^\/sign-in\?flow=/);
  assert.match(page.html, /name="email"[^>]* value="ada@contoso\.example"/);
  assert.match(page.html, /what the program asks for/);
  assert.equal((await testEnv.browser().get(page.at)).status, 403);
  const junk = await arrive(testEnv.browser(), asks, { login_hint: "<script>alert(1)</script>" });
  assert.doesNotMatch(junk.html, /alert\(1\)/);
  assert.equal(withoutSecrets(junk), withoutSecrets(await arrive(testEnv.browser(), asks)));
});

test("prompt=create starts with a new account, if sign-up is allowed", async (t) => {
  const testEnv = await pagesUnderTest(t);
  const page = await arrive(testEnv.browser(), await programOf(testEnv), { prompt: "create" });
  assert.match(page.at, /^\/sign-up\?flow=/);
  const closed = await pagesUnderTest(t, { config: { signUpAllowed: false } });
  assert.match((await arrive(closed.browser(), await programOf(closed), { prompt: "create" })).at, /^\/sign-in\?flow=/);
});
