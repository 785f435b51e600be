import assert from "node:assert/strict";
import { checkUserFlow } from "../../src/directory/check-user-flow.ts";
import type { FlowAttribute, UserFlow } from "../../src/directory/user-flow.ts";
import { seed } from "../fixtures/seed.ts";
import { sampleUserFlow } from "../storage/samples.ts";
import type { PagesUnderTest } from "./pages-under-test.ts";

/** Lets users sign in and up for the device's app by its own user flow. */
export async function useUserFlow({ ctx, device }: PagesUnderTest, changes: Partial<UserFlow>): Promise<UserFlow> {
  const flow = sampleUserFlow({ attributes: [], termsOfUse: null, ...changes });
  assert.deepEqual(checkUserFlow(flow), []);
  assert.equal(await seed(ctx.store).putUserFlow(flow), true);
  await seed(ctx.store).putApp({ ...device, userFlowId: flow.id });
  return flow;
}

export const EXTENSION = "extension_0f1e2d3c4b5a69788796a5b4c3d2e1f0";

export function textBox(id: string, changes: Partial<FlowAttribute> = {}): FlowAttribute {
  return {
    id,
    label: id,
    inputType: "TextBox",
    dataType: "String",
    required: true,
    options: [],
    validationRegEx: null,
    ...changes,
  };
}
