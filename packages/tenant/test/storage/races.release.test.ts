import { describe } from "node:test";
import { postgres, sqliteFile } from "./open-test-store.ts";
import { raceSuite } from "./race-suite.ts";

describe("SQLite", () => raceSuite(sqliteFile, 20));
describe("PostgreSQL", () => raceSuite(postgres, 20));
