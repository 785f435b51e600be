import { type ClientOptions, createClient, DoorcodeError, memoryStore, type TokenStore } from "@doorcode/client";

/**
 * Copies the store now; what it returns tries later to renew from the copy, as a thief would, and resolves to the issuer's
 * error. Signing out here alone would leave the copy good.
 */
export async function refusalOfACopy(options: ClientOptions, store: TokenStore): Promise<() => Promise<string>> {
  const copy = memoryStore();
  const { records } = await store.read();
  await copy.change([...records].map(([put, value]) => ({ put, value })));
  return async () => {
    try {
      await createClient({ ...options, store: copy, present: false }).getToken({ forceRefresh: true });
    } catch (error) {
      if (error instanceof DoorcodeError && error.code === "sign_in_again") return error.error ?? error.code;
      throw error;
    }
    throw new Error("A copy of the revoked sign-in still works.");
  };
}
