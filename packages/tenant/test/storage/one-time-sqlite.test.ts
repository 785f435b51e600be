import { describe } from "node:test";
import { oneTimeSuite } from "./one-time-suite.ts";
import { sqliteFile } from "./open-test-store.ts";

describe("SQLite", () => oneTimeSuite(sqliteFile));
