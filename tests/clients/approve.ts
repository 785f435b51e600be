import {
  approveGrant,
  claimGrant,
  type Decider,
  denyGrant,
  enterCode,
} from "../../packages/tenant/src/device-grant/decisions.ts";
import type { DeviceGrant } from "../../packages/tenant/src/device-grant/grant.ts";
import type { User } from "../../packages/tenant/src/directory/entities.ts";
import type { TenantContext } from "../../packages/tenant/src/tenant-context.ts";
import { hashSecret, newSecret } from "../../packages/tenant/src/tokens/seal.ts";

/** The second device: a signed-in person who enters a code and decides, by the same steps as the pages. */
export interface Approver {
  approve(userCode: string): Promise<void>;
  deny(userCode: string): Promise<void>;
}

export function approver(ctx: TenantContext, user: User): Approver {
  return {
    async approve(userCode) {
      const { grant, decider } = await claim(ctx, user, userCode);
      const { outcome } = await approveGrant(ctx, grant, decider);
      if (outcome !== "done") throw new Error(`The approval of ${userCode} came out as ${outcome}.`);
    },
    async deny(userCode) {
      const { grant, decider } = await claim(ctx, user, userCode);
      const { outcome } = await denyGrant(ctx, grant, decider);
      if (outcome !== "done") throw new Error(`The refusal of ${userCode} came out as ${outcome}.`);
    },
  };
}

async function claim(
  ctx: TenantContext,
  user: User,
  userCode: string,
): Promise<{ grant: DeviceGrant; decider: Decider }> {
  const entered = await enterCode(ctx, userCode);
  if (entered.outcome !== "found") throw new Error(`The code ${userCode} is ${entered.outcome}.`);
  const decider: Decider = {
    sessionId: hashSecret(newSecret()),
    user,
    amr: ["pwd"],
    authTime: ctx.clock.now(),
    by: "user",
    ip: "127.0.0.1",
  };
  const claimed = await claimGrant(ctx, entered.grant.id, decider);
  if (claimed.outcome !== "claimed") throw new Error(`The claim of ${userCode} came out as ${claimed.outcome}.`);
  return { grant: claimed.grant, decider };
}
