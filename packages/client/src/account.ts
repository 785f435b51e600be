/** Somebody who signed in through this client. */
export interface Account {
  /** Stable within the store: MSAL's `homeAccountId` (lower case) or `sub` at another issuer. */
  id: string;
  /** `preferred_username`, else email, else sub: for people, never for decisions. */
  username: string;
  name: string | undefined;
  tenantId: string | undefined;
  /** The issuer exactly (`iss`). */
  issuer: string;
  authority: string;
  clientId: string;
}
