import type { User } from "../directory/entities.ts";

/** A user's enrolled authenticator app (RFC 6238). */
export interface EnrolledTotp {
  userId: string;
  /** Its secret, sealed for this user. Every sealing differs, so it also identifies the enrollment. */
  secretSealed: string;
  /** The newest 30-second step for which a code was accepted. */
  lastStep: number;
  createdAt: number;
}

/** Whose credentials change, at the version that the request read. After any other change to them, nothing happens. */
export type CredentialOwner = Pick<User, "id" | "credentialsVersion">;

/** A user's second factors. Passkeys have their own interface. */
export interface FactorStore {
  totpOf(userId: string): Promise<EnrolledTotp | undefined>;
  /**
   * In one transaction, turns the interaction's secret into the user's app and replaces all recovery codes with these.
   * `step` is the step of the code that verified it, and counts as used. False if the interaction no longer holds this
   * secret (enrolled in another tab, discarded, or the user changed), or if the user's current app is not `replaces`:
   * enrolling a first app never replaces an existing one.
   */
  enrolTotp(input: {
    interactionId: string;
    sessionId: string;
    userId: string;
    secretSealed: string;
    /** The sealed secret of the app to replace. Null when enrolling a first app. */
    replaces: string | null;
    step: number;
    recoveryCodeHashes: string[];
    now: number;
  }): Promise<boolean>;
  /** Compare-and-swap (RFC 6238 §5.2): true for the first use of a step, and only if no newer step was used. */
  useTotpStep(totp: Pick<EnrolledTotp, "userId" | "secretSealed">, step: number): Promise<boolean>;
  /** Removes the app and its recovery codes, and ends the user's unfinished sign-ins. False if there is none. */
  removeTotp(user: CredentialOwner, now: number): Promise<boolean>;

  /** Replaces all codes, used or not. False if the user has no authenticator app that they could replace. */
  replaceRecoveryCodes(user: CredentialOwner, codeHashes: string[], now: number): Promise<boolean>;
  /** Uses a code once. Returns how many are left, or undefined if it is used or unknown. */
  useRecoveryCode(userId: string, codeHash: string, now: number): Promise<{ left: number } | undefined>;
  /** The number of unused codes. */
  countRecoveryCodes(userId: string): Promise<number>;
}

/** A user's public key; the user's authenticator holds the private key (WebAuthn's credential record). */
export interface Passkey {
  /** base64url, as in WebAuthn. Unique in the tenant. */
  credentialId: string;
  userId: string;
  /** COSE key, base64url. */
  publicKey: string;
  /** Signature counter of the last use. Always 0 for a synced passkey. */
  counter: number;
  transports: string[];
  /** `multiDevice`: may be synced to the user's other devices. */
  deviceType: "singleDevice" | "multiDevice";
  backedUp: boolean;
  /** The name the user gave it. */
  name: string;
  createdAt: number;
  lastUsedAt: number | null;
}

/**
 * The most passkeys per user. One page lists them all, and the browser gets all their IDs when another one is created.
 */
export const MAX_PASSKEYS = 20;

export interface PasskeyStore {
  /**
   * `taken`: the credential is already registered, by any user. `full`: the user has `MAX_PASSKEYS`. `no_user`:
   * deleted, disabled, or their credentials have changed.
   */
  insert(passkey: Passkey, credentialsVersion: number): Promise<"ok" | "taken" | "full" | "no_user">;
  find(credentialId: string): Promise<Passkey | undefined>;
  /** Oldest first. */
  listOf(userId: string): Promise<Passkey[]>;
  /**
   * Compare-and-swap: raises the counter from `from` to `to`, or leaves it at 0 if it always was. False if the passkey
   * was used meanwhile or deleted, or if the counter went back, which is the sign of a copied key (WebAuthn §6.1.1).
   */
  use(credentialId: string, used: { from: number; to: number; backedUp: boolean; now: number }): Promise<boolean>;
  /** Only for its owner. */
  rename(userId: string, credentialId: string, name: string): Promise<boolean>;
  /** Only for its owner. Returns the removed passkey, and ends the user's unfinished sign-ins. */
  remove(user: CredentialOwner, credentialId: string, now: number): Promise<Passkey | undefined>;
}
