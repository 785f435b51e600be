import type { AccountView } from "../../../src/ui/pages/account.ts";
import { email, flowId, longEmail, type Sample } from "./sample-accounts.ts";

const at = Date.UTC(2026, 4, 12, 9, 30);
const passkeyAdd = { page: "passkey_add", flowId, name: "", options: creationOptions(), problem: null } as const;
const passkey = { page: "passkey", credentialId: "bGFwdG9w", name: "Work laptop", problem: null } as const;
const account: AccountView = {
  page: "account",
  displayName: "Ada",
  email,
  password: "set",
  passkeys: [],
  passkeysPossible: true,
  authenticator: null,
  recoveryCodesLeft: null,
  devices: 0,
  apps: 0,
  savedName: false,
};

/** The pages of a user's own account, in every state. */
export const ownPagesSamples: Sample[] = [
  {
    name: "account",
    view: {
      ...account,
      passkeys: [
        { credentialId: "cGhvbmU", name: "Phone", createdAt: at - 90_000_000, lastUsedAt: at },
        { credentialId: "bGFwdG9w", name: "Work laptop", createdAt: at, lastUsedAt: null },
      ],
      authenticator: { since: at },
      recoveryCodesLeft: 9,
      devices: 3,
      apps: 2,
    },
  },
  { name: "account-name-saved", view: { ...account, savedName: true } },
  {
    name: "account-long",
    view: {
      ...account,
      displayName: "Adaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      email: longEmail,
      passkeys: [{ credentialId: "bGFwdG9w", name: "M".repeat(50), createdAt: at, lastUsedAt: at }],
      authenticator: { since: at },
      recoveryCodesLeft: 1,
      devices: 1,
      apps: 1,
    },
  },
  { name: "account-new", view: account },
  {
    name: "account-impossible",
    view: { ...account, email: longEmail, displayName: "", password: "none", passkeysPossible: false },
  },
  { name: "my-password", view: { page: "my_password", flowId: "", email, problem: null } },
  { name: "my-password-short", view: { page: "my_password", flowId: "", email, problem: "short" } },
  { name: "account-signed-out", view: { page: "account_signed_out" } },
  { name: "sign-in-again", view: { page: "sign_in_again", email: longEmail, why: "change" } },
  { name: "sign-in-again-policy", view: { page: "sign_in_again", email: longEmail, why: "policy" } },
  { name: "passkey-add", view: passkeyAdd },
  { name: "passkey-add-failed", view: { ...passkeyAdd, name: "Work laptop", problem: "failed" } },
  { name: "passkey-add-taken", view: { ...passkeyAdd, problem: "taken" } },
  { name: "passkey-add-full", view: { ...passkeyAdd, problem: "full" } },
  { name: "passkey-add-long", view: { ...passkeyAdd, name: "A".repeat(200), problem: "long" } },
  { name: "passkey", view: passkey },
  { name: "passkey-empty", view: { ...passkey, name: "", problem: "empty" } },
  { name: "passkey-long", view: { ...passkey, name: "A".repeat(200), problem: "long" } },
];

/** With the maximum number of passkeys to exclude, each with a long ID. */
function creationOptions(): string {
  const id = "x".repeat(171);
  return JSON.stringify({
    challenge: "c2FtcGxl",
    rp: { id: "contoso.example", name: "Contoso" },
    user: { id: "YWRh", name: email, displayName: "Ada" },
    pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    excludeCredentials: Array.from({ length: 20 }, () => ({ type: "public-key", id })),
  });
}
