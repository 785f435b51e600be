import { describe } from "node:test";
import { postgres } from "./open-test-store.ts";
import { raceSuite } from "./race-suite.ts";

describe("PostgreSQL", () => raceSuite(postgres, 1));
