// cspell:ignore logn usrs verion prot
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, test } from "node:test";
import { type Found, nameOf, walk } from "../src/definition/command.ts";
import { program } from "../src/definition/program.ts";
import { topics } from "../src/definition/topics.ts";
import { helpFor, helpOf } from "../src/help.ts";
import { doorcode, packageFolder } from "./cli-process.ts";

const everything: Found[] = [{ path: [], command: program }, ...walk(program)];
const words = (of: string) => of.replaceAll("`", "").split(/\s+/).filter(Boolean).join(" ");

describe("the help of every command", () => {
  for (const { path, command } of everything) {
    test(`${nameOf(path)}: fits 80 columns, is complete, and has examples`, () => {
      const help = helpOf(path, command);
      for (const line of help.split("\n")) assert.ok(line.length <= 80, line);
      const { description = [], options = {}, arguments: positionals = [], examples = [], commands } = command;
      const said = [...description, ...[...Object.values(options), ...positionals].map((each) => each.help)];
      for (const each of said) assert.ok(words(help).includes(words(each)), each);
      assert.ok(commands !== undefined || path[0] === "version" || examples.length > 0, "an example");
      const pasted = help.replace(/ \\\n +/g, " ");
      for (const { line } of examples) assert.ok(pasted.includes(`\n  $ ${line}\n`), line);
    });
  }

  test("has one style: imperative sentences that begin with a capital and have no period", () => {
    for (const { path, command } of everything) {
      const { summary, options = {}, examples = [], arguments: positionals = [] } = command;
      const lines = [
        summary,
        ...Object.values(options).map(({ help }) => help),
        ...positionals.map(({ help }) => help),
        ...examples.map(({ what }) => what),
      ];
      for (const line of lines) assert.match(line, /^(?:[A-Z]|bash, |'|1 )(?:.*[^.])$/s, `${nameOf(path)}: ${line}`);
      assert.doesNotMatch(summary, /^\w+s\b(?<!List\b)/, `${nameOf(path)}: ${summary}`);
    }
  });

  test("the examples name commands and options that exist", () => {
    for (const { command } of everything) {
      for (const { line } of command.examples ?? []) {
        for (const [, call = ""] of line.matchAll(/\bdoorcode ([^|)>]*)/g)) {
          const parts = call.trim().split(/\s+/);
          const found = everything.findLast(
            ({ path }) => path.length > 0 && path.every((word, at) => parts[at] === word),
          );
          assert.ok(found, call);
          for (const part of parts.filter((each) => each.startsWith("--"))) {
            assert.ok(Object.hasOwn(found.command.options ?? {}, part.slice(2)), `${call}: ${part}`);
          }
        }
      }
    }
  });
});

describe("asking for help", () => {
  const run = (...args: string[]) => doorcode(args).ended;
  const root = helpOf([], program);

  test("doorcode without arguments, help, --help and -h show the commands on stdout and exit with 0", async () => {
    for (const args of [[], ["help"], ["--help"], ["-h"], ["--verbose", "--help"]]) {
      assert.deepEqual(await run(...args), { exit: 0, stdout: root, stderr: "" }, args.join(" "));
    }
  });

  test("help COMMAND, COMMAND --help and COMMAND -h are the same at every depth", async () => {
    for (const path of [["login"], ["tenant"], ["tenant", "users"], ["tenant", "users", "add"]]) {
      const { command } = everything.find((each) => nameOf(each.path) === nameOf(path)) ?? assert.fail();
      const expected = { exit: 0, stdout: helpOf(path, command), stderr: "" };
      assert.deepEqual(await run("help", ...path), expected);
      assert.deepEqual(await run("--help", ...path), expected);
      assert.deepEqual(await run(...path, "--help"), expected);
      assert.deepEqual(await run(...path, "--json", "-h"), expected);
    }
    assert.equal((await run("tenant")).stdout, helpFor(program, ["tenant"]), "a group without a command of its own");
  });

  test("--version, -V and version print the version", async () => {
    const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
    for (const word of ["--version", "-V", "version"]) {
      assert.deepEqual(await run(word), { exit: 0, stdout: `${version}\n`, stderr: "" });
    }
  });

  test("topics fit 80 columns and name every variable and exit code", () => {
    for (const name of Object.keys(topics)) {
      for (const line of helpFor(program, [name]).split("\n")) assert.ok(line.length <= 80, line);
      assert.ok(root.includes(name));
    }
    assert.match(helpFor(program, ["environment"]), /DOORCODE_STORE_DIR[\s\S]*NO_PROXY[\s\S]*DOORCODE_SMTP/);
    assert.match(helpFor(program, ["exit-codes"]), /^ {2}3 {4}You have to sign in$[\s\S]*^ {2}143 /m);
  });

  test("an unknown command or topic is an error with a suggestion", async () => {
    for (const [args, hint] of [
      [["help", "logn"], "doorcode help login"],
      [["help", "tenant", "usrs"], "doorcode help tenant users"],
      [["help", "exit-code"], "doorcode help exit-codes"],
    ] as const) {
      const { exit, stdout, stderr } = await run(...args);
      assert.deepEqual([exit, stdout], [2, ""]);
      assert.ok(stderr.endsWith(`Did you mean: ${hint}\n`), stderr);
    }
  });

  test("a closed pipe ends it without an error", { skip: process.platform === "win32" }, async () => {
    const entry = join(packageFolder, "bin/doorcode.cjs");
    const script = `"$0" "$1" help exit-codes | true; "$0" "$1" help | head -1`;
    const child = spawn("/bin/sh", ["-c", script, process.execPath, entry], { stdio: ["ignore", "pipe", "pipe"] });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    assert.deepEqual([stdout, stderr], [root.slice(0, root.indexOf("\n") + 1), ""]);
  });
});

describe("a wrong command line", () => {
  for (const [args, said] of [
    [["sign-in"], 'Unknown command "sign-in".\nSee: doorcode --help'],
    [["logn"], 'Unknown command "logn".\nDid you mean: doorcode login'],
    [["tenant", "strat"], 'Unknown command "tenant strat".\nDid you mean: doorcode tenant start'],
    [
      ["tenant", "users", "remove"],
      'Unknown command "tenant users remove".\nDid you mean: doorcode tenant users delete',
    ],
    [["tenant", "users", "ad"], 'Unknown command "tenant users ad".\nDid you mean: doorcode tenant users add'],
    [["--verbose"], "doorcode needs a command before options.\nSee: doorcode --help"],
    [["--verion"], "doorcode needs a command before options.\nDid you mean --version?"],
    [["tenant", "--data", "x"], "doorcode tenant needs a command before options.\nSee: doorcode tenant --help"],
    [["tenant", "start", "--prot", "1"], "Unknown option --prot.\nDid you mean --port?"],
    [["status", "--nonsense=x"], "Unknown option --nonsense.\nSee: doorcode status --help"],
    [
      ["tenant", "start", "--port", "443x"],
      '--port takes a number from 0 to 65535, not "443x".\nSee: doorcode tenant start --help',
    ],
    [
      ["login", "--timeout", "a".repeat(32)],
      "--timeout takes a time such as 90s, 15m or 1h.\nSee: doorcode login --help",
    ],
    [
      ["login", "https://issuer.example/v2.0"],
      "doorcode login takes no arguments, besides options; https://issuer.example/v2.0 is one too many.\nSee: doorcode login --help",
    ],
    [
      ["login", "https://hooks.example/services/T00000/B00000/kX8QaB3dE5fG"],
      "doorcode login takes no arguments, besides options.\nSee: doorcode login --help",
    ],
    [["tenant", "kX8Q~aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3z"], "Unknown command.\nSee: doorcode tenant --help"],
    [["login", "p@ssword.1"], "doorcode login takes no arguments, besides options.\nSee: doorcode login --help"],
    [["login", "hunter2"], "doorcode login takes no arguments, besides options.\nSee: doorcode login --help"],
    [
      ["tenant", "clock", "advance", "-5m"],
      "-5m is not how far a clock moves.\nIt moves forward only. An earlier time: doorcode tenant clock set TIME --back",
    ],
    [
      ["login", "--timeout", "soon"],
      '--timeout takes a time such as 90s, 15m or 1h, not "soon".\nSee: doorcode login --help',
    ],
    [["tenant", "approve"], "Missing argument CODE.\nSee: doorcode tenant approve --help"],
    [["tenant", "approve", "BCDFGHJK"], "Missing option --as EMAIL.\nSee: doorcode tenant approve --help"],
    [["call"], "Missing argument URL.\nSee: doorcode call --help"],
    [["call", "a", "b"], "doorcode call takes one argument, besides options.\nSee: doorcode call --help"],
    [["token", "extra"], "doorcode token takes no arguments, besides options.\nSee: doorcode token --help"],
    [["token", "--scope"], "--scope needs a value: --scope SCOPE.\nSee: doorcode token --help"],
    [["token", "--explain=x"], "--explain takes no value.\nSee: doorcode token --help"],
    [["login", "--profile", "a", "--profile", "b"], "--profile is given twice.\nSee: doorcode login --help"],
    [["completion", "fsh"], 'No completion for the shell "fsh".\nDid you mean: doorcode completion fish'],
  ] as const) {
    test(`is corrected: ${args.join(" ")}`, async () => {
      const { exit, stdout, stderr } = await doorcode([...args]).ended;
      assert.deepEqual([exit, stdout, stderr], [2, "", `doorcode: ${said}\n`]);
    });
  }

  test("is also an event with --json, and an argument that could be a secret is never repeated", async () => {
    const { exit, stdout } = await doorcode(["tenant", "apps", "add-secret", "--json"]).ended;
    assert.equal(exit, 2);
    assert.deepEqual(JSON.parse(stdout).message, "Missing argument CLIENT_ID.");
    for (const args of [
      ["postgres://doorcode:hunter2@db.contoso.example/doorcode"],
      ["tenant", "start", "--store-file=postgres://doorcode:hunter2@db.contoso.example/doorcode"],
      ["tenant", "users", "add", "a@b.example", "--password", "hunter2"],
      ["help", "--token=hunter2"],
    ]) {
      const { exit, stdout, stderr } = await doorcode([...args, "--json"]).ended;
      assert.deepEqual([exit, JSON.parse(stdout).code], [2, "secret_on_argv"]);
      assert.doesNotMatch(stdout + stderr, /hunter2/);
    }
  });
});
