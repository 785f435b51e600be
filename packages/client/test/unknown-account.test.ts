import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "../src/create-client.ts";
import { memoryStore } from "../src/token-store/memory-store.ts";

const GUID = "7d3c1b2a-5e4f-4a6b-8c9d-0e1f2a3b4c5d";

test("an account that is not signed in is named, unless it is an ID", async () => {
  const client = createClient({
    authority: "https://contoso.ciamlogin.com/7d3c1b2a-0000-4000-8000-000000000000",
    clientId: "00000000-0000-4000-8000-000000000000",
    store: memoryStore(),
  });
  for (const [account, who] of [
    ["grace_hopper_of_contoso", "no user named grace_hopper_of_contoso is"],
    ["grace-hopper-of-contoso.example", "no user named grace-hopper-of-contoso.example is"],
    ["ada@contoso.example", "no user named ada@contoso.example is"],
    [GUID, "the user of this session is no longer"],
    [`${GUID}.${GUID}`.toUpperCase(), "the user of this session is no longer"],
    [undefined, "no user is"],
  ] as const) {
    await assert.rejects(
      client.getToken({ ...(account && { account }), scopes: ["api://todo/Read"] }),
      (error: Error) => error.message.includes(`: ${who} signed in at https://contoso.ciamlogin.com/`),
    );
  }
});
