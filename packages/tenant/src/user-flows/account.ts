import { relyingPartyOf } from "./passkey-ceremony.ts";
import type { Answer, Visit } from "./visit.ts";

/** Who is signed in here, and by what they can sign in. */
export async function showAccount(visit: Visit): Promise<Answer> {
  const { user } = visit;
  if (!user) return { view: { page: "account_signed_out" } };
  const { store, config } = visit.ctx;
  const passkeys = await store.passkeys.listOf(user.id);
  return {
    view: {
      page: "account",
      displayName: user.displayName,
      email: user.email,
      hasPassword: user.passwordHash !== null,
      passkeys: passkeys.map(({ credentialId, name, createdAt, lastUsedAt }) => ({
        credentialId,
        name,
        createdAt,
        lastUsedAt,
      })),
      passkeysPossible: relyingPartyOf(config) !== undefined,
      authenticator: null,
      recoveryCodesLeft: null,
    },
  };
}
