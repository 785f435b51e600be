import { test } from "node:test";
import { fuzz } from "./fuzz.ts";

test("2,000 malformed requests over every endpoint and page: no 5xx, no crash, nothing leaked", () =>
  fuzz({ runs: 2_000, seed: 8628 }));
