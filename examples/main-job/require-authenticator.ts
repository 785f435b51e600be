import type { RunningTenant } from "@doorcode/tenant";

/** From now on a sign-in for the built-in app takes a code of an authenticator app too, set up on the way where there is none. */
export async function requireAuthenticator(tenant: RunningTenant): Promise<void> {
  const { directory } = tenant.context.store;
  const userFlowId = crypto.randomUUID();
  await directory.putUserFlow({
    id: userFlowId,
    name: "SignInWithAuthenticatorApp",
    signUpAllowed: true,
    methods: ["password"],
    mfaRequired: false,
    mfaMethods: ["totp"],
    attributes: [],
    termsOfUse: null,
    createdAt: tenant.context.clock.now(),
  });
  const app = await directory.findApp(tenant.apps[0]!.clientId);
  if (app) await directory.putApp({ ...app, userFlowId, requireMfa: true });
}
