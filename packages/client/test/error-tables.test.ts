import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readPollAnswer, readPollFailure } from "../src/device-flow/poll.ts";
import { asDoorcodeError } from "../src/engines/entra/msal-errors.ts";
import { DoorcodeError, type DoorcodeErrorCode, errorCatalogue } from "../src/errors.ts";
import { aadstsCode, aadstsHint, issuerError, unreachable } from "../src/issuer/issuer-answer.ts";
import { withRetries } from "../src/issuer/with-retries.ts";
import { isWithoutLinks } from "../src/token-store/commit.ts";
import { fileProblem, storeFault } from "../src/token-store/store-errors.ts";
import { asTransportError, type HttpAnswer, TransportError } from "../src/transport/transport.ts";
import { simulatedClock } from "./fixtures/simulated-clock.ts";

// The complete content of each table that decides what a failure means.

const answering = (status: number, body?: object): HttpAnswer => ({
  status,
  headers: {},
  body: body === undefined ? "" : JSON.stringify(body),
});
const errorOf = (status: number, error: string) => issuerError(answering(status, { error }), { request: "the token" });
const statuses = Array.from({ length: 500 }, (_, index) => index + 100);
const busy = [408, 429, ...statuses.filter((status) => status >= 500)];

/** Every number up to six digits, and the seven-digit ones that Microsoft has used. */
function* aadstsNumbers() {
  for (let number = 0; number < 1_000_000; number++) yield number;
  for (let number = 7_000_000; number < 7_001_000; number++) yield number;
}

describe("what an issuer's error means", () => {
  const names: Record<string, DoorcodeErrorCode> = {
    access_denied: "denied",
    authorization_declined: "denied",
    expired_token: "code_expired",
    code_expired: "code_expired",
    invalid_grant: "sign_in_again",
    bad_token: "sign_in_again",
    interaction_required: "sign_in_again",
    login_required: "sign_in_again",
    consent_required: "sign_in_again",
    account_selection_required: "sign_in_again",
    temporarily_unavailable: "issuer_unreachable",
    server_error: "issuer_unreachable",
    invalid_request: "client_rejected",
    invalid_client: "client_rejected",
    unauthorized_client: "client_rejected",
    unsupported_grant_type: "client_rejected",
    invalid_scope: "client_rejected",
    bad_verification_code: "client_rejected",
    something_new: "client_rejected",
  };

  test("by its OAuth name", () => {
    const meant = Object.keys(names).map((name) => [name, errorOf(400, name).code]);
    assert.deepEqual(Object.fromEntries(meant), names);
  });

  test("by its status if the name says nothing, and 429 always as unreachable", () => {
    for (const status of statuses.filter((each) => each >= 300)) {
      const expected = busy.includes(status) ? "issuer_unreachable" : "client_rejected";
      assert.equal(errorOf(status, "something_new").code, expected, `${status}`);
      const without = issuerError(answering(status), { request: "the token" });
      assert.equal(without.code, busy.includes(status) ? "issuer_unreachable" : "invalid_issuer_response", `${status}`);
      assert.equal(
        errorOf(status, "invalid_grant").code,
        status === 429 ? "issuer_unreachable" : "sign_in_again",
        `${status}`,
      );
    }
  });

  test("by Microsoft's number, before the name", () => {
    const numbers: Record<number, DoorcodeErrorCode> = {
      50005: "blocked_by_policy",
      50053: "blocked_by_policy",
      50057: "blocked_by_policy",
      50097: "blocked_by_policy",
      50105: "blocked_by_policy",
      50129: "blocked_by_policy",
      50131: "blocked_by_policy",
      65004: "denied",
      70016: "invalid_issuer_response",
      70018: "denied",
      70019: "code_expired",
      70020: "code_expired",
      90119: "client_rejected",
      501051: "client_rejected",
    };
    const meant: Record<number, DoorcodeErrorCode> = {};
    for (const number of aadstsNumbers()) {
      const code = aadstsCode(number);
      const conditionalAccess = (number >= 53_000 && number < 54_000) || (number >= 530_000 && number < 540_000);
      if (conditionalAccess) assert.equal(code, "blocked_by_policy", `${number}`);
      else if (code !== undefined) meant[number] = code;
    }
    assert.deepEqual(meant, numbers);
    assert.equal(aadstsCode(undefined), undefined);
    const body = { error: "invalid_grant", error_description: "AADSTS53003: Blocked." };
    assert.equal(issuerError(answering(400, body), { request: "the token" }).code, "blocked_by_policy");
  });

  test("with what to do about Microsoft's numbers", () => {
    const hints: Record<number, RegExp> = {
      50011: /register http:\/\/localhost as a redirect URI/,
      65001: /administrator of the tenant must consent/,
      90094: /administrator of the tenant must consent/,
      90002: /No such tenant/,
      500011: /No such API/,
      70011: /Check the scopes/,
      28002: /Check the scopes/,
      70003: /may not use this grant type/,
      50076: /Sign in again: the page asks/,
      650057: /does not list this API/,
      7000215: /its value, not its ID/,
      7000222: /expired: create a new one/,
      700022: /one API at a time/,
      700016: /No such application/,
      7000218: /Allow public client flows/,
      700027: /no such certificate/,
      700024: /machine's clock/,
      501051: /assign one of the API's roles/,
      7000229: /no service principal/,
      500208: /ciamlogin\.com\/common\/oauth2\/deviceauth/,
    };
    const given: number[] = [];
    for (const number of aadstsNumbers()) if (aadstsHint(number) !== undefined) given.push(number);
    assert.deepEqual(given.map(String), Object.keys(hints));
    for (const [number, hint] of Object.entries(hints)) assert.match(aadstsHint(Number(number)) ?? "", hint);
  });
});

