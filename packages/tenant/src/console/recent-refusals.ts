import type { ReportedRefusal } from "../kernel/reported-refusal.ts";
import type { Clock } from "../kernel/time.ts";

/** Those that are remembered. A page shows fewer. */
const MOST = 20;
/** The same refusal within this time is shown once: a program in a loop hides nothing else. */
const SAME_MS = 2_000;
/** A refusal may quote a request. */
const LONGEST_MESSAGE = 300;

/** A request of a program or a browser that was refused, and that the audit log does not have. */
export interface RecentRefusal {
  /** Milliseconds since the epoch. */
  at: number;
  /** A stable name: of an error of the protocol (`scope_invalid`), or of the access rule (`not_assigned`). */
  why: string;
  /** A sentence, as the program gets it. */
  message: string;
  /** The end of the sentence that only this request has. */
  detail: string | null;
  /** Of Entra: 50011. Null: it has none. */
  aadsts: number | null;
  /** On whose request: of a user on our pages, or of a program. */
  actor: "user" | "client";
  clientId: string | null;
  /** Object ID of the signed-in user. */
  userId: string | null;
}

/** The latest refusals of this process, in memory. */
export interface RecentRefusals {
  note(refusal: ReportedRefusal): void;
  /** Newest first. */
  list(): readonly RecentRefusal[];
}

export function recentRefusals(clock: Clock): RecentRefusals {
  const refusals: RecentRefusal[] = [];
  return {
    note({ why, message, detail, aadsts, actor, clientId, userId, recorded }) {
      if (recorded) return;
      const refusal: RecentRefusal = {
        ...{ at: clock.now(), why, actor, userId, message: message.slice(0, LONGEST_MESSAGE), aadsts: aadsts ?? null },
        detail: detail?.slice(0, LONGEST_MESSAGE) ?? null,
        clientId: clientId?.slice(0, 36) ?? null,
      };
      const isSame = (other: RecentRefusal) =>
        other.message === refusal.message && other.clientId === refusal.clientId && refusal.at - other.at < SAME_MS;
      if (refusals.some(isSame)) return;
      refusals.unshift(refusal);
      refusals.length = Math.min(refusals.length, MOST);
    },
    list: () => refusals,
  };
}
