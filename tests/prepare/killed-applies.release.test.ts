import { test } from "node:test";
import { killedApplies } from "./killed-applies.ts";

test("Killed after any change, the next run ends where one run would", () => killedApplies(1));
