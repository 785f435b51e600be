import {
  type PublicClientApplication as Application,
  type ICachePlugin,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
  PublicClientApplication,
} from "@azure/msal-node";

const HOST = "issuer.example";
const TENANT = "0d6e1f3a-8f3c-4f0e-9b57-5c1d2a7e9f10";
export const authority = `https://${HOST}/${TENANT}`;
export const clientId = "6a1b1c1e-24a4-4bd9-9a53-3b5e7f0e6a11";

export interface Person {
  uid: string;
  utid: string;
  username: string;
}

export const ada: Person = { uid: "11111111-aaaa-4aaa-8aaa-111111111111", utid: TENANT, username: "ada@example.com" };
export const grace: Person = {
  uid: "22222222-bbbb-4bbb-8bbb-222222222222",
  utid: TENANT,
  username: "grace@example.com",
};
/** An issuer may spell its ids like this. */
export const upper: Person = {
  uid: "33333333-CCCC-4CCC-8CCC-333333333333",
  utid: TENANT.toUpperCase(),
  username: "upper@example.com",
};

/** Responds to MSAL without a network: the user has already approved, and each response has new tokens. */
export class TinyIssuer implements INetworkModule {
  /** The user of the next sign-in. */
  person: Person = ada;
  renewals = 0;
  /** Runs during a renewal, before its response arrives. */
  duringRenewal: () => Promise<void> = async () => {};
  #issued = 0;
  readonly #owners = new Map<string, Person>();

  async sendGetRequestAsync<T>(): Promise<NetworkResponse<T>> {
    return answer({
      issuer: `${authority}/v2.0`,
      authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
      token_endpoint: `${authority}/oauth2/v2.0/token`,
      jwks_uri: `${authority}/discovery/v2.0/keys`,
    });
  }

  async sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    if (url.endsWith("/devicecode")) {
      const verification_uri = `https://${HOST}/device`;
      return answer({ device_code: "d", user_code: "U", verification_uri, expires_in: 900, interval: 5, message: "" });
    }
    const form = new URLSearchParams(options?.body);
    const presented = form.get("refresh_token");
    const person = presented === null ? this.person : this.#owners.get(presented);
    if (person === undefined) return answer({ error: "invalid_grant" }, 400);
    if (presented !== null) {
      this.renewals++;
      await this.duringRenewal();
    }
    const n = ++this.#issued;
    this.#owners.set(`refresh ${n}`, person);
    return answer({
      token_type: "Bearer",
      scope: form.get("scope"),
      expires_in: 3600,
      access_token: `access ${n}`,
      refresh_token: `refresh ${n}`,
      id_token: idToken(person),
      client_info: encoded({ uid: person.uid, utid: person.utid }),
    });
  }
}

/** A program's MSAL with this plugin. It acts as a separate process, because it shares no memory. */
export function program(issuer: TinyIssuer, cachePlugin: ICachePlugin): Application {
  return new PublicClientApplication({
    auth: { clientId, authority, knownAuthorities: [HOST] },
    system: { networkClient: issuer },
    cache: { cachePlugin },
  });
}

export async function signIn(application: Application, scopes: string[]) {
  const result = await application.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: () => {} });
  if (!result?.account) throw new Error("The sign-in gave no account.");
  return { ...result, account: result.account };
}

function idToken({ uid, utid, username }: Person): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: clientId, iss: `${authority}/v2.0`, iat: now, exp: now + 3600, oid: uid, sub: uid, tid: utid };
  return `${encoded({ alg: "none" })}.${encoded({ ...claims, preferred_username: username, name: username })}.`;
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

function answer<T>(body: object, status = 200): NetworkResponse<T> {
  return { status, headers: {}, body: body as T };
}
