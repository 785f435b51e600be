/** What the operator's requests return. Times follow RFC 3339. */

import type { ListedRecord } from "../admin/listed-record.ts";
import type { SigningAlgorithm } from "../directory/entities.ts";
import type { TestingResults } from "./testing-messages.ts";

export type { ListedRecord };

/** The response to each request if it succeeds. */
export interface ControlResults extends TestingResults {
  /** `by_renewal`: the permissions that are not requested now and that a renewal may add without asking again. */
  approve: { app: string; email: string; permissions: string[]; by_renewal: string[] };
  /** `app`: the name of the app that gets nothing. */
  deny: { app: string };
  /** In the order of their email addresses. */
  list_users: ListedUser[];
  /** The user, disabled. */
  disable_user: ListedUser;
  /** The user, enabled. */
  enable_user: ListedUser;
  /** The user that was deleted. */
  delete_user: ListedUser;
  /** `sign_ins`: how many programs were signed in. */
  reset_user: ListedUser & {
    authenticator_app: boolean;
    recovery_codes: number;
    passkeys: number;
    sign_ins: number;
  };
  /** The user as they are now. `password_voided`: false if there was no password, or it was not asked for. */
  edit_user: ListedUser & { password_voided: boolean };
  /** Newest first. */
  list_sign_ins: ListedSignIn[];
  /** The sign-in that was ended. */
  revoke_sign_in: { id: string };
  /** `ended`: how many programs were signed in. */
  revoke_sign_ins: { ended: number };
  /** In the order in which they sign. */
  list_keys: ListedKey[];
  /** The key that signs from `activates_at` on. */
  rotate_keys: ListedKey;
  /** The key, and until when it is published. */
  retire_key: ListedKey;
  /**
   * `after`: for the next request. `more`: there may be more records now. `restored`: since the cursor was made, the log
   * was restored from a backup, so records that were read no longer exist. The records continue at the last one that both
   * logs have, exactly, or a few minutes before it, so that some are repeated.
   */
  read_audit: {
    records: (ListedRecord & Partial<RecordNames>)[];
    after: string;
    more: boolean;
    restored?: "exact" | "repeats";
  };
  /** Newest first. */
  list_mails: ListedMail[];
  /** The user that was added. */
  add_user: ListedUser;
  /** `added`: the account is new. */
  recover_administrator: ListedUser & { added: boolean };
  /** For Microsoft Graph at this tenant. */
  administrator_token: AdministratorToken;
  /** Without the app of the command line. */
  list_apps: ListedApp[];
  /** `thumbprint`: SHA-256, hexadecimal. `expires_at`: RFC 3339. */
  add_certificate: { app: string; thumbprint: string; expires_at: string; administrator: boolean };
  /** The scopes that the app may request from now on. */
  allow_administration: AllowedAdministration;
  /** `removed`: how many. */
  remove_certificates: { app: string; removed: number };
  /** `secret`: shown only here. `expires_at`: RFC 3339. */
  add_secret: { app: string; key_id: string; secret: string; expires_at: string };
  /** The secret that was removed. */
  remove_secret: { client_id: string; key_id: string };
}

/** What an app may request of administrators from now on. */
export interface AllowedAdministration {
  /** GUID. */
  client_id: string;
  /** Display name. */
  app: string;
  /** Administrative scopes of Graph, such as `Application.ReadWrite.All`. */
  scopes: string[];
  /** Whether the app may also request them with a device code. */
  by_device_code: boolean;
}

/** A token that allows the operator to administer the tenant for ten minutes. */
export interface AdministratorToken {
  /** A JWT. Keep it out of logs and arguments. */
  token: string;
  /** Base URL of Graph. */
  graph: string;
  /** What a client must trust to call it. */
  ca_file: string;
  /** RFC 3339. */
  expires_at: string;
}

/** A user as an operator sees them. */
export interface ListedUser {
  /** Object ID, a GUID. */
  id: string;
  /** The address they sign in with. */
  email: string;
  /** Display name. */
  name: string;
  /** RFC 3339. */
  created_at: string;
  /** Whether the user cannot sign in. */
  disabled: boolean;
  /** Whether the user may administer the tenant. */
  administrator: boolean;
}

/** An app as an operator sees it. */
export interface ListedApp {
  /** GUID. */
  client_id: string;
  /** Display name. */
  name: string;
  /** Whether the app gets no tokens. */
  disabled: boolean;
  /** Whether it has application permissions at Graph. */
  administrator: boolean;
  /** Thumbprints are SHA-256, in hexadecimal. Times follow RFC 3339. */
  certificates: { thumbprint: string; expires_at: string }[];
  /** `hint`: the first three characters. */
  secrets: { key_id: string; name: string | null; hint: string | null; expires_at: string }[];
}

/** A program that is signed in. */
export interface ListedSignIn {
  /** The `sid` of its tokens, a GUID. */
  id: string;
  /** The user's email address; null if the user was deleted. */
  email: string | null;
  /** Object ID of the user. */
  user_id: string;
  /** The app's name; null if the app was deleted. */
  app: string | null;
  /** GUID. */
  client_id: string;
  /** How the user signed in. */
  grant_type: "device_code" | "authorization_code";
  /** When the program was signed in. */
  created_at: string;
  /** When it last renewed its tokens; null if it has not yet. */
  last_used_at: string | null;
  /** The network from which it did. */
  last_used_from: string | null;
  /** When it ends, unless it is renewed before. */
  expires_at: string;
}

/** A key that signs tokens. */
export interface ListedKey {
  /** Key ID. */
  kid: string;
  /** What it signs with: `RS256`, `ES256` or `EdDSA`. */
  alg: SigningAlgorithm;
  /** `next`: published, and signs later. `signing`: signs now. `previous`: published only. `retired`: not published. */
  state: "next" | "signing" | "previous" | "retired";
  /** When it was created and published. */
  created_at: string;
  /** When it starts to sign. */
  activates_at: string;
  /** When it stops being published; null if that is not decided yet. */
  retires_at: string | null;
}

/** Whom a record of the audit log is about, as a person knows them. */
export interface RecordNames {
  /** The app's name; null if no registered app is concerned. */
  app: string | null;
  /** The app's key in a tenant file. */
  app_key: string | null;
  /** The user's email address; null if no user is concerned, or the user was deleted. */
  user: string | null;
}

/** A mail in the inbox of the embedded tenant. */
export interface ListedMail {
  /** Identifies the mail. */
  id: string;
  /** The recipient's address. */
  to: string;
  /** The subject line. */
  subject: string;
  /** The plain-text body. */
  text: string;
  /** The code that the mail contains; null if it has none. */
  code: string | null;
  /** RFC 3339. */
  received_at: string;
}
