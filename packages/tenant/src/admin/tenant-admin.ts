import type { AppSecret } from "../directory/app-secret.ts";
import type { Api, App, Consent, User } from "../directory/entities.ts";
import type { Lifetimes } from "../directory/lifetimes.ts";
import type { AccessSettings, Group, Policy, UserFlow } from "../directory/user-flow.ts";
import type { RemovedFactors } from "../storage/store.ts";
import type { BrandingOptions } from "../ui/branding/branding.ts";
import type { AddedSecret } from "./app-secrets.ts";
import type { NewAccount } from "./people.ts";
import type { SignInAdmin } from "./sign-ins.ts";
import type { SigningKeyAdmin } from "./signing-keys.ts";

/**
 * An app to register, or to change if its `clientId` exists. Omitted members stay unchanged; a new app gets their
 * defaults.
 */
export type AppInput = Partial<Omit<App, "createdAt">>;

/**
 * An API to register, or to change if its `clientId` exists. Omitted members stay unchanged; a new API gets their
 * defaults.
 */
export type ApiInput = Partial<Omit<Api, "createdAt">>;

/** A user flow to add, or to replace if its `id` exists. Omitted members are as in the default user flow. */
export type UserFlowInput = Partial<UserFlow> & Pick<UserFlow, "name">;

/** A policy to add, or to replace if its `id` exists. Default: enabled, for all apps and all users. */
export type PolicyInput = Partial<Policy> & Pick<Policy, "name">;

/** The certificate of an app, as read by the tenant. */
export interface AddedCertificate {
  /** The app with its certificate. */
  app: App;
  /** SHA-256 of the certificate, in hexadecimal. */
  thumbprint: string;
  /** When the certificate expires, in milliseconds since the epoch. */
  notAfter: number;
}

/**
 * Changes a running tenant. Each call checks, changes and writes its audit record in one transaction, and takes effect
 * when it resolves.
 */
