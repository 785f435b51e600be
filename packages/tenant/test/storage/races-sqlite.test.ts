import { describe } from "node:test";
import { sqliteFile } from "./open-test-store.ts";
import { raceSuite } from "./race-suite.ts";

describe("SQLite", () => raceSuite(sqliteFile, 1));
