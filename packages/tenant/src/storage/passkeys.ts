/** A public key of one person, whose private half an authenticator of theirs holds (WebAuthn's credential record). */
export interface Passkey {
  /** base64url, as WebAuthn has it; unique in the tenant. */
  credentialId: string;
  userId: string;
  /** COSE key, base64url. */
  publicKey: string;
  /** Signature counter of its last use; 0 throughout for one that is synced. */
  counter: number;
  transports: string[];
  /** `multiDevice`: may be copied to the person's other devices. */
  deviceType: "singleDevice" | "multiDevice";
  backedUp: boolean;
  /** What the person calls it. */
  name: string;
  createdAt: number;
  lastUsedAt: number | null;
}

/** One person's; they are all listed on one page, and named to the browser when another is made. */
export const MAX_PASSKEYS = 20;

export interface PasskeyStore {
  /** `taken`: the credential is kept already, whoever's it is. `full`: the person has `MAX_PASSKEYS`. `no_user`: gone or disabled. */
  insert(passkey: Passkey): Promise<"ok" | "taken" | "full" | "no_user">;
  find(credentialId: string): Promise<Passkey | undefined>;
  /** The oldest first. */
  listOf(userId: string): Promise<Passkey[]>;
  /**
   * Compare-and-swap: the counter goes from `from` on to a higher `to`, or stays 0 where it always was. False when it
   * was used meanwhile, is gone, or the counter went back, which is how a copied key shows (WebAuthn §6.1.1).
   */
  use(credentialId: string, used: { from: number; to: number; backedUp: boolean; now: number }): Promise<boolean>;
  /** Only its owner's. */
  rename(userId: string, credentialId: string, name: string): Promise<boolean>;
  /** Only its owner's; what was removed. */
  remove(userId: string, credentialId: string): Promise<Passkey | undefined>;
}