export interface TenantAdmin {
  /** The tenant's users. */
  people: {
    /** Lists all users. */
    list(): Promise<User[]>;
    /** Finds a user by email address. */
    find(email: string): Promise<User | undefined>;
    /**
     * Adds a user.
     * @throws TenantError `email_invalid`, `email_taken`, `name_invalid`, `password_short`, `password_long`,
     * `password_common`
     */
    add(account: NewAccount): Promise<User>;
    /**
     * Disables a user and ends all their sign-ins, permanently: enabling the user does not restore them.
     * @throws TenantError `user_unknown`
     */
    disable(id: string): Promise<void>;
    /**
     * Enables a disabled user.
     * @throws TenantError `user_unknown`
     */
    enable(id: string): Promise<void>;
    /**
     * Makes a user an administrator, or an ordinary user again.
     * @throws TenantError `user_unknown`
     */
    setAdministrator(id: string, administrator: boolean): Promise<void>;
    /**
     * Enables the account with this address and makes it an administrator. Creates it with this password if it does not
     * exist; then `added` is true.
     * @throws TenantError as `add`
     */
    recoverAdministrator(account: Pick<NewAccount, "email" | "password">): Promise<{ user: User; added: boolean }>;
    /**
     * Ends all sign-ins of a user, in programs and browsers, and approvals that were not redeemed yet. Returns the number
     * of programs that were signed in.
     * @throws TenantError `user_unknown`
     */
    endSignIns(id: string): Promise<number>;
    /**
     * Removes a user's authenticator app, recovery codes and passkeys, and ends all their sign-ins, for a user who lost
     * them. The password stays. Returns what was removed.
     * @throws TenantError `user_unknown`
     */
    resetFactors(id: string): Promise<RemovedFactors>;
    /**
     * Changes a user's name or email address, in one transaction. An address that is given here is not verified; the one
     * that the user loses gets a mail about it, and its reader cannot take it back. Sign-ins stay. Returns the user.
     * @param changes.voidLinks true: links in mails that were sent to the user until now stop working, also those with
     * which the reader of an earlier address could take the account back. Default: false
     * @throws TenantError `user_unknown`, `email_invalid`, `email_taken`, `name_invalid`
     */
    edit(id: string, changes: { displayName?: string; email?: string; voidLinks?: boolean }): Promise<User>;
    /**
     * Makes a user's password useless and ends all their sign-ins. The user chooses another one by mail. Returns false if
     * the user has no password.
     * @throws TenantError `user_unknown`
     */
    voidPassword(id: string): Promise<boolean>;
    /** Deletes a user. Returns false if there is no such user. */
    remove(id: string): Promise<boolean>;
  };
  /** The sign-ins of programs. */
  signIns: SignInAdmin;
  /** The keys that sign tokens. */
  signingKeys: SigningKeyAdmin;
  /** The tenant's groups. */
  groups: {
    /** Lists all groups. */
    list(): Promise<Group[]>;
    /** Adds a group. */
    add(group: Pick<Group, "name">): Promise<Group>;
    /**
     * Adds a user to a group.
     * @throws TenantError `user_unknown`, `group_unknown`
     */
    addMember(id: string, userId: string): Promise<void>;
    /** Removes a user from a group. Returns false if the user was not a member. */
    removeMember(id: string, userId: string): Promise<boolean>;
    /** Deletes a group. Returns false if there is no such group. */
    remove(id: string): Promise<boolean>;
  };
  /** The registered client applications. */
  apps: {
    /** Lists all apps, except the command line's own. */
    list(): Promise<App[]>;
    /** Finds an app. */
    find(clientId: string): Promise<App | undefined>;
    /**
     * Registers or changes an app.
     * @throws TenantError `name_invalid` for a new app without a name, `registration_conflict`, `redirect_uri_refused`,
     * `signing_alg_refused`, `user_flow_unknown`
     */
    put(app: AppInput): Promise<App>;
    /** Deletes an app and ends its sign-ins. Returns false if there is no such app. */
    remove(clientId: string): Promise<boolean>;
    /**
     * Lets the app get tokens for itself with this certificate (PEM, RSA). As an `administrator` it gets all
     * application permissions of Graph.
     * @throws TenantError `app_unknown`, `app_certificate_refused`
     */
    addCertificate(clientId: string, pem: string, options?: { administrator?: boolean }): Promise<AddedCertificate>;
    /**
     * Removes all certificates of an app, and its permissions at Graph. Returns the number of certificates.
     * @throws TenantError `app_unknown`
     */
    removeCertificates(clientId: string): Promise<number>;
    /**
     * Lists the secrets of an app, including expired ones, oldest first.
     * @throws TenantError `app_unknown`
     */
    secrets(clientId: string): Promise<Omit<AppSecret, "secretHash">[]>;
    /**
     * Creates a secret that authenticates the app (`client_secret_basic`, `client_secret_post`; RFC 6749 §2.3.1). An
     * app can have ten secrets, so that a new one can be in use before the old one is removed.
     * @param options.name distinguishes secrets; at most 120 characters
     * @param options.days validity in days; default and maximum: two years
     * @throws TenantError `app_unknown`, `app_secret_refused`
     */
    addSecret(clientId: string, options?: { name?: string; days?: number }): Promise<AddedSecret>;
    /**
     * Removes a secret. Existing sign-ins are not affected. Returns false if the app has no such secret.
     * @throws TenantError `app_unknown`
     */
    removeSecret(clientId: string, keyId: string): Promise<boolean>;
    /**
     * Lets a user or group use an app that requires assignment.
     * @throws TenantError `assignment_refused`
     */
    assign(clientId: string, principalId: string): Promise<void>;
    /** Removes an assignment. Returns false if there was none. */
    unassign(clientId: string, principalId: string): Promise<boolean>;
    /**
     * Sets the scopes that the administrator (`userId` null) or a user consented to, replacing any earlier consent. An
     * empty list withdraws the consent.
     * @throws TenantError `app_unknown`
     */
    putConsent(consent: Consent): Promise<void>;
    /** Withdraws a consent. Returns false if there was none. */
    withdrawConsent(consent: Omit<Consent, "scopes">): Promise<boolean>;
  };
  /** The registered web APIs. */
  apis: {
    /** Lists all APIs. */
    list(): Promise<Api[]>;
    /** Finds an API. */
    find(clientId: string): Promise<Api | undefined>;
    /**
     * Registers or changes an API.
     * @throws TenantError `name_invalid` for a new API without a name, `registration_conflict`, `signing_alg_refused`
     */
    put(api: ApiInput): Promise<Api>;
    /** Deletes an API. Returns false if there is no such API. */
    remove(clientId: string): Promise<boolean>;
    /**
     * Assigns a role to a user, a group or an app's service principal.
     * @throws TenantError `assignment_refused`
     */
    assignRole(clientId: string, role: string, principalId: string): Promise<void>;
    /** Removes a role assignment. Returns false if there was none. */
    unassignRole(clientId: string, role: string, principalId: string): Promise<boolean>;
  };
  /** The user flows: how users sign in and sign up. */
  userFlows: {
    /** Lists all user flows. */
    list(): Promise<UserFlow[]>;
    /**
     * Adds or replaces a user flow. Apps use it once their `userFlowId` names it.
     * @throws TenantError `user_flow_invalid`, `user_flow_name_taken`
     */
    put(flow: UserFlowInput): Promise<UserFlow>;
    /**
     * Deletes a user flow. Returns false if there is no such flow.
     * @throws TenantError `user_flow_in_use` while apps or the account page use it
     */
    remove(id: string): Promise<boolean>;
    /**
     * Sets whether users may create accounts at all (`signUpAllowed`), and the user flow of the account page and of
     * password resets from outside an app (`accountUserFlowId`; null: the default flow, in which users sign up only if
     * they may for some app). Omitted members stay unchanged. Takes effect on all nodes when it resolves.
     * @throws TenantError `user_flow_unknown`
     */
    changeSettings(changes: Partial<AccessSettings>): Promise<void>;
  };
  /** Policies that require a second factor. */
  policies: {
    /** Lists all policies. */
    list(): Promise<Policy[]>;
    /**
     * Adds or replaces a policy.
     * @throws TenantError `policy_invalid` if it names something that does not exist
     */
    put(policy: PolicyInput): Promise<Policy>;
    /** Deletes a policy. Returns false if there is no such policy. */
    remove(id: string): Promise<boolean>;
  };
  /**
   * Changes name, color and logo.
   * @throws TenantError `branding_refused`, `logo_refused`
   */
  changeBranding(branding: BrandingOptions): Promise<void>;
  /**
   * Changes how long sign-ins of programs and browsers last. Omitted members stay unchanged. Takes effect for programs
   * with the next renewal, for browsers with the next sign-in.
   * @throws TenantError `lifetimes_refused`
   */
  changeLifetimes(lifetimes: Partial<Lifetimes>): Promise<void>;
}
