/** What `checkTenant` looks at: stable, for programs. */
export type CheckedPart =
  | "node"
  | "data_folder"
  | "lock"
  | "disk"
  | "seal_key"
  | "certificate"
  | "store"
  | "connection"
  | "schema"
  | "integrity"
  | "clock"
  | "signing_keys"
  | "mail_queue"
  | "expired_rows"
  | "mail_server"
  | "port"
  | "monitoring_port"
  | "public_url";

/** One result of `checkTenant`. */
export interface Finding {
  /** What was looked at. */
  part: CheckedPart;
  /** `error`: the tenant does not start, or cannot be used. */
  level: "ok" | "warning" | "error";
  /** What was found. */
  message: string;
  /** What to do. Empty if the level is `ok`. */
  hint: string;
}

export const ok = (part: CheckedPart, message: string): Finding => ({ part, level: "ok", message, hint: "" });
export const warning = (part: CheckedPart, message: string, hint: string): Finding => ({
  ...{ part, level: "warning", message, hint },
});
export const error = (part: CheckedPart, message: string, hint: string): Finding => ({
  ...{ part, level: "error", message, hint },
});

/** What `look` finds. An error with a hint that it throws is a finding, too. */
export async function findingsOf(part: CheckedPart, look: () => Promise<Finding[]> | Finding[]): Promise<Finding[]> {
  try {
    return await look();
  } catch (thrown) {
    if (!(thrown instanceof Error && "hint" in thrown)) throw thrown;
    return [error(part, thrown.message, String(thrown.hint))];
  }
}
