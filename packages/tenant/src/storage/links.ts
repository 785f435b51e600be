/** What a link in a mail is told with, and what its use ends; see `LinkStore.use`. */
export type LinkPurpose =
  | "new_device"
  | "password_changed"
  | "authenticator_added"
  | "authenticator_removed"
  | "passkey_added"
  | "passkey_removed"
  | "recovery_codes_replaced"
  | "recovery_code_used"
  | "refresh_token_reused"
  | "refresh_token_repeated";

/** A link in a mail: "this wasn't me". Only the hash of its secret is kept. */
export interface ActionLink {
  tokenHash: string;
  purpose: LinkPurpose;
  userId: string;
  /** `new_device`: the grant's id; `passkey_added`: the credential's id; `refresh_token_…`: the program's client ID, or "" in links of before; else "". */
  subject: string;
  createdAt: number;
  expiresAt: number;
  usedAt: number | null;
}

export type LinkUse =
  | { outcome: "done"; link: ActionLink }
  /** Used before, expired, or unknown: nothing changed. */
  | { outcome: "dead" };

export interface LinkStore {
  insert(link: Omit<ActionLink, "usedAt">): Promise<void>;
  /** Undefined unless it can be used at `now`. Changes nothing. */
  find(tokenHash: string, now: number): Promise<ActionLink | undefined>;
  /**
   * Once, by compare-and-swap, and with it, in the same transaction, the end of what the mail told of:
   * `new_device`: the grant is denied unless redeemed, its sign-in revoked, and the browser that said yes signed out.
   * All others: every browser of this person is signed out, every sign-in revoked, no device waits for theirs any more,
   * and the password, which whoever did it may know, no longer works, so that only a reset by mail sets one again. What
   * was added goes: the passkey; the authenticator app with its recovery codes; recovery codes replaced, or known to
   * the person who used one. Unless the mail was about a program's token, so do passkeys, app and recovery codes that
   * were added before the mail by less than the link lives, or after it. Recorded as `user.disowned`.
   */
  use(input: { tokenHash: string; now: number; ip: string | null }): Promise<LinkUse>;
}