describe("what the response to a poll means", () => {
  const kindOf = (status: number, body?: object) => {
    const result = readPollAnswer(answering(status, body), { now: 0, secrets: [] });
    return result.kind === "failed" ? result.error.code : result.kind;
  };

  test("by its status", () => {
    for (const status of statuses) {
      const transient = status >= 500 || status === 408;
      const unnamed = status === 429 ? "slow_down" : transient ? "transient" : "invalid_issuer_response";
      assert.equal(kindOf(status), unnamed, `${status}`);
      assert.equal(kindOf(status, { access_token: "a" }), status === 200 ? "done" : unnamed, `${status}`);
      const pending = status === 429 ? "slow_down" : "pending";
      assert.equal(kindOf(status, { error: "authorization_pending" }), pending, `${status}`);
      assert.equal(kindOf(status, { error: "slow_down" }), "slow_down", `${status}`);
      const unavailable = status === 429 ? "slow_down" : "transient";
      assert.equal(kindOf(status, { error: "temporarily_unavailable" }), unavailable, `${status}`);
      const denied = status === 429 ? "slow_down" : transient ? "transient" : "denied";
      assert.equal(kindOf(status, { error: "access_denied", access_token: "a" }), denied, `${status}`);
    }
  });

  test("and what a missing response means", () => {
    const kinds = (["timeout", "connection", "tls", "too_large"] as const).map((kind) => {
      const failure = new TransportError(kind, "x");
      const result = readPollFailure(failure);
      return [kind, result?.kind, unreachable(failure).code, /certificate/.test(unreachable(failure).hint)];
    });
    assert.deepEqual(kinds, [
      ["timeout", "transient", "issuer_unreachable", false],
      ["connection", "transient", "issuer_unreachable", false],
      ["tls", "failed", "issuer_unreachable", true],
      ["too_large", "failed", "invalid_issuer_response", false],
    ]);
    assert.equal(readPollFailure(new Error("a fault of ours")), undefined);
  });
});

