import type { Lifetimes } from "./lifetimes.ts";

/** What the tenant is called and where it answers; fixed at start, never derived from a request. */
export interface TenantConfig {
  /** Lower-case GUID. */
  tenantId: string;
  /** Shown at the top of every page. */
  name: string;
  /** `contoso.example`: the tenant's second name in URLs. */
  domain: string;
  /** `https://localhost:8443`: back channel, metadata. No trailing slash. */
  issuerOrigin: string;
  /** `http://localhost:8444`: pages and cookies. Equal to `issuerOrigin` off loopback. */
  pagesOrigin: string;
  /** The local CA's file, which clients have to trust; empty where the operator's certificate or proxy serves TLS. */
  caFile: string;
  /** The embedded default: SQLite, loopback, no public URL. Only then are there `/inbox` and the control socket. */
  embedded: boolean;
  lifetimes: Lifetimes;
  /** A person may create an account. */
  signUpAllowed: boolean;
  /** Addresses whose X-Forwarded-For is believed; none by default. */
  trustedProxies: string[];
}

/** `https://localhost:8443/<tid>/v2.0`: the `iss` of every token. */
export function issuerOf(config: TenantConfig): string {
  return `${config.issuerOrigin}/${config.tenantId}/v2.0`;
}

/** `https://localhost:8443/graph/v1.0`: the base of Microsoft Graph's calls here. */
export function graphOf(config: TenantConfig): string {
  return `${config.issuerOrigin}/graph/v1.0`;
}
