import type { RunningTenant } from "@doorcode/tenant";

/** From now on a sign-in for the built-in app takes a code of an authenticator app too, set up on the way where there is none. */
export async function requireAuthenticator({ admin, apps }: RunningTenant): Promise<void> {
  const userFlow = await admin.userFlows.put({
    name: "SignInWithAuthenticatorApp",
    methods: ["password"],
    mfaMethods: ["totp"],
  });
  await admin.apps.put({ clientId: apps[0]!.clientId, userFlowId: userFlow.id, requireMfa: true });
}
