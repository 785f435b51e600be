import type { Refusal, StoredFacts } from "../directory/access-rules.ts";
import type { Api, App, Consent, GrantType, User } from "../directory/entities.ts";
import type { ScopeSet } from "../directory/scopes.ts";
import type { SignInMethod } from "../directory/sign-in-methods.ts";
import type { AuditRecord } from "./audit.ts";
import type { DeviceGrant } from "./device-grant.ts";

/** One sign-in of one program: all refresh tokens that descend from one redemption. */
export interface TokenFamily {
  id: string;
  userId: string;
  clientId: string;
  /** The device grant or authorization request that created it. */
  grantId: string | null;
  /** How the user signed in. */
  grantType: Extract<GrantType, "device_code" | "authorization_code">;
  /** What was consented to at sign-in. */
  scopes: ScopeSet;
  /** What a renewal could add, as the page said: qualified scopes, frozen at sign-in. */
  reach: string[];
  methods: SignInMethod[];
  authTime: number;
  createdAt: number;
  /** Not before the end of its last refresh token, and at most a day later. The token's own end decides. */
  expiresAt: number;
  revokedAt: number | null;
  revokedReason: string | null;
}

/** What a user recognizes a signed-in device by. Null: not known, or signed in by an earlier version. */
export interface SignedInDevice {
  /** What the device called itself, and its platform. */
  deviceName: string | null;
  devicePlatform: string | null;
  /** The IP address from which it asked to be signed in. */
  signedInFrom: string | null;
  /** The name that the user gave it. */
  label: string | null;
}

/** A sign-in of a program, as a list shows it. */
export interface ListedFamily
  extends Pick<TokenFamily, "id" | "userId" | "clientId" | "grantType" | "createdAt" | "revokedAt"> {
  /** Null if the user was deleted. */
  email: string | null;
  /** Null if the app was deleted. */
  appName: string | null;
  /** End of its last refresh token. */
  expiresAt: number;
  /** When it was last renewed, and from which network. Null: not yet. */
  lastUsedAt: number | null;
  lastUsedFrom: string | null;
  device: SignedInDevice;
}

/** A sign-in of a program in any state, with all that is known of it. */
export interface DescribedFamily extends TokenFamily {
  /** Null if the user was deleted. */
  email: string | null;
  /** Null if the app was deleted. */
  appName: string | null;
  device: SignedInDevice;
  /** End of its last refresh token. */
  endsAt: number;
  /** How often it was renewed, and the last of these: when, and from which network. */
  renewals: { count: number; newest: { at: number; from: string | null }[] };
}

export type NewTokenFamily = Omit<TokenFamily, "grantType" | "revokedAt" | "revokedReason">;

export interface NewRefreshToken {
  /** SHA-256 of the token, base64url. */
  tokenHash: string;
  expiresAt: number;
}

/** What a renewal reads before it signs, all at once. */
export interface Renewal {
  /** The app that the request claims to come from. */
  app: App | undefined;
  /** In any state. Undefined: unknown. */
  token: { family: TokenFamily; generation: number; expiresAt: number; usedAt: number | null } | undefined;
  /** The user of the token. */
  user: User | undefined;
  /** The administrator's consents to this app, and those of the token's user. */
  consents: Consent[];
  /** The APIs that they name. */
  apis: Api[];
  /** The user's roles at these APIs, by the API's client ID. */
  roles: Map<string, string[]>;
  /**
   * For `rotate`: facts of the access rule without the API, and their versions: of the user's own rows, and of what is
   * registered. Undefined if the rule depends on more than this, or if no versions are known at the moment.
   */
  seen: { facts: Omit<StoredFacts, "api">; versions: { personal: string; registered: string } } | undefined;
}

export type RedeemResult =
  /** The redemption of this request created the family. */
  | { outcome: "redeemed"; family: TokenFamily }
  /** Already redeemed, not approved, or expired. */
  | { outcome: "lost"; grant: DeviceGrant | undefined }
  /** The access rule refused. Nothing was issued, and the grant is denied. */
  | { outcome: "refused"; why: Refusal };

