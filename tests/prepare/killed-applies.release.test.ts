import { test } from "node:test";
import { killedApplies } from "./killed-applies.ts";

test("Killed after any change, the next run ends in the same state as a single run", () => killedApplies(1));
