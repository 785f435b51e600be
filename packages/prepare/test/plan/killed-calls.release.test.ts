import { test } from "node:test";
import { killedCalls } from "./killed-calls.ts";

test("Killed after any call, with or without its answer, the next run ends where one run would", () => killedCalls(1));
