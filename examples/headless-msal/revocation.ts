import type { Configuration, PublicClientApplication } from "@azure/msal-node";

/**
 * Revokes the refresh token in MSAL's cache (RFC 7009), which MSAL itself never does. False when the issuer's metadata
 * names no revocation endpoint, as Microsoft Entra's does not.
 */
export async function revokeRefreshToken(
  application: PublicClientApplication,
  { authority, clientId }: Configuration["auth"],
): Promise<boolean> {
  const metadata = await fetch(`${authority}/v2.0/.well-known/openid-configuration`);
  const { revocation_endpoint } = (await metadata.json()) as { revocation_endpoint?: string };
  if (revocation_endpoint === undefined) return false;

  const cache = JSON.parse(application.getTokenCache().serialize()) as {
    RefreshToken: Record<string, { secret: string }>;
  };
  for (const { secret } of Object.values(cache.RefreshToken)) {
    const response = await fetch(revocation_endpoint, {
      method: "POST",
      body: new URLSearchParams({ token: secret, token_type_hint: "refresh_token", client_id: clientId }),
    });
    if (!response.ok) throw new Error(`The revocation endpoint answered ${response.status}.`);
  }
  return true;
}
