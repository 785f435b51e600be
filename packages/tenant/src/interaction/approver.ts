import type { Decider } from "../oauth/device-authorization/decisions.ts";
import type { Visit } from "./page-request.ts";

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
