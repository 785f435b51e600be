/** The only argument of `msal-program.ts`. */
export interface MsalSettings {
  authority: string;
  clientId: string;
}

export interface SilentRequest {
  scopes: string[];
  forceRefresh?: boolean;
}

export type Command =
  | { id: number; do: "sign-in"; scopes: string[] }
  /** In a browser, which the process that started the program opens at the given address. */
  | { id: number; do: "sign-in-interactive"; scopes: string[]; prompt?: string; loginHint?: string }
  /** All requests at once. */
  | { id: number; do: "silent"; requests: SilentRequest[] }
  | { id: number; do: "accounts" | "cache" | "remove-account" | "sign-out" };

/** MSAL's device code response. */
export interface ReceivedCode {
  userCode?: string;
  verificationUri?: string;
  expiresIn?: number;
  interval?: number;
  message?: string;
}

export interface SignedIn {
  accessToken: string;
  scopes: string[];
  fromCache: boolean;
  homeAccountId: string | undefined;
  username: string | undefined;
  idTokenClaims: Record<string, unknown>;
}

export interface MsalError {
  name: string;
  code: string;
  suberror: string;
  message: string;
}

export interface Outcome {
  value?: SignedIn;
  error?: MsalError;
}
