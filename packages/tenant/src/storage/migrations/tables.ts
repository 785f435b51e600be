/**
 * The tables as Kysely sees them (docs/decisions/0001): integer milliseconds, booleans as 0/1, JSON as text. Names are
 * camelCase here and snake_case in SQL (CamelCasePlugin).
 */

import type { Generated } from "kysely";
import type { AppCertificate } from "../../directory/app-certificate.ts";
import type { AppSecret } from "../../directory/app-secret.ts";
import type { Api, App, User } from "../../directory/entities.ts";
import type { CustomAttribute, Policy, UserFlow } from "../../directory/user-flow.ts";
import type { AuthorizationRequest } from "../authorization-request.ts";
import type { DeviceGrant } from "../device-grant.ts";
import type {
  ActionLink,
  AuditRecord,
  BrowserSession,
  EmailChange,
  MailCode,
  MailCodePurpose,
  MailState,
  ManagedGroup,
  Passkey,
  Registration,
  SignedInDevice,
  StoredKey,
  TokenFamily,
} from "../store.ts";

/** The same record with these members as 0 or 1. */
type WithBits<T, K extends keyof T> = { [P in keyof T]: P extends K ? 0 | 1 : T[P] };

/** The same record with these members as JSON text. */
type WithText<T, K extends keyof T> = {
  [P in keyof T]: P extends K ? (null extends T[P] ? string | null : string) : T[P];
};

export interface Tables {
  settings: { name: string; value: string };
  deviceGrants: WithText<DeviceGrant, "requested" | "approved" | "reach" | "methods">;
  /** `approvedFrom`: the IP address of the browser, for the user's list of devices. */
  authorizationRequests: WithText<AuthorizationRequest, "requested" | "approved" | "reach" | "methods"> & {
    approvedFrom: Generated<string | null>;
  };
  /** `repeatMailedAt`: when the user was last mailed that a token was repeated from another network. */
  tokenFamilies: WithText<TokenFamily, "scopes" | "reach" | "methods"> &
    SignedInDevice & { repeatMailedAt: number | null };
  refreshTokens: {
    tokenHash: string;
    familyId: string;
    generation: number;
    expiresAt: number;
    usedAt: number | null;
    /** The next generation, encrypted with a key derived from this token. */
    successorSealed: string | null;
    /** The network from which it was used. */
    usedFrom: string | null;
  };
  users: WithBits<WithText<User, "attributes">, "administrator">;
  /** Every client ID and what it belongs to, so that an app and an API never share one. */
  clientIds: WithText<Registration, "tags" | "requiredResourceAccess"> & { kind: "app" | "api" };
  apps: WithBits<
    WithText<App, "redirectUris" | "postLogoutRedirectUris" | "grantTypes" | "administrativeScopes">,
    "publicClient" | "requireMfa" | "assignmentRequired" | "groupClaims" | "administrationByDeviceCode"
  >;
  apis: WithBits<WithText<Api, "scopes" | "roles">, "groupClaims">;
  /** `userId` is "" for the administrator's consent, because NULL would not be unique. */
  consents: { clientId: string; userId: string; resourceId: string; scope: string };
  /** What a user was shown with an app, and approved. */
  shownScopes: { clientId: string; userId: string; resourceId: string; scope: string };
  /** `userId` is the principal: the ID of a user, a group, or an app's service principal. */
  roleAssignments: { apiClientId: string; roleValue: string; userId: string };
  userFlows: WithBits<
    WithText<Required<UserFlow>, "methods" | "mfaMethods" | "attributes" | "termsOfUse">,
    "signUpAllowed" | "mfaRequired"
  >;
  userFlowAttributes: CustomAttribute;
  policies: WithBits<WithText<Policy, "clientIds" | "groupIds" | "excludedUserIds">, "enabled">;
  userGroups: ManagedGroup;
  groupMembers: { groupId: string; userId: string };
  appAssignments: { clientId: string; principalId: string };
  /**
   * `lastStep`: the newest 30-second step for which a code was accepted. Codes of this step or earlier ones are
   * rejected.
   */
  totpSecrets: { userId: string; secretSealed: string; lastStep: number; createdAt: number };
  recoveryCodes: { userId: string; codeHash: string; createdAt: number; usedAt: number | null };
  /** `terms` is their address, or without one their text. */
  acceptedTerms: { userId: string; terms: string; acceptedAt: number };
  passkeys: WithBits<WithText<Passkey, "transports">, "backedUp">;
  actionLinks: ActionLink;
  /** `number`: the order of one user's changes. */
  emailChanges: EmailChange & { number: number };
  sessions: WithBits<WithText<BrowserSession, "methods">, "keepSignedIn">;
  /** Interactions. Depending on `intent`, `grantId` is a device grant, a program's authorization request, or `console`. */
  flows: {
    id: string;
    sessionId: string;
    intent: "device" | "authorization" | "account";
    grantId: string | null;
    email: string | null;
    emailPurpose: MailCodePurpose | null;
    emailVerifiedAt: number | null;
    passwordHash: string | null;
    userId: string | null;
    methods: string;
    firstFactorAt: number | null;
    keepSignedIn: 0 | 1;
    challengeNumber: number;
    totpSecretSealed: string | null;
    createdAt: number;
    expiresAt: number;
  };
  mailCodes: Omit<MailCode, "interactionId"> & { flowId: string; attempts: number; usedAt: number | null };
  mails: {
    id: string;
    /** The order of arrival, for mails of the same millisecond. */
    seq: number;
    recipient: string;
    recipientNormalized: string;
    subject: string;
    text: string;
    html: string;
    createdAt: number;
  };
  outbox: {
    id: string;
    state: MailState;
    /** Null after the mail was sent or has failed. */
    sealed: string | null;
    attempts: number;
    nextAttemptAt: number;
    leaseUntil: number | null;
    lastError: string | null;
    createdAt: number;
    expiresAt: number;
    endedAt: number | null;
  };
  appCertificates: AppCertificate;
  appSecrets: AppSecret;
  usedAssertions: { assertionHash: string; expiresAt: number };
  throttles: { bucket: string; count: number; endsAt: number };
  /** Those of RS256. */
  signingKeys: Omit<StoredKey, "alg" | "certificate"> & { certificate: string };
  /** Those of any other algorithm. */
  otherSigningKeys: Omit<StoredKey, "certificate">;
  /** `seq`: on PostgreSQL from a sequence. */
  /** `subjectId`: the user whom a change through Graph affected; see `subjectOf`. */
  auditRecords: WithText<AuditRecord, "detail"> & { seq: Generated<number>; subjectId: Generated<string | null> };
  /** A restore of the tenant. `afterSeq`: the last audit record that the backup had. */
  auditEpochs: { id: string; number: number; afterSeq: number; startedAt: number };
}
