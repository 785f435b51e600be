import { putUserFlow, type RunningTenant } from "@doorcode/tenant";

/** From now on a sign-in for the built-in app takes a code of an authenticator app too, set up on the way where there is none. */
export async function requireAuthenticator({ apps, context }: RunningTenant): Promise<void> {
  const { directory } = context.store;
  const userFlow = await putUserFlow(context, {
    name: "SignInWithAuthenticatorApp",
    methods: ["password"],
    mfaMethods: ["totp"],
  });
  const app = await directory.findApp(apps[0]!.clientId);
  if (app) await directory.putApp({ ...app, userFlowId: userFlow.id, requireMfa: true });
}
