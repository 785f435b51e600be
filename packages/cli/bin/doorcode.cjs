#!/usr/bin/env node
"use strict";
import("../dist/main.js").then((cli) => cli.main(process.argv.slice(2)));
