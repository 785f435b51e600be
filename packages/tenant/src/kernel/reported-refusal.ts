/**
 * A request, or a step of a user, that was refused. For the operator's terminal: unlike telemetry, it says whose it was.
 * It never contains a secret.
 */
export interface ReportedRefusal {
  /** A stable name: of an error of the protocol (`scope_invalid`), or of the access rule (`not_assigned`). */
  why: string;
  /** A sentence in English. It may quote the request. */
  message: string;
  /** The end of the sentence that only this request has, such as the name of a parameter. Null: it has none. */
  detail: string | null;
  /** Entra's error number; null if there is none. */
  aadsts: number | null;
  /** Whose request it was: of a user on our pages, who may be unknown, or of a program. */
  actor: "user" | "client";
  /** As the request names it. No such app has to exist. */
  clientId: string | null;
  /** Object ID of the signed-in user. */
  userId: string | null;
  ip: string | null;
  /** The audit log has a record of it. */
  recorded: boolean;
}

/** Takes what the rooms refuse. Returns at once, and never throws. */
export type ReportRefusal = (refusal: ReportedRefusal) => void;

export const reportNothing: ReportRefusal = () => undefined;
