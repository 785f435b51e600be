import { mayIssue, type Refusal } from "../../directory/access-rules.ts";
import type { User } from "../../directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../directory/scopes.ts";
import type { OAuthContext } from "../oauth-context.ts";

export type TokenHolder =
  | { user: User; refusal: undefined }
  /** The access rule refuses by now, or the sign-in was revoked. */
  | { refusal: Refusal | "revoked" };

/**
 * The user behind an access token for Microsoft Graph or UserInfo, as things are now: the tenant is the API here, so that
 * a withdrawal counts from the next request on.
 *
 * @param claims `oid`, `sid` and `azp` of the verified token
 * @param scopes Graph scopes that the request makes use of
 */
export async function tokenHolder(
  { store }: Pick<OAuthContext, "store">,
  { oid, sid, azp }: { oid: string; sid: string; azp: string },
  scopes: string[] = [],
): Promise<TokenHolder> {
  const [stored, family] = await Promise.all([
    store.access.facts({ clientId: azp, userId: oid, resourceId: GRAPH_RESOURCE_ID }),
    store.tokens.findFamily(sid),
  ]);
  if (!family || family.revokedAt !== null) return { refusal: "revoked" };
  const { amr, authTime } = family;
  const sought = { oidc: [], resourceId: GRAPH_RESOURCE_ID, resourceScopes: scopes, isDefault: false, asked: [] };
  const refusal = mayIssue({ ...stored, scopes: sought, amr, authTime, signedInSince: null });
  return refusal || !stored.user ? { refusal: refusal ?? "user_unknown" } : { user: stored.user, refusal };
}
