import type { Flow } from "../../stores/contract.ts";
import { openFlow, signOut } from "../session.ts";
import { type Answer, pathOf, type Visit } from "../visit.ts";

/** "Not you?": this browser forgets the person and signs in anew, about the same device. */
export async function startOver(visit: Visit, flow: Flow): Promise<Answer> {
  await signOut(visit);
  return { to: pathOf("/sign-in", await openFlow(visit, flow.grantId, flow.intent)) };
}