describe("what is retried while a user waits", () => {
  async function tried(outcome: HttpAnswer | TransportError) {
    const clock = simulatedClock();
    let sent = 0;
    const send = () => {
      sent++;
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    };
    const code = await withRetries(send, { clock }).then(
      () => undefined,
      (error: DoorcodeError) => error.code,
    );
    return { sent, waited: clock.monotonic(), code };
  }

  test("temporary statuses, after 0.5 and 1.5 seconds", async () => {
    for (const status of statuses) {
      const expected = busy.includes(status) ? { sent: 3, waited: 2_000 } : { sent: 1, waited: 0 };
      assert.deepEqual(await tried(answering(status)), { ...expected, code: undefined }, `${status}`);
    }
  });

  test("after the time that the issuer asks for, up to ten seconds", async () => {
    for (const [header, sent, waited] of [
      ["0", 3, 2_000],
      ["1", 3, 2_500],
      ["10", 3, 20_000],
      ["11", 1, 0],
    ] as const) {
      const answer = { ...answering(503), headers: { "retry-after": header } };
      assert.deepEqual(await tried(answer), { sent, waited, code: undefined }, header);
    }
  });

  test("lost and hung connections, but neither certificate errors nor responses that are too large", async () => {
    const outcomes = { timeout: 3, connection: 3, tls: 1, too_large: 1 } as const;
    for (const [kind, sent] of Object.entries(outcomes)) {
      const { code, ...seen } = await tried(new TransportError(kind as keyof typeof outcomes, "x"));
      assert.deepEqual(seen, { sent, waited: sent === 3 ? 2_000 : 0 }, kind);
      assert.equal(code, kind === "too_large" ? "invalid_issuer_response" : "issuer_unreachable");
    }
  });
});

describe("what an error of MSAL means", () => {
  const msalError = (errorCode: string, name = "ClientAuthError") =>
    Object.assign(new Error("MSAL's words"), { name, errorCode });

  test("by its code", () => {
    const meant: Record<string, DoorcodeErrorCode> = {
      no_account_found: "sign_in_needed",
      no_account_in_silent_request: "sign_in_needed",
      no_tokens_found: "sign_in_needed",
      token_refresh_required: "sign_in_needed",
      native_account_unavailable: "sign_in_needed",
      refresh_token_expired: "sign_in_again",
      interaction_required: "sign_in_again",
      consent_required: "sign_in_again",
      login_required: "sign_in_again",
      bad_token: "sign_in_again",
      invalid_grant: "sign_in_again",
      device_code_expired: "code_expired",
      device_code_polling_cancelled: "cancelled",
      user_timeout_reached: "timed_out",
      network_error: "issuer_unreachable",
      no_network_connectivity: "issuer_unreachable",
      endpoints_resolution_error: "invalid_issuer_response",
      openid_config_error: "invalid_issuer_response",
      token_parsing_error: "invalid_issuer_response",
      something_new: "configuration",
    };
    for (const [code, expected] of Object.entries(meant)) {
      const error = asDoorcodeError(msalError(code));
      assert.deepEqual([error.code, error.error], [expected, undefined], code);
    }
    for (const name of ["ServerError", "InteractionRequiredAuthError"]) {
      const error = asDoorcodeError(msalError("something_new", name));
      assert.deepEqual([error.code, error.error], ["client_rejected", "something_new"]);
    }
  });

  test("and an error that is not from MSAL", () => {
    const own = new DoorcodeError("denied");
    assert.equal(asDoorcodeError(own), own);
    for (const thrown of [new TypeError("x"), "a string", undefined, { errorCode: "invalid_grant" }]) {
      assert.equal(asDoorcodeError(thrown).code, "invalid_issuer_response");
    }
  });
});

