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
  limits: TenantLimits;
}

/**
 * What one network or one client can ask of the tenant, so that it leaves enough to the others. A network is an IPv4
 * address or an IPv6 /64; an IPv6 /48 has five times as much. None of the first six holds for requests from this machine to the embedded default.
 */
export interface TenantLimits {
  /** Device codes (RFC 8628 §3.2) that one network asks for in 10 minutes. A fleet behind one address counts as one. 3,000 unless set. */
  deviceCodesByNetwork: number;
  /** Sign-ins that one network begins in 10 minutes, by a code, a page or a program in a browser. 3,000 unless set. */
  interactionsByNetwork: number;
  /**
   * The same of the whole tenant: each begun sign-in is a row that waits for a person. Beyond it each network begins 20
   * more, and each person who is signed in. 200,000 unless set.
   */
  interactions: number;
  /**
   * Token requests of one network that are refused in 10 minutes because no such client is registered. One registered
   * client has half as many refused ones there, all of them ten times as many; polls that wait are none. In each
   * process. 2,000 unless set.
   */
  refusedTokenRequestsByNetwork: number;
  /**
   * Device codes that wait for their user at the same time, in the whole tenant. Beyond it each network gets 20 in 10
   * minutes. 100,000 unless set.
   */
  pendingDeviceCodes: number;
  /** The same of one client. 50,000 unless set. */
  pendingDeviceCodesByClient: number;
  /**
   * Mails with codes that anybody can ask for, in an hour, in the whole tenant. Codes as a second factor and security
   * mails have as many each, apart, so that nobody uses those up without an account. The first five security mails of
   * a kind to a person in an hour are outside of it. 2,000 unless set.
   */
  mailsPerHour: number;
}

export const DEFAULT_LIMITS: TenantLimits = {
  deviceCodesByNetwork: 3_000,
  interactionsByNetwork: 3_000,
  interactions: 200_000,
  refusedTokenRequestsByNetwork: 2_000,
  pendingDeviceCodes: 100_000,
  pendingDeviceCodesByClient: 50_000,
  mailsPerHour: 2_000,
};

/** `https://localhost:8443/<tid>/v2.0`: the `iss` of every token. */
export function issuerOf(config: TenantConfig): string {
  return `${config.issuerOrigin}/${config.tenantId}/v2.0`;
}

/** `https://localhost:8443/graph/v1.0`: the base of Microsoft Graph's calls here. */
export function graphOf(config: TenantConfig): string {
  return `${config.issuerOrigin}/graph/v1.0`;
}
