import { claimGrant, type Decider } from "../device-grant/decisions.ts";
import type { Flow } from "../stores/contract.ts";
import { openFlow, signOut } from "./session.ts";
import { type Answer, pathOf, type Visit } from "./visit.ts";

/** Who decides in this browser; undefined while nobody is signed in. */
export function deciderOf({ session, user, ip }: Visit): Decider | undefined {
  if (!session || !user) return undefined;
  return {
    sessionId: session.id,
    user,
    amr: session.amr,
    authTime: session.authTime ?? session.createdAt,
    by: "user",
    ip,
  };
}

/** After sign-in: the grant becomes this person's, and the next page says what it asks, or how it ended. */
export async function claimAndConfirm(visit: Visit, flow: Flow): Promise<Answer> {
  const decider = deciderOf(visit);
  if (!decider) return { to: pathOf("/sign-in", flow) };
  if (flow.grantId === null) return { to: "/device" };
  await claimGrant(visit.ctx, flow.grantId, decider);
  return { to: pathOf("/confirm", flow) };
}

/** "Not you?": this browser forgets the person and signs in anew, about the same device. */
export async function startOver(visit: Visit, flow: Flow): Promise<Answer> {
  await signOut(visit);
  return { to: pathOf("/sign-in", await openFlow(visit, flow.grantId)) };
}