export type RotateResult =
  /** First use: generation n+1 is the `next` that was passed in. */
  | { outcome: "rotated"; family: TokenFamily; generation: number }
  /** Second use within the grace period, with n+1 unused: unseal `successorSealed` with token n and return it again. */
  | {
      outcome: "grace";
      family: TokenFamily;
      generation: number;
      successorSealed: string;
      /**
       * The other network from which the token was first used, if the user should be notified now: at most once a day.
       */
      elsewhere: string | null;
    }
  /** Reuse outside the grace period: the family is revoked, by this call (`ended`) or by an earlier reuse. */
  | { outcome: "reuse"; family: TokenFamily; ended: boolean }
  | { outcome: "revoked"; family: TokenFamily }
  | { outcome: "expired"; family: TokenFamily }
  /**
   * The access rule refused. If user or app is disabled or deleted, the family is revoked. For any other reason nothing
   * changes, and the token renews again once the reason is gone.
   */
  | { outcome: "refused"; why: Refusal; family: TokenFamily }
  /** Issued to another app. Nothing changes. */
  | { outcome: "wrong_client" }
  | { outcome: "unknown" };

export interface TokenStore {
  /**
   * approved → redeemed. One transaction stores family, first refresh token (if `refreshToken` is given) and audit
   * record, and applies the access rule (`mayIssue`) to what was approved.
   */
  redeem(input: {
    deviceCodeHash: string;
    clientId: string;
    family: NewTokenFamily;
    refreshToken: NewRefreshToken | null;
    now: number;
    audit: AuditRecord;
  }): Promise<RedeemResult>;
  /** The family of a refresh token, in any state. Changes nothing. */
  findByRefreshToken(
    tokenHash: string,
  ): Promise<{ family: TokenFamily; generation: number; expiresAt: number; usedAt: number | null } | undefined>;
  /** What the renewal of this token by this app needs. Changes nothing. */
  findRenewal(of: { tokenHash: string; clientId: string }): Promise<Renewal>;
  findFamily(id: string): Promise<TokenFamily | undefined>;
  /** The family with its names, and its newest renewals, newest first. */
  describeFamily(id: string, of: { renewals: number }): Promise<DescribedFamily | undefined>;
  /**
   * Live families, newest first, starting after that one. A family is live until it is revoked or its newest refresh token
   * ends. `ended`: those that are not live, too, until they are purged.
   */
  listFamilies(of: {
    ended?: boolean | undefined;
    id?: string | undefined;
    userId?: string | undefined;
    clientId?: string | undefined;
    after?: Pick<TokenFamily, "id" | "createdAt"> | undefined;
    limit: number;
    now: number;
  }): Promise<ListedFamily[]>;
  /**
   * See design "Refresh": the first use rotates; a second use within `graceMs`, while n+1 is unused, repeats; any other
   * reuse revokes the family. Revocation takes precedence over the grace period. `mayIssue` decides, on facts that are
   * locked until the transaction ends.
   */
  rotate(input: {
    tokenHash: string;
    /** What was read before. It saves reading what has not changed, and decides nothing else. */
    renewal?: Renewal;
    clientId: string;
    /** Of the access token that is issued with it. */
    scopes: ScopeSet;
    next: NewRefreshToken;
    /** The next token, encrypted with a key derived from the presented one. */
    nextSealed: string;
    graceMs: number;
    /** The family ends this long after it began, however often it is renewed. */
    familyMs: number;
    /** The network from which the request came. */
    from: string;
    now: number;
    audit: AuditRecord;
  }): Promise<RotateResult>;
  /** True if this call revoked it. False if it was already revoked, or is unknown. */
  revokeFamily(id: string, reason: string, now: number, audit: AuditRecord): Promise<boolean>;
  /** Revokes all sign-ins of one user. Returns how many were live. */
  revokeUser(userId: string, reason: string, now: number, audit: AuditRecord): Promise<number>;
}
