import assert from "node:assert/strict";
import {
  type Applied,
  type ApplyOptions,
  applyPlan,
  exportTenant,
  type GraphAccess,
  type Plan,
  PrepareError,
  planTenant,
  readTenantFile,
  type Step,
  type TenantModel,
} from "../../packages/prepare/src/index.ts";
import {
  startTestTenant,
  type TestTenant,
  type TestTenantOptions,
} from "../../packages/tenant/test/fixtures/start-test-tenant.ts";

/** An operator's token is valid for ten minutes. */
const TOKEN_MS = 9 * 60_000;

export interface PrepareOptions extends Pick<ApplyOptions, "report" | "env" | "signal"> {
  prune?: boolean;
  access?: GraphAccess;
}

/** An embedded tenant, and a program that prepares it from files as its operator. */
export class PreparedTenant implements AsyncDisposable {
  readonly tenant: TestTenant;
  /** The tenant's time passes while the program waits. */
  readonly clock;
  /** Every call as `GET /applications?…`, relative to the base and decoded. */
  readonly calls: string[] = [];
  #token: { value: string; until: number } | undefined;

  private constructor(tenant: TestTenant) {
    this.tenant = tenant;
    this.clock = {
      now: () => tenant.clock.now(),
      sleep: async (ms: number) => tenant.clock.advance(ms),
    };
  }

  static async start(options?: TestTenantOptions): Promise<PreparedTenant> {
    return new PreparedTenant(await startTestTenant(options));
  }

  /** As the operator, unless another token is given. */
  access(token?: string): GraphAccess {
    return {
      target: "doorcode",
      base: this.tenant.graph,
      fetch: async (url, init) => {
        this.calls.push(`${init.method} ${decodeURIComponent(url.slice(this.tenant.graph.length))}`);
        const headers = { ...init.headers, authorization: `Bearer ${token ?? (await this.#bearer())}` };
        return await this.tenant.fetch(url, { ...init, headers });
      },
    };
  }

  /** A connection to Graph that ends after this many calls that change something, as if the program was killed. */
  dyingAccess(changes: number): GraphAccess {
    const access = this.access();
    let made = 0;
    return {
      ...access,
      fetch: async (url, init) => {
        if (init.method !== "GET" && made++ >= changes) throw new Error("killed");
        if (made > changes) throw new Error("killed");
        return await access.fetch(url, init);
      },
    };
  }

  async #bearer(): Promise<string> {
    const now = this.tenant.clock.now();
    if (!this.#token || this.#token.until < now)
      this.#token = { value: await this.tenant.operatorToken(), until: now + TOKEN_MS };
    return this.#token.value;
  }

  async plan(file: string | TenantModel, options: PrepareOptions = {}): Promise<Plan> {
    const { access = this.access(), prune = false, env = {} } = options;
    return await planTenant(modelOf(file), access, { prune, env, clock: this.clock });
  }

  async prepare(file: string | TenantModel, options: PrepareOptions = {}): Promise<Applied> {
    const { access = this.access(), prune: _, env = {}, ...rest } = options;
    return await applyPlan(await this.plan(file, options), access, { env, clock: this.clock, ...rest });
  }

  /** What differs between the file and the tenant, as `+ app ciam-client-app`. */
  async differences(file: string | TenantModel, options: PrepareOptions = {}): Promise<string[]> {
    const { steps } = await this.plan(file, options);
    return steps.filter(({ action }) => action !== "leave").map(lineOf);
  }

  async export(): Promise<{ model: TenantModel; notes: string[] }> {
    return await exportTenant(this.access(), { clock: this.clock });
  }

  /** How many of the calls so far changed something. */
  get changes(): number {
    return this.calls.filter((call) => !call.startsWith("GET ")).length;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.tenant.close();
  }
}

export function modelOf(file: string | TenantModel): TenantModel {
  return typeof file === "string" ? readTenantFile(file, "doorcode.tenant.yaml") : file;
}

const signs = { create: "+", change: "~", leave: "=", delete: "-" };

export function lineOf({ action, kind, name }: Step): string {
  return `${signs[action]} ${kind} ${name}`;
}

export async function failure(promise: Promise<unknown>, what = "It"): Promise<PrepareError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof PrepareError, `no PrepareError: ${error}`);
    return error;
  }
  assert.fail(`${what} did not fail.`);
}

export const PASSWORDS = { ADA_PASSWORD: "correct horse battery staple" };

/** Everything that a file can say. */
export const EVERYTHING = `
tenant: { name: Contoso, colour: "#0b6e4f", signUp: false, accountUserFlow: Second }
apps:
  ciam-client-app:
    displayName: Headless program
    redirectUris: [http://localhost]
    postLogoutRedirectUris: [https://contoso.example/bye]
    permissions: [openid, offline_access, profile, email, ciam-ToDoList-api/ToDoList.Read, payroll-api/Payroll.Read]
    assignmentRequired: true
    assignedTo: [staff, grace@contoso.example]
    groupClaims: true
  second-app:
    publicClient: false
    adminConsent: false
    idTokenSignedResponseAlg: ES256
    grantTypes: [authorization_code, refresh_token, client_credentials]
    administrativeScopes: [Group.Read.All, User.Read.All]
apis:
  ciam-ToDoList-api:
    displayName: To-do lists
    scopes:
      ToDoList.Read: { displayName: Read your to-do lists, description: Reads every to-do list of yours }
      ToDoList.ReadWrite: { displayName: Change your to-do lists }
  payroll-api:
    identifierUri: api://payroll
    tokenProfile: rfc9068
    accessTokenSigningAlg: EdDSA
    groupClaims: true
    scopes:
      Payroll.Read: { displayName: Read your payslips, consent: user }
      Payroll.Old: { displayName: No longer, enabled: false }
    roles:
      Payroll.Read.All: { displayName: Read everybody's payslips, assignedTo: [staff, ada@contoso.example] }
userFlows:
  SignInSignUpSample:
    signIn: [password, email_code, passkey]
    mfa: required
    attributes:
      - displayName
      - givenName
      - { attribute: surname, label: Family name, required: true }
      - { attribute: loyaltyNumber, label: Loyalty number, pattern: "[0-9]{6}" }
      - { attribute: age, label: Age, input: NumericTextBox }
      - { attribute: drink, label: Drink, input: RadioSingleSelect, options: [Tea, { value: c, label: Coffee }] }
      - { attribute: topics, label: Topics, input: CheckboxMultiSelect, options: [News, Offers] }
      - { attribute: news, label: News, input: CheckboxSingleSelect }
    termsOfUse: { label: I accept the terms, url: https://contoso.example/terms }
    apps: [ciam-client-app]
  Second: { signUp: false, apps: [second-app] }
groups:
  staff: { displayName: Staff, description: Those who work here, members: [ada@contoso.example] }
  empty: {}
policies:
  admins-mfa: { require: mfa, apps: [second-app], groups: [staff], except: [grace@contoso.example] }
  off: { require: mfa, enabled: false }
users:
  ada@contoso.example: { name: Ada Lovelace, administrator: true, passwordFrom: ADA_PASSWORD }
  grace@contoso.example: { name: Grace Hopper }
`;
