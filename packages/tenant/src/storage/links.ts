import type { NewOutboxMail } from "./mail.ts";
import type { DisplacedUser } from "./own-account.ts";

/** The subject of a mail with a link, which decides what using the link ends. See `LinkStore.use`. */
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

/** A link in a mail: "this wasn't me". Only the hash of its secret is stored. */
export interface ActionLink {
  tokenHash: string;
  purpose: LinkPurpose;
  userId: string;
  /**
   * `new_device`: the grant's ID. `passkey_added`: the credential's ID. `refresh_token_…`: the program's client ID, or
   * "" in older links. All others: "".
   */
  subject: string;
  /** The normalized address. Null: by a node of an earlier version. */
  mailedTo: string | null;
  createdAt: number;
  expiresAt: number;
  usedAt: number | null;
}

/** `takesBack`: using it also gives the account the address back to which it was mailed. */
export type FoundLink = ActionLink & { takesBack: boolean };

export type LinkUse =
  /** `addressRestored`: the account got back the address to which the link was mailed. */
  | { outcome: "done"; link: ActionLink; addressRestored: boolean }
  /** Used before, expired, unknown, or mailed to an address that the account has no longer. Nothing changed. */
  | { outcome: "dead" };

export interface LinkStore {
  insert(link: Omit<ActionLink, "usedAt">): Promise<void>;
  /** Undefined unless the link can be used at `now`. Changes nothing. */
  find(tokenHash: string, now: number): Promise<FoundLink | undefined>;
  /**
   * Uses the link once, by compare-and-swap, and in the same transaction ends what the mail was about. Recorded as
   * `user.disowned`.
   *
   * `new_device`: denies the grant unless it is redeemed, revokes its sign-in, and signs out the browser that approved.
   *
   * All others: signs out every browser of this user, revokes every sign-in, and withdraws pending device approvals.
   * The password stops working, because the attacker may know it, and only a reset by mail sets a new one. Also removes
   * what was added: the passkey; the authenticator app with its recovery codes; recovery codes that were replaced, or
   * that the person who used one knows. Unless the mail was about a program's token, passkeys, app and recovery codes
   * are also removed if they were added after the mail, or before it by less than the lifetime of the link.
   *
   * A link acts for the address to which it was mailed. If an open change took that address from the account, every link,
   * whatever its purpose, also takes the account back as the link of that change (`EmailChangeStore.undo`), unless another
   * account has the address. If the account had the address only by a change that was taken back, the link is dead.
   */
  use(input: {
    tokenHash: string;
    now: number;
    ip: string | null;
    toDisplaced: (user: DisplacedUser) => NewOutboxMail;
  }): Promise<LinkUse>;
}
