import { test } from "node:test";
import { fuzz } from "./fuzz.ts";

// fuzz.release.test.ts sends more, and checks that they reach the code behind each form's token check.
test("400 malformed requests over every endpoint and page: no 5xx, no crash, nothing leaked, no one let in", async () => {
  await fuzz({ runs: 400, seed: 8628 });
});
