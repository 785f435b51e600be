import type { SignInMethod } from "../../directory/sign-in-methods.ts";
import type { Connection, Database } from "../engine/database.ts";

/**
 * How a user signed in in this session, which is locked until the end of the transaction, so that its end waits or is seen.
 * Undefined: the session has ended, or is not theirs. `now` and `authTime` in milliseconds since the epoch.
 */
export async function lockedSession(
  trx: Connection,
  { locksRows }: Pick<Database, "locksRows">,
  { sessionId, userId, now }: { sessionId: string; userId: string; now: number },
): Promise<{ methods: SignInMethod[]; authTime: number } | undefined> {
  const session = await trx
    .selectFrom("sessions")
    .where("id", "=", sessionId)
    .where("userId", "=", userId)
    .where("expiresAt", ">", now)
    .where((where) => where.or([where("idleExpiresAt", "is", null), where("idleExpiresAt", ">", now)]))
    .select(["methods", "authTime"])
    .$if(locksRows, (query) => query.forShare())
    .executeTakeFirst();
  return session && { methods: JSON.parse(session.methods), authTime: session.authTime ?? 0 };
}
