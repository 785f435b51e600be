import type { Flow } from "../../storage/store.ts";
import { type Answer, pathOf, type Visit } from "../page-request.ts";
import { openFlow, signOut } from "../session.ts";

/** "Not you?": this browser forgets the person and signs in anew, about the same device. */
export async function startOver(visit: Visit, flow: Flow): Promise<Answer> {
  await signOut(visit);
  return { to: pathOf("/sign-in", await openFlow(visit, flow.grantId, flow.intent)) };
}
