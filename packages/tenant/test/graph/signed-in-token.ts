import { randomUUID } from "node:crypto";
import type { User } from "../../src/directory/entities.ts";
import { ADMINISTRATIVE_SCOPES } from "../../src/directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import { signTokens } from "../../src/oauth/tokens/sign-tokens.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { seed } from "../fixtures/seed.ts";
import type { TestTenant } from "../fixtures/start-test-tenant.ts";
import { sampleAudit } from "../storage/samples.ts";

/** An access token for Graph from a sign-in by this user, as the token endpoint issues it, with these scopes. */
export async function signedInToken(tenant: TestTenant, user: User, resourceScopes: string[]): Promise<string> {
  const { store, clock } = tenant.context;
  const app = (await store.directory.findApp(tenant.apps[0]!.clientId))!;
  // Adds to the app's scopes: each Graph call checks what the app may use, and earlier tokens must stay valid.
  await seed(store).putApp({
    ...app,
    administrativeScopes: [...ADMINISTRATIVE_SCOPES],
    administrationByDeviceCode: true,
  });
  const now = clock.now();
  const scopes = {
    oidc: ["openid"],
    resourceId: GRAPH_RESOURCE_ID,
    resourceScopes,
    isDefault: false,
    asked: ["openid", ...resourceScopes],
  };
  const request = {
    id: randomUUID(),
    deviceCodeHash: randomUUID(),
    userCode: randomUUID(),
    clientId: app.clientId,
    requested: scopes,
    deviceName: null,
    devicePlatform: null,
    initiatedIp: "192.0.2.7",
    createdAt: now,
    expiresAt: now + 60_000,
  };
  await store.grants.insert(request);
  const sessionId = await signInBrowser(store, user.id, now);
  await store.grants.claim(request.id, { sessionId, userId: user.id, now, audit: sampleAudit("grant") });
  const by = {
    sessionId,
    userId: user.id,
    approved: scopes,
    reach: [],
    methods: ["password" as const],
    authTime: now,
  };
  await store.grants.approve(request.id, { ...by, decidedBy: "user", now, audit: sampleAudit("grant") });
  const family = {
    id: randomUUID(),
    userId: user.id,
    clientId: app.clientId,
    grantId: request.id,
    scopes,
    reach: [],
    methods: ["password" as const],
    authTime: now,
    createdAt: now,
    expiresAt: now + 3_600_000,
  };
  const audit = { at: now, event: "device_grant.redeemed", actor: "client" as const, userId: user.id };
  const { outcome } = await store.tokens.redeem({
    deviceCodeHash: request.deviceCodeHash,
    clientId: app.clientId,
    family,
    refreshToken: null,
    now,
    audit: { ...audit, clientId: app.clientId, grantId: request.id, ip: null, detail: {} },
  });
  if (outcome !== "redeemed") throw new Error(`redemption: ${outcome}`);
  return (await signTokens(tenant.context, { user, app, by: "nothing", scopes, family })).accessToken;
}
