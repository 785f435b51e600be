import type { Approver } from "../oauth/approval.ts";
import type { Visit } from "./page-request.ts";

/** Who decides in this browser; undefined while nobody is signed in. */
export function approverOf({ session, user, ip }: Visit): Approver | undefined {
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
