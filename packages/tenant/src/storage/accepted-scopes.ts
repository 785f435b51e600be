import type { ScopeSet } from "../directory/scopes.ts";

/** A public client's request for scopes that it may have. */
export interface AcceptedRequest {
  /** The client ID as it is registered. */
  clientId: string;
  requested: ScopeSet;
}

/**
 * What public clients requested, as they spelled it, and may request again: registered, enabled, with the grant type,
 * the scopes and the administrator's consent. Each change of an app, an API or an administrator's consent forgets
 * everything: in this process when it is committed, and within `STALE_MS` in another process, even if its notification is
 * lost. A refusal is never remembered, and what an acceptance leads to is decided again in the store.
 */
export interface AcceptedScopes {
  /** By the client ID as it is registered, and the text of the scopes. */
  find(clientId: string, scope: string): AcceptedRequest | undefined;
  /** Call it before anything is read. Unless something changed since, the returned function remembers the request. */
  read(): (scope: string, accepted: AcceptedRequest) => void;
}
