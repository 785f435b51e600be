import { describe } from "node:test";
import { oneTimeSuite } from "./one-time-suite.ts";
import { postgres } from "./open-test-store.ts";

describe("PostgreSQL", () => oneTimeSuite(postgres));
