import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DoorcodeError, type DoorcodeErrorCode } from "@doorcode/client";
import type { PrepareErrorCode } from "@doorcode/prepare";
import { parse } from "../src/arguments.ts";
import { CommandError, exitCodeOf, UsageError } from "../src/exit-codes.ts";
import { onInterruption } from "../src/main.ts";

const withCode = (code: string) => Object.assign(new Error("what happened"), { code });

describe("the exit code", () => {
  // The compiler asks for every code of both packages.
  const ofClient: Record<DoorcodeErrorCode, number> = {
    configuration: 2,
    client_rejected: 2,
    scope_not_granted: 11,
    origin_not_declared: 2,
    sign_in_needed: 3,
    sign_in_again: 3,
    denied: 4,
    wrong_account: 4,
    code_expired: 5,
    timed_out: 5,
    blocked_by_policy: 6,
    issuer_unreachable: 7,
    invalid_issuer_response: 1,
    token_not_trusted: 1,
    body_not_replayable: 1,
    store_locked: 8,
    store_damaged: 8,
    cancelled: 130,
  };
  const ofPrepare: Record<PrepareErrorCode | "tenant_file_invalid" | "administrator_needed", number> = {
    tenant_file_invalid: 2,
    ambiguous: 2,
    conflicts_with_tenant: 2,
    not_for_entra: 2,
    password_missing: 2,
    graph_unauthenticated: 3,
    administrator_needed: 4,
    graph_denied: 4,
    graph_throttled: 7,
    graph_unreachable: 7,
    graph_refused: 1,
    graph_misbehaved: 1,
    graph_conflict: 1,
    wrong_plan: 1,
    interrupted: 130,
  };

  for (const [code, exit] of Object.entries(ofClient)) {
    test(`of ${code} is ${exit}`, () => {
      assert.equal(exitCodeOf(new DoorcodeError(code as DoorcodeErrorCode)), exit);
      assert.equal(exitCodeOf(new CommandError(code, "what happened", "what to do")), exit);
    });
  }
  for (const [code, exit] of Object.entries(ofPrepare)) {
    test(`of ${code} is ${exit}`, () => assert.equal(exitCodeOf(withCode(code)), exit));
  }

  test("of a command line that cannot be meant is 2, of anything else 1", () => {
    assert.equal(exitCodeOf(new UsageError("what is wrong", "what to do")), 2);
    for (const thrown of [withCode("ENOENT"), new Error("x"), { code: "denied" }, "denied", undefined]) {
      assert.equal(exitCodeOf(thrown), 1);
    }
  });
});

test("each signal has its exit code; the first decides, the command has a moment, a second signal ends it at once", async (t) => {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    const before = new Map(names.map((name) => [name, process.listeners(name)]));
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { mock } = t.mock.method(process, "exit", () => undefined);
    const ended = () => mock.calls.map((call) => call.arguments[0]);
    try {
      const interruption = await onInterruption();
      assert.equal(interruption.exit(), undefined);
      process.emit(signal);
      assert.equal(interruption.exit(), code);
      assert.equal((interruption.signal.reason as DoorcodeError).code, "cancelled");
      t.mock.timers.tick(149);
      assert.deepEqual(ended(), []);
      t.mock.timers.tick(1);
      assert.deepEqual(ended(), [code]);
      process.emit(signal === "SIGINT" ? "SIGTERM" : "SIGINT");
      assert.deepEqual(ended(), [code, code]);
    } finally {
      for (const name of names) {
        for (const listener of process.listeners(name)) {
          if (!before.get(name)?.includes(listener)) process.off(name, listener);
        }
      }
      t.mock.reset();
    }
  }
});

describe("a secret on the command line", () => {
  const options = [
    "client-secret",
    "clientsecret",
    "secret",
    "password",
    "passphrase",
    "passcode",
    "refresh-token",
  ].concat(["refreshtoken", "access-token", "accesstoken", "token", "device-code", "devicecode", "api-key", "apikey"]);
  const words = [
    ...options.flatMap((name) => [[`--${name}`, "hunter2"], [`--${name}=hunter2`], [`-${name}=hunter2`]]),
    ...options.map((name) => [`--${name.toUpperCase()}=hunter2`]),
    ["https://user:hunter2@issuer.example"],
    ["--authority=https://user:hunter2@issuer.example"],
    ["--authority", "postgres://:hunter2@issuer.example/x"],
    ["-H", "Authorization: Bearer hunter2"],
    ["-Hauthorization:hunter2"],
    ["--header=Cookie: a=hunter2"],
    ["-H", "proxy-authorization: Basic hunter2"],
  ];
  for (const argv of words) {
    test(`is refused and not repeated: ${argv.join(" ").replaceAll("hunter2", "…")}`, () => {
      assert.throws(
        () => parse("call", argv, {}, 9),
        (error: UsageError) =>
          error instanceof UsageError &&
          /does not belong on the command line/.test(error.message) &&
          !`${error.message}${error.hint}`.includes("hunter2"),
      );
    });
  }

  test("is not what only looks alike", () => {
    const specs = {
      "token-stdin": { type: "boolean", help: "" },
      "password-stdin": { type: "boolean", help: "" },
      header: { type: "string", short: "H", help: "", multiple: true },
    } as const;
    const argv = [
      "--token-stdin",
      "--password-stdin",
      "token",
      "https://issuer.example/a:b@c",
      "https://user@issuer.example",
    ];
    assert.deepEqual(parse("call", argv, specs, 9).words, argv.slice(2));
    assert.deepEqual(parse("call", ["-H", "x-authorization: a"], specs, 9).list("header"), ["x-authorization: a"]);
  });
});
