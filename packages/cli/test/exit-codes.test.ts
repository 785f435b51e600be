import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DoorcodeError } from "@doorcode/client";
import { errorCatalogue } from "../../client/src/errors.ts";
import { prepareErrors } from "../../prepare/src/prepare-error.ts";
import { parse } from "../src/arguments.ts";
import { CommandError, type ErrorCode, exitCodeOf, exitCodeOfError, UsageError } from "../src/exit-codes.ts";
import { onInterruption } from "../src/main.ts";
import { refuseSecrets } from "../src/secrets-in-arguments.ts";

const withCode = (code: string) => Object.assign(new Error("what happened"), { code });

describe("the exit code", () => {
  const expected: Partial<Record<ErrorCode, number>> = {
    ...{ usage: 2, secret_on_argv: 2, configuration: 2, client_rejected: 2, origin_not_declared: 2 },
    ...{ sign_in_needed: 3, sign_in_again: 3, denied: 4, wrong_account: 4, code_expired: 5, timed_out: 5 },
    ...{ blocked_by_policy: 6, issuer_unreachable: 7, store_locked: 8, store_damaged: 8, scope_not_granted: 11 },
    ...{ cancelled: 130, invalid_issuer_response: 1, token_not_trusted: 1, body_not_replayable: 1 },
    ...{ tenant_file_invalid: 2, ambiguous: 2, conflicts_with_tenant: 2, not_for_entra: 2, password_missing: 2 },
    ...{ graph_unauthenticated: 3, graph_denied: 4, graph_throttled: 7, graph_unreachable: 7, graph_refused: 1 },
    ...{ graph_misbehaved: 1, graph_conflict: 1, wrong_plan: 1, interrupted: 130 },
    ...{ administrator_needed: 4, administration_not_allowed: 4, not_assigned: 4, code_used: 4, code_used_twice: 4 },
    ...{ tenant_not_running: 7, data_folder_refused: 8, store_missing: 2, ca_missing: 2, domain_fixed: 2 },
    ...{ app_unknown: 2, app_secret_refused: 2, email_invalid: 2, password_short: 2, port_in_use: 1 },
  };
  for (const [code, exit] of Object.entries(expected)) {
    test(`of ${code} is ${exit}, for every command`, () => {
      assert.equal(exitCodeOf(withCode(code)), exit);
      assert.equal(exitCodeOf(new CommandError(code as ErrorCode, "what happened", "what to do")), exit);
    });
  }

  test("exists for every error in the catalogues of the client and of prepare", () => {
    for (const code of [...Object.keys(errorCatalogue), ...Object.keys(prepareErrors)]) {
      assert.ok(Object.hasOwn(exitCodeOfError, code), code);
    }
    assert.equal(exitCodeOf(new DoorcodeError("denied")), 4);
  });

  test("of a wrong command line is 2, and of an error without a known code 1", () => {
    assert.equal(exitCodeOf(new UsageError("what is wrong", "what to do")), 2);
    for (const thrown of [withCode("ENOENT"), withCode("constructor"), new Error("x"), { code: "denied" }, undefined]) {
      assert.equal(exitCodeOf(thrown), 1);
    }
  });
});

test("each signal has its exit code; the first signal decides and lets the command finish, and a second one ends it immediately", async (t) => {
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
    ["postgres://doorcode:hunter2/?#@db.contoso.example/doorcode"],
    ["--store=postgres://doorcode@db.contoso.example/doorcode?ssl=true&password=hunter2"],
    ["https://todo.example/reset?user=ada&access_token=hunter2"],
    ["http://todo.example/#access_token=hunter2"],
    ["https://ada:pa/hunter2@todo.example/api"],
    ["https://ada:pa?hunter2@todo.example/api"],
    ["--authority=https://ada:p#hunter2@todo.example/api"],
    ["https://ada:12345hunter2/@[::1]/api"],
  ];
  for (const argv of words) {
    test(`is refused and not repeated: ${argv.join(" ").replaceAll("hunter2", "…")}`, () => {
      assert.throws(
        () => refuseSecrets(argv),
        (error: UsageError) =>
          error instanceof UsageError &&
          error.code === "secret_on_argv" &&
          /does not belong on the command line/.test(error.message) &&
          !`${error.message}${error.hint}`.includes("hunter2"),
      );
    });
  }

  test("does not include arguments that only look like one", () => {
    const argv = [
      ...["--token-stdin", "--password-stdin", "token", "https://issuer.example/a:b@c", "https://user@issuer.example"],
      ...["https://localhost:8443/users/ada@contoso.example", "https://[::1]:8443/ada@contoso.example"],
      ...["https://[::1]/ada@contoso.example", "https://todo.example:8443?to=ada@contoso.example"],
      ...["-H", "x-authorization: a", "postgres://db.contoso.example/doorcode"],
    ];
    assert.doesNotThrow(() => refuseSecrets(argv));
    const header = { type: "string", short: "H", value: "HEADER", help: "", multiple: true } as const;
    const call = { summary: "", options: { header } };
    assert.deepEqual(parse(["call"], call, ["-H", "x-authorization: a"]).list("header"), ["x-authorization: a"]);
  });
});
