#!/usr/bin/env node
// biome-ignore-all lint/correctness/useImportExtensions: it reads the declarations beside the compiled files and expects ".cjs.cts".
"use strict";
const argv = process.argv.slice(2);

// This file is valid on Node.js 12, so that an old one prints this message instead of a syntax error.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`doorcode: needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

// A stored token and the status need no network: they are answered before anything large is loaded.
const answered = (argv[0] === "token" && answerToken()) || (argv[0] === "status" && answerStatus());
if (!answered) {
  Promise.resolve()
    .then(() => require("../dist/main.cjs").main(argv))
    .catch((error) => {
      console.error(`doorcode: ${error.message}`);
      return 1;
    })
    // Open handles (a signal handler, a channel to a parent) must not keep the process running.
    .then((exit) => process.stdout.write("", () => process.exit(exit)));
}

function answerToken() {
  const token = require("../dist/stored-session.cjs").cachedToken(argv.slice(1), process.env);
  return token !== undefined && print(1, token);
}

function answerStatus() {
  const columns = (require("node:tty").isatty(1) && process.stdout.columns) || 80;
  const shown = require("../dist/stored-session.cjs").offlineStatus(argv.slice(1), process.env, columns);
  if (shown === undefined) return false;
  process.exitCode = shown.exit;
  return print(1, shown.stdout) && (shown.stderr === "" || print(2, shown.stderr));
}

/** Writes to the file descriptor: creating the streams of `process` costs more than everything else here. */
function print(descriptor, text) {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(require("node:fs").writeSync(descriptor, rest));
  } catch (error) {
    // EAGAIN: the pipe is full, and the streams can wait. EPIPE: the reader has gone.
    if (error.code === "EAGAIN") (descriptor === 1 ? process.stdout : process.stderr).write(rest);
    else if (error.code !== "EPIPE") process.exitCode = 1;
  }
  return true;
}
