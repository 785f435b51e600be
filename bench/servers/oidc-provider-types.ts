import type { RequestListener } from "node:http";

/** oidc-provider ships no types; this is what the bench uses of it. */
export interface AdapterPayload {
  userCode?: string;
  grantId?: string;
  consumed?: number;
}

export interface Provider {
  callback(): RequestListener;
  readonly Grant: new (properties: {
    accountId: string;
    clientId: string;
  }) => {
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
  };
  readonly Client: { find(id: string): Promise<unknown> };
  readonly RefreshToken: new (properties: Record<string, unknown>) => { save(): Promise<string> };
}

const untyped: string = "oidc-provider";
export const Provider = (await import(untyped)).default as new (
  issuer: string,
  configuration: Record<string, unknown>,
) => Provider;
