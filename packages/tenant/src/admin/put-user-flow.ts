import { randomUUID } from "node:crypto";
import { checkUserFlow } from "../directory/check-user-flow.ts";
import { DEFAULT_USER_FLOW, type UserFlow } from "../directory/user-flow.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { AdminContext } from "./admin-context.ts";

/**
 * Keeps a user flow, new or in the place of the one with its id; what is left out is as in `DEFAULT_USER_FLOW`. An app
 * uses it once its `userFlowId` names it.
 * @throws TenantError `user_flow_invalid` with what is wrong, a sentence each; `user_flow_name_taken`
 */
export async function putUserFlow(
  ctx: Pick<AdminContext, "store" | "clock">,
  flow: Partial<UserFlow> & Pick<UserFlow, "name">,
): Promise<UserFlow> {
  const whole = { ...DEFAULT_USER_FLOW, id: randomUUID(), createdAt: ctx.clock.now(), ...flow };
  const problems = checkUserFlow(whole);
  if (problems.length > 0) {
    throw new TenantError("user_flow_invalid", `The user flow ${whole.name} cannot be used.`, problems.join(" "));
  }
  if (await ctx.store.directory.putUserFlow(whole)) return whole;
  throw new TenantError(
    "user_flow_name_taken",
    `There is another user flow called ${whole.name}.`,
    "Name it differently, or give the id of the one that it replaces.",
  );
}
