import type { AdminContext } from "../admin/admin-context.ts";
import { approveInName, denyCode } from "../admin/decisions.ts";
import { GRAPH_SCOPES } from "../directory/graph-scopes.ts";
import { OIDC_SCOPES } from "../directory/scopes.ts";
import { userCodeLength } from "../directory/user-code.ts";
import { hashSecret } from "../kernel/seal.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { requireGrant } from "../oauth/client-authentication.ts";
import { newDeviceGrant } from "../oauth/device-authorization/devicecode-endpoint.ts";
import { redeemGrant } from "../oauth/device-authorization/redeem-device-code.ts";
import { requestedScopes, same } from "../oauth/parse-scopes.ts";
import { ProtocolError } from "../oauth/protocol-error.ts";
import { findAppByName } from "./faults.ts";

/** The operator is at this computer. */
const HERE = "127.0.0.1";

/** Whose token a tester asks for. */
export interface TokenInput {
  /** The user's email address. */
  as: string;
  /** Client ID or name of the app. */
  app: string;
  /**
   * Scopes of one API, as a program requests them: `api://<API's client ID>/ToDoList.Read`. `ToDoList.Read` is enough if
   * only one API has a scope of this name.
   */
  scopes: readonly string[];
  /** As if the user had also entered a code of an authenticator app. Default: false. */
  mfa?: boolean | undefined;
}

/** An access token without a flow. */
export interface IssuedToken {
  /** The access token. Keep it out of logs. */
  token: string;
  /** When it expires: milliseconds since the epoch, by the tenant's clock. */
  expiresAt: number;
  /** The scopes that it has, as they were requested. */
  scopes: string[];
}

/**
 * Issues an access token for a user, an app and scopes. It is a sign-in with a device code that the operator approves
 * and redeems at once, so that every rule holds: the app may use device codes and request the scopes, the user is
 * enabled, assigned, and, where one is required, has a second factor. It ends like any sign-in.
 *
 * @throws TenantError `app_unknown`, `token_refused`, and as `approveInName`
 */
export async function issueTestToken(ctx: AdminContext, given: TokenInput): Promise<IssuedToken> {
  const { clientId } = await findAppByName(ctx, given.app);
  try {
    return await issue(ctx, clientId, given);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const hint = "Change the app, its permissions or the scopes. The rules are those of a sign-in with a device code.";
    throw new TenantError("token_refused", `AADSTS${error.number}: ${error.message}`, hint, { cause: error });
  }
}

/** Scopes of OpenID Connect and Graph keep their names. One that several APIs have stays short, and is refused. */
async function fullNames({ store }: AdminContext, scopes: readonly string[]): Promise<string[]> {
  const apis = await store.directory.listApis();
  return scopes.map((scope) => {
    if (scope.includes("/") || [...OIDC_SCOPES, ...GRAPH_SCOPES].some((each) => same(each, scope))) return scope;
    const [api, ...others] = apis.filter((each) =>
      each.scopes.some(({ enabled, value }) => enabled && same(value, scope)),
    );
    return api && others.length === 0 ? `${api.identifierUri}/${scope}` : scope;
  });
}

async function issue(ctx: AdminContext, clientId: string, given: TokenInput): Promise<IssuedToken> {
  const app = await ctx.store.directory.findApp(clientId);
  if (!app || app.disabledAt !== null) throw new ProtocolError("app_unknown");
  requireGrant(app, "device_code");
  const scopes = await fullNames(ctx, given.scopes);
  const requested = await requestedScopes(ctx, app, scopes.join(" "), "device_code");
  const grant = { clientId, requested, deviceName: null, devicePlatform: null, initiatedIp: HERE };
  const { deviceCode, userCode } = await newDeviceGrant(ctx, grant, userCodeLength(0));
  try {
    await approveInName(ctx, { code: userCode, as: given.as, mfa: given.mfa });
  } catch (error) {
    // No code stays open that no user was shown.
    await denyCode(ctx, userCode).catch(() => undefined);
    throw error;
  }
  const redemption = { deviceCodeHash: hashSecret(deviceCode), standard: true, withClientInfo: false, ip: HERE };
  const recorded = { event: "testing.token_issued", actor: "operator" } as const;
  const body = await redeemGrant(ctx, { app, by: "nothing" }, { ...redemption, recorded });
  const expiresAt = ctx.clock.now() + Number(body.expires_in) * 1_000;
  return { token: String(body.access_token), expiresAt, scopes: String(body.scope).split(" ") };
}
