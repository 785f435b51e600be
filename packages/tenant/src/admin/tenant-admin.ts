import type { AppSecret } from "../directory/app-secret.ts";
import type { Api, App, Consent, User } from "../directory/entities.ts";
import type { Lifetimes } from "../directory/lifetimes.ts";
import type { AccessSettings, Group, Policy, UserFlow } from "../directory/user-flow.ts";
import type { BrandingOptions } from "../ui/branding/branding.ts";
import type { AddedSecret } from "./app-secrets.ts";
import type { NewAccount } from "./people.ts";

/** An app to register, or to change: the one with its `clientId`. What is left out stays, or is as in a new app. */
export type AppInput = Partial<Omit<App, "createdAt">>;

/** An API to register, or to change: the one with its `clientId`. What is left out stays, or is as in a new API. */
export type ApiInput = Partial<Omit<Api, "createdAt">>;

/** A user flow to add, or to put in the place of the one with its `id`. What is left out is as in the default flow. */
export type UserFlowInput = Partial<UserFlow> & Pick<UserFlow, "name">;

/** A policy to add, or to put in the place of the one with its `id`. Left out: enabled, for every app and everybody. */
export type PolicyInput = Partial<Policy> & Pick<Policy, "name">;

/** The certificate of an app, and what it gives. */
export interface AddedCertificate {
  app: App;
  /** SHA-256, hexadecimal. */
  thumbprint: string;
  /** Milliseconds since the epoch. */
  notAfter: number;
}

/**
 * How a program that runs a tenant changes it. Each call checks, changes and writes its audit record in one transaction,
 * and counts from its answer on.
 */
export interface TenantAdmin {
  people: {
    list(): Promise<User[]>;
    /** By email address. */
    find(email: string): Promise<User | undefined>;
    /** @throws TenantError `email_invalid`, `email_taken`, `name_invalid`, `password_short`, `password_long`, `password_common` */
    add(account: NewAccount): Promise<User>;
    /** Ends every sign-in of the person; enabling again revives none. @throws TenantError `user_unknown` */
    disable(id: string): Promise<void>;
    /** @throws TenantError `user_unknown` */
    enable(id: string): Promise<void>;
    /** @throws TenantError `user_unknown` */
    setAdministrator(id: string, administrator: boolean): Promise<void>;
    /**
     * The account of this address, enabled and an administrator; made with this password where there is none, and `added`
     * is true then.
     *
     * @throws TenantError those of `add`
     */
    recoverAdministrator(account: Pick<NewAccount, "email" | "password">): Promise<{ user: User; added: boolean }>;
    /** Ends every sign-in, and what was approved and not yet redeemed. @throws TenantError `user_unknown` */
    endSignIns(id: string): Promise<void>;
    /** False when there is no such person. */
    remove(id: string): Promise<boolean>;
  };
  groups: {
    list(): Promise<Group[]>;
    add(group: Pick<Group, "name">): Promise<Group>;
    /** @throws TenantError `user_unknown`, `group_unknown` */
    addMember(id: string, userId: string): Promise<void>;
    /** False when the person was no member. */
    removeMember(id: string, userId: string): Promise<boolean>;
    remove(id: string): Promise<boolean>;
  };
  apps: {
    /** Without the command line's own. */
    list(): Promise<App[]>;
    find(clientId: string): Promise<App | undefined>;
    /** @throws TenantError `name_invalid` for a new one without a name, `registration_conflict`, `redirect_uri_refused`, `user_flow_unknown` */
    put(app: AppInput): Promise<App>;
    /** Its sign-ins end. False when there is no such app. */
    remove(clientId: string): Promise<boolean>;
    /**
     * Lets the app get tokens of its own by this certificate (PEM, RSA); as an `administrator` with every application
     * permission of Graph.
     *
     * @throws TenantError `app_unknown`, `app_certificate_refused`
     */
    addCertificate(clientId: string, pem: string, options?: { administrator?: boolean }): Promise<AddedCertificate>;
    /** All of them, and the permissions at Graph. Returns how many. @throws TenantError `app_unknown` */
    removeCertificates(clientId: string): Promise<number>;
    /** Expired ones too; oldest first. @throws TenantError `app_unknown` */
    secrets(clientId: string): Promise<Omit<AppSecret, "secretHash">[]>;
    /**
     * Makes a secret by which the app authenticates (`client_secret_basic`, `client_secret_post`). An app can have ten at
     * once, so that a new one is in use before the old one is removed.
     *
     * @param options.name tells secrets apart; 120 characters at most
     * @param options.days how long it is valid; left out: two years, which is the most
     * @throws TenantError `app_unknown`, `app_secret_refused`
     */
    addSecret(clientId: string, options?: { name?: string; days?: number }): Promise<AddedSecret>;
    /** Sign-ins got by it stay. False when the app has no such secret. @throws TenantError `app_unknown` */
    removeSecret(clientId: string, keyId: string): Promise<boolean>;
    /** Lets this person or group use an app that requires assignment. @throws TenantError `assignment_refused` */
    assign(clientId: string, principalId: string): Promise<void>;
    /** False when there was no assignment. */
    unassign(clientId: string, principalId: string): Promise<boolean>;
    /**
     * The administrator's consent for everybody (`userId` null), or a person's: exactly these scopes, whatever they
     * consented to before. Without scopes it is withdrawn. @throws TenantError `app_unknown`
     */
    putConsent(consent: Consent): Promise<void>;
    /** False when there was no consent. */
    withdrawConsent(consent: Omit<Consent, "scopes">): Promise<boolean>;
  };
  apis: {
    list(): Promise<Api[]>;
    find(clientId: string): Promise<Api | undefined>;
    /** @throws TenantError `name_invalid` for a new one without a name, `registration_conflict` */
    put(api: ApiInput): Promise<Api>;
    /** False when there is no such API. */
    remove(clientId: string): Promise<boolean>;
    /** Gives a person, a group or an app's service principal a role. @throws TenantError `assignment_refused` */
    assignRole(clientId: string, role: string, principalId: string): Promise<void>;
    /** False when there was no assignment. */
    unassignRole(clientId: string, role: string, principalId: string): Promise<boolean>;
  };
  userFlows: {
    list(): Promise<UserFlow[]>;
    /** An app uses it once its `userFlowId` names it. @throws TenantError `user_flow_invalid`, `user_flow_name_taken` */
    put(flow: UserFlowInput): Promise<UserFlow>;
    /** False when there is no such flow. @throws TenantError `user_flow_in_use` while apps or the account page use it */
    remove(id: string): Promise<boolean>;
    /**
     * Whether people may create accounts at all (`signUpAllowed`), and the user flow of the account page and of password
     * resets from outside (`accountUserFlowId`; null: the default one, where people sign up only if they may for some
     * app). What is left out stays. Counts for every node from the answer on. @throws TenantError `user_flow_unknown`
     */
    changeSettings(changes: Partial<AccessSettings>): Promise<void>;
  };
  policies: {
    list(): Promise<Policy[]>;
    /** @throws TenantError `policy_invalid` when it names what there is not */
    put(policy: PolicyInput): Promise<Policy>;
    /** False when there is no such policy. */
    remove(id: string): Promise<boolean>;
  };
  /** Name, colour and logo. @throws TenantError `branding_refused`, `logo_refused` */
  changeBranding(branding: BrandingOptions): Promise<void>;
  /**
   * How long sign-ins of programs and browsers last; what is left out stays. Counts for programs from the next renewal, for
   * browsers from the next sign-in. @throws TenantError `lifetimes_refused`
   */
  changeLifetimes(lifetimes: Partial<Lifetimes>): Promise<void>;
}
