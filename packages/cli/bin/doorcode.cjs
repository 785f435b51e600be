#!/usr/bin/env node
"use strict";
import("../dist/main.js")
  .then((cli) => cli.main(process.argv.slice(2)))
  .catch((error) => {
    console.error(`doorcode: ${error.message}`);
    return 1;
  })
  // What is still open then (a signal handler, a channel to a parent) must not keep the process.
  .then((exit) => process.stdout.write("", () => process.exit(exit)));
