/** The few parts of oidc-provider, which publishes no types, that the oracle uses. */
declare module "oidc-provider" {
  import type { RequestListener } from "node:http";

  interface DeviceCode {
    readonly clientId: string;
    accountId?: string;
    grantId?: string;
    error?: string;
    authTime?: number;
    scope?: string;
    exp: number;
    params: { scope?: string };
    save(): Promise<string>;
  }

  interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    callback(): RequestListener;
    readonly DeviceCode: { findByUserCode(userCode: string, options?: object): Promise<DeviceCode | undefined> };
    readonly Grant: new (of: {
      accountId: string;
      clientId: string;
    }) => Grant;
  }
}
