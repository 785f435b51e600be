import { test } from "node:test";
import { killedCalls } from "./killed-calls.ts";

test("After a kill at any call, with or without its response, the next run gives the result of a single run", () =>
  killedCalls(1));
