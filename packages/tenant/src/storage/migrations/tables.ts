/**
 * The tables as Kysely sees them (docs/decisions/0001): integer milliseconds, booleans 0/1, JSON as text. Names are
 * camelCase here and snake_case in SQL (CamelCasePlugin).
 */

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
  MailCode,
  MailCodePurpose,
  MailState,
  ManagedGroup,
  Passkey,
  Registration,
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
  authorizationRequests: WithText<AuthorizationRequest, "requested" | "approved" | "reach" | "methods">;
  /** `repeatMailedAt`: when its person was last sent a mail that a token was repeated from another network. */
  tokenFamilies: WithText<TokenFamily, "scopes" | "reach" | "methods"> & { repeatMailedAt: number | null };
  refreshTokens: {
    tokenHash: string;
    familyId: string;
    generation: number;
    expiresAt: number;
    usedAt: number | null;
    /** The next generation, encrypted under a key derived from this token. */
    successorSealed: string | null;
    /** The network that it was used from. */
    usedFrom: string | null;
  };
  users: WithBits<WithText<User, "attributes">, "administrator">;
  /** Every client ID with what it belongs to, so that an app and an API never share one. */
  clientIds: WithText<Registration, "tags" | "requiredResourceAccess"> & { kind: "app" | "api" };
  apps: WithBits<
    WithText<App, "redirectUris" | "postLogoutRedirectUris" | "grantTypes" | "administrativeScopes">,
    "publicClient" | "requireMfa" | "assignmentRequired" | "groupClaims" | "administrationByDeviceCode"
  >;
  apis: WithBits<WithText<Api, "scopes" | "roles">, "groupClaims">;
  /** `userId` is "" for the administrator's consent: NULL would not be unique. */
  consents: { clientId: string; userId: string; resourceId: string; scope: string };
  /** What a person was shown with an app, and approved. */
  shownScopes: { clientId: string; userId: string; resourceId: string; scope: string };
  /** `userId` is the principal: a user's id, a group's, or an app's service principal's. */
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
  /** `lastStep`: the newest 30-second step a code was accepted for; none of it or before is accepted again. */
  totpSecrets: { userId: string; secretSealed: string; lastStep: number; createdAt: number };
  recoveryCodes: { userId: string; codeHash: string; createdAt: number; usedAt: number | null };
  /** `terms` is their address, or without one their words. */
  acceptedTerms: { userId: string; terms: string; acceptedAt: number };
  passkeys: WithBits<WithText<Passkey, "transports">, "backedUp">;
  actionLinks: ActionLink;
  sessions: WithBits<WithText<BrowserSession, "methods">, "keepSignedIn">;
  /** Interactions. `grantId` is a device's grant or, by `intent`, a program's authorization request. */
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
    /** Order of arrival, for mails of the same millisecond. */
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
    /** Null once it has ended. */
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
  signingKeys: StoredKey;
  auditRecords: WithText<AuditRecord, "detail"> & { seq: number };
}
