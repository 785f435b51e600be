import { randomBytes, randomUUID } from "node:crypto";
import type { Api, App, User } from "../../src/directory/entities.ts";
import { normalizeEmail } from "../../src/directory/entities.ts";
import { ADMINISTRATIVE_SCOPES } from "../../src/directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "../../src/directory/scopes.ts";
import { newUserCode } from "../../src/directory/user-code.ts";
import type { Policy, UserFlow } from "../../src/directory/user-flow.ts";
import type { AuditRecord, Interaction, NewGrant, Passkey, Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { seed } from "../fixtures/seed.ts";

/** Any moment will do: no store reads a clock. */
export const T0 = 1_750_000_000_000;
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
/** The lifetime of the sample grants. */
export const LIFETIME = 15 * MINUTE;

export function sampleUser(changes: Partial<User> = {}): User {
  const email = changes.email ?? `${randomUUID()}@contoso.example`;
  return {
    id: randomUUID(),
    email,
    emailNormalized: normalizeEmail(email),
    displayName: "Ana Example",
    passwordHash: null,
    attributes: {},
    locale: null,
    termsAcceptedAt: null,
    administrator: false,
    credentialsVersion: 0,
    createdAt: T0,
    disabledAt: null,
    ...changes,
  };
}

export function sampleApp(changes: Partial<App> = {}): App {
  return {
    clientId: randomUUID(),
    name: "Example app",
    publicClient: true,
    grantTypes: null,
    // With any members that a test sets.
    administrativeScopes: [...ADMINISTRATIVE_SCOPES],
    administrationByDeviceCode: true,
    redirectUris: ["http://localhost/callback"],
    postLogoutRedirectUris: [],
    userFlowId: null,
    requireMfa: false,
    assignmentRequired: false,
    groupClaims: false,
    idTokenSignedResponseAlg: "RS256",
    createdAt: T0,
    disabledAt: null,
    ...changes,
  };
}

export function sampleApi(changes: Partial<Api> = {}): Api {
  const clientId = changes.clientId ?? randomUUID();
  const scope = { description: "", enabled: true };
  return {
    clientId,
    name: "Example API",
    identifierUri: `api://${clientId}`,
    tokenProfile: "entra",
    accessTokenSigningAlg: "RS256",
    scopes: [
      { ...scope, value: "ToDoList.Read", consent: "User", displayName: "Read your to-do lists" },
      { ...scope, value: "ToDoList.Admin", consent: "Admin", displayName: "Read all users' to-do lists" },
    ],
    roles: [{ id: randomUUID(), value: "ToDoList.Reader", displayName: "Reader" }],
    groupClaims: false,
    createdAt: T0,
    disabledAt: null,
    ...changes,
  };
}

export function sampleInteraction(sessionId: string, changes: Partial<Interaction> = {}): Interaction {
  return {
    id: randomUUID(),
    sessionId,
    subject: { kind: "device", id: null },
    email: null,
    newPasswordHash: null,
    firstFactor: null,
    keepSignedIn: false,
    challengeNumber: 0,
    totpSecretSealed: null,
    createdAt: T0,
    expiresAt: T0 + 30 * MINUTE,
    ...changes,
  };
}

export function samplePasskey(userId: string, changes: Partial<Passkey> = {}): Passkey {
  return {
    credentialId: randomBytes(16).toString("base64url"),
    userId,
    publicKey: randomBytes(77).toString("base64url"),
    counter: 0,
    transports: ["internal"],
    deviceType: "multiDevice",
    backedUp: false,
    name: "Laptop",
    createdAt: T0,
    lastUsedAt: null,
    ...changes,
  };
}

export function sampleUserFlow(changes: Partial<UserFlow> = {}): UserFlow {
  return {
    id: randomUUID(),
    name: `Flow ${randomUUID()}`,
    signUpAllowed: true,
    methods: ["password", "email_code"],
    mfaRequired: false,
    mfaMethods: ["totp"],
    attributes: [
      {
        id: "city",
        label: "City",
        inputType: "TextBox",
        dataType: "String",
        required: true,
        options: [],
        validationRegEx: "[A-Z].*",
      },
    ],
    termsOfUse: { label: "I accept the terms of use.", url: "https://contoso.example/terms" },
    createdAt: T0,
    ...changes,
  };
}

export function samplePolicy(changes: Partial<Policy> = {}): Policy {
  return {
    id: randomUUID(),
    name: "All users, all apps",
    enabled: true,
    clientIds: null,
    groupIds: null,
    excludedUserIds: [],
    requires: "mfa",
    createdAt: T0,
    ...changes,
  };
}

export function scopesAt(resourceId: string, resourceScopes = ["ToDoList.Read"]): ScopeSet {
  const asked = ["openid", "offline_access", ...resourceScopes.map((scope) => `api://${resourceId}/${scope}`)];
  return { oidc: ["openid", "offline_access"], resourceId, resourceScopes, isDefault: false, asked };
}

export function sampleGrant(clientId: string, requested: ScopeSet, changes: Partial<NewGrant> = {}): NewGrant {
  return {
    id: randomUUID(),
    deviceCodeHash: `hash-${randomUUID()}`,
    userCode: newUserCode(12),
    clientId,
    requested,
    deviceName: "Kitchen TV",
    devicePlatform: null,
    initiatedIp: "192.0.2.7",
    createdAt: T0,
    expiresAt: T0 + LIFETIME,
    ...changes,
  };
}

export function sampleAudit(event: string, at = T0): AuditRecord {
  return { at, event, actor: "client", userId: null, clientId: null, grantId: null, ip: "192.0.2.7", detail: {} };
}

/** A user, an app, an API and the user's consent to its first scope. */
export async function seedSamples(store: Store) {
  const [user, app, api] = [sampleUser(), sampleApp(), sampleApi()];
  const scopes = scopesAt(api.clientId);
  await seed(store).insertUser(user);
  await seed(store).putApp(app);
  await seed(store).putApi(api);
  const { clientId } = app;
  const consent = { clientId, userId: user.id, resourceId: api.clientId, scopes: scopes.resourceScopes };
  await seed(store).addConsent(consent);
  return { user, app, api, scopes, consent };
}

export type Samples = Awaited<ReturnType<typeof seedSamples>>;

export async function pendingGrant(store: Store, { app, scopes }: Samples, changes: Partial<NewGrant> = {}) {
  const grant = sampleGrant(app.clientId, scopes, changes);
  if ((await store.grants.insert(grant)).outcome !== "inserted") throw new Error("the user_code was taken");
  return grant;
}

export const approvalBy = (userId: string, sessionId: string, approved: ScopeSet, now = T0) => ({
  sessionId,
  userId,
  approved,
  reach: [],
  methods: ["password" as const],
  authTime: T0,
  decidedBy: "user" as const,
  now,
  audit: sampleAudit("device_grant.approved", now),
});

export async function approvedGrant(store: Store, samples: Samples, changes: Partial<NewGrant> = {}, browser?: string) {
  const { user, scopes } = samples;
  const sessionId = browser ?? (await signInBrowser(store, user.id, T0));
  const grant = await pendingGrant(store, samples, changes);
  await store.grants.claim(grant.id, { sessionId, userId: user.id, now: T0, audit: sampleAudit("grant") });
  const { outcome } = await store.grants.approve(grant.id, approvalBy(user.id, sessionId, scopes));
  if (outcome !== "done") throw new Error(`approval: ${outcome}`);
  return grant;
}

/** The sign-in that a redemption would create. Every call generates another family and refresh token. */
export function newSignIn(of: { id: string; clientId: string; requested: ScopeSet }, userId: string, now: number) {
  const expiresAt = now + 90 * DAY;
  return {
    clientId: of.clientId,
    family: {
      id: randomUUID(),
      userId,
      clientId: of.clientId,
      grantId: of.id,
      scopes: of.requested,
      reach: [],
      methods: ["password" as const],
      authTime: T0,
      createdAt: now,
      expiresAt,
    },
    refreshToken: { tokenHash: `refresh-${randomUUID()}`, expiresAt },
    now,
  };
}

/** What a token endpoint passes in to redeem this grant. */
export function redemption(grant: NewGrant, userId: string, now = T0) {
  const audit = sampleAudit("device_grant.redeemed", now);
  return { ...newSignIn(grant, userId, now), deviceCodeHash: grant.deviceCodeHash, audit };
}

/** The outcome, or the reason if the access rule refused. */
export function answerOf(result: { outcome: string; why?: string }): string {
  return result.outcome === "refused" ? String(result.why) : result.outcome;
}

/** A family with its first refresh token. */
export async function signedIn(store: Store, samples: Samples) {
  const input = redemption(await approvedGrant(store, samples), samples.user.id);
  const { outcome } = await store.tokens.redeem(input);
  if (outcome !== "redeemed") throw new Error(`redemption: ${outcome}`);
  return { family: input.family, tokenHash: input.refreshToken.tokenHash };
}

/** What a token endpoint passes in to rotate. Default: bare scopes. Every call generates another successor. */
export function rotation(tokenHash: string, clientId: string, now = T0, scopes = scopesAt(GRAPH_RESOURCE_ID, [])) {
  const next = { tokenHash: `refresh-${randomUUID()}`, expiresAt: now + 90 * DAY };
  return {
    tokenHash,
    clientId,
    scopes,
    next,
    nextSealed: `sealed ${next.tokenHash}`,
    graceMs: 30_000,
    familyMs: 365 * DAY,
    from: "203.0.113.7",
    now,
    audit: sampleAudit("refresh_token.rotated", now),
  };
}
