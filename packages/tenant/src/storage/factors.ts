import type { User } from "../directory/entities.ts";

/** An authenticator app that a person has enrolled (RFC 6238). */
export interface EnrolledTotp {
  userId: string;
  /** Its secret, sealed for this person; every sealing differs, so it names the enrolment too. */
  secretSealed: string;
  /** The newest 30-second step a code was accepted for. */
  lastStep: number;
  createdAt: number;
}

/** Whose credentials change, as the request read them: after another change of them nothing happens. */
export type CredentialOwner = Pick<User, "id" | "credentialsVersion">;

/** What a person proves a second time with. Passkeys have a contract of their own. */
export interface FactorStore {
  totpOf(userId: string): Promise<EnrolledTotp | undefined>;
  /**
   * The secret that the interaction holds becomes the person's, and these recovery codes theirs, in place of all before: one
   * transaction. `step` is that of the code that proved it, which is used by that. False when the interaction holds this secret
   * no more (enrolled in another tab, forgotten, or another person's by now), or the person's app is no longer
   * `replaces`: who was to set up a first one never takes another's place.
   */
  enrolTotp(input: {
    interactionId: string;
    sessionId: string;
    userId: string;
    secretSealed: string;
    /** The sealed secret of the app whose place it takes; null for a first one. */
    replaces: string | null;
    step: number;
    recoveryCodeHashes: string[];
    now: number;
  }): Promise<boolean>;
  /** Compare-and-swap (RFC 6238 §5.2): true for one use of a step, and for none before the newest that was used. */
  useTotpStep(totp: Pick<EnrolledTotp, "userId" | "secretSealed">, step: number): Promise<boolean>;
  /** With its recovery codes, which stand in for it; ends the person's sign-ins that are half way in. False when there is none. */
  removeTotp(user: CredentialOwner, now: number): Promise<boolean>;

  /** All codes before end, used or not. False when the person has no authenticator app for which they could stand in. */
  replaceRecoveryCodes(user: CredentialOwner, codeHashes: string[], now: number): Promise<boolean>;
  /** Uses one, once; says how many are left, or undefined when it is used or unknown. */
  useRecoveryCode(userId: string, codeHash: string, now: number): Promise<{ left: number } | undefined>;
  /** Those that are not used. */
  countRecoveryCodes(userId: string): Promise<number>;
}

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
  /**
   * `taken`: the credential is kept already, whoever's it is. `full`: the person has `MAX_PASSKEYS`. `no_user`: gone, disabled,
   * or their credentials are of another version by now.
   */
  insert(passkey: Passkey, credentialsVersion: number): Promise<"ok" | "taken" | "full" | "no_user">;
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
  /** Only its owner's; what was removed. Ends the person's sign-ins that are half way in. */
  remove(user: CredentialOwner, credentialId: string, now: number): Promise<Passkey | undefined>;
}
