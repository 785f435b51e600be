import type { Answer, Visit } from "../page-request.ts";
import { relyingPartyOf } from "../passkeys/passkey-ceremony.ts";

/** Who is signed in here, and by what they can sign in. */
export async function showAccount(visit: Visit): Promise<Answer> {
  const { user } = visit;
  if (!user) return { view: { page: "account_signed_out" } };
  const { store, config } = visit.ctx;
  const [passkeys, totp, codes] = await Promise.all([
    store.passkeys.listOf(user.id),
    store.factors.totpOf(user.id),
    store.factors.countRecoveryCodes(user.id),
  ]);
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
      authenticator: totp ? { since: totp.createdAt } : null,
      recoveryCodesLeft: totp ? codes : null,
    },
  };
}