describe("what a Node.js error means", () => {
  const url = new URL("https://issuer.example/token");
  const nodeError = (code: string, syscall = "open") => Object.assign(new Error("Node's words"), { code, syscall });

  test("on the way to an issuer", () => {
    const meant: [kind: TransportError["kind"], says: RegExp, codes: string][] = [
      [
        "tls",
        /certificate of issuer\.example is not trusted/,
        "CERT_HAS_EXPIRED CERT_NOT_YET_VALID ERR_TLS_CERT_ALTNAME_INVALID UNABLE_TO_VERIFY_LEAF_SIGNATURE UNABLE_TO_GET_ISSUER_CERT_LOCALLY DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN INVALID_CA INVALID_PURPOSE HOSTNAME_MISMATCH PATH_LENGTH_EXCEEDED",
      ],
      [
        "tls",
        /TLS handshake with issuer\.example failed/,
        "ERR_SSL_WRONG_VERSION_NUMBER ERR_SSL_NO_PROTOCOLS_AVAILABLE",
      ],
      ["connection", /lost the connection to/, "ERR_SSL_SSL_HANDSHAKE_FAILURE_TIMEOUT ECONNRESET EPIPE ETIMEDOUT"],
      ["connection", /connection refused by/, "ECONNREFUSED"],
      ["connection", /cannot resolve/, "ENOTFOUND EAI_AGAIN"],
      ["connection", /no route to/, "ENETUNREACH EHOSTUNREACH"],
    ];
    for (const [kind, says, codes] of meant) {
      for (const code of codes.split(" ")) {
        const error = asTransportError(nodeError(code), url);
        assert.equal(error.kind, kind, code);
        assert.match(error.message, says);
        assert.ok(error.message.endsWith(`(${code})`), error.message);
      }
    }
    assert.equal(asTransportError("no error", url).message, "lost the connection to issuer.example");
  });

  test("at the token store: each with what to do about it, and none for another code", () => {
    const meant: [says: RegExp, hint: RegExp, codes: string][] = [
      [/belongs to another user/, /chown/, "EOWNER"],
      [/is open to other users/, /chmod go= '\/s'/, "EMODE"],
      [/is a symbolic link/, /real folder/, "ELOOP"],
      [/has the wrong file type/, /Move it away/, "EFTYPE ENOTDIR EISDIR"],
      [/is not accessible to this user/, /owner and mode/, "EACCES EPERM"],
      [/is on a read-only file system/, /DOORCODE_STORE_DIR/, "EROFS"],
      [/no space left/, /Free some disk space/, "ENOSPC EDQUOT"],
      [/Node's words/, new RegExp(`^${errorCatalogue.store_locked[1]}$`), "EIO EMFILE ENOENT"],
    ];
    for (const [says, hint, codes] of meant) {
      for (const code of codes.split(" ")) {
        const error = fileProblem(nodeError(code), "/s");
        assert.equal(error.code, "store_locked", code);
        assert.match(error.message, says, code);
        assert.match(error.hint, hint, code);
      }
    }
    const faults = (["damaged", "newer_version", "other_key"] as const).map((fault) => storeFault(fault, "/s").code);
    assert.deepEqual(faults, ["store_damaged", "store_locked", "store_locked"]);
  });

  test("only on a file system without hard links", () => {
    for (const code of ["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "EXDEV", "ENOSYS"]) {
      assert.equal(isWithoutLinks(nodeError(code, "link")), true, code);
      assert.equal(isWithoutLinks(nodeError(code, "open")), false, code);
    }
    for (const code of ["EEXIST", "ENOENT", "ENOSPC", "EROFS", "EIO", "EMLINK"]) {
      assert.equal(isWithoutLinks(nodeError(code, "link")), false, code);
    }
  });
});

/** The client's source files, without comments. */
function* sources(): Generator<[path: string, text: string]> {
  const folder = fileURLToPath(new URL("../src/", import.meta.url));
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith("ts")) continue;
    yield [path, readFileSync(join(folder, path), "utf8").replace(/^\s*(\/\*\*[\s\S]*?\*\/|\/\/.*)$/gm, "")];
  }
}

test("no text is Markdown, because programs print messages and hints unchanged, and a terminal shows backticks", () => {
  let found = 0;
  for (const [path, text] of sources()) {
    assert.doesNotMatch(text, /\\`/, path);
    for (const [literal] of text.matchAll(/"(?:[^"\\\n]|\\.)*"/g)) {
      found++;
      assert.doesNotMatch(literal, /`/, path);
    }
  }
  assert.ok(found >= 500, `${found}`);
});

test("each error of the configuration says what to do about its own value", () => {
  let found = 0;
  for (const [path, text] of sources()) {
    for (const [, details] of text.matchAll(/DoorcodeError\("configuration"([\s\S]*?)\}\);/g)) {
      found++;
      assert.match(details ?? "", /\bhint\b/, path);
    }
  }
  assert.ok(found >= 12, `${found}`);
});
