import type { Lifetimes } from "./lifetimes.ts";

/** The tenant's names and addresses. Fixed at start, never derived from a request. */
export interface TenantConfig {
  /** Lower-case GUID. */
  tenantId: string;
  /** Shown at the top of every page. */
  name: string;
  /** `contoso.example`: an alternative to the ID in URLs. */
  domain: string;
  /** `https://localhost:8443`: back channel and metadata. No trailing slash. */
  issuerOrigin: string;
  /** `http://localhost:8444`: pages and cookies. Equal to `issuerOrigin` except on loopback. */
  pagesOrigin: string;
  /** What stays on this computer if the pages are on the local network. Otherwise equal to `pagesOrigin`. */
  localPagesOrigin: string;
  /**
   * The local CA's file, which clients must trust. Empty if TLS uses the operator's certificate, or ends at a proxy.
   */
  caFile: string;
  /** The embedded default: SQLite, loopback, no public URL. Only this mode has `/inbox`, and approvals by the operator. */
  embedded: boolean;
  /** How long sign-ins last. */
  lifetimes: Lifetimes;
  /** Whether users can create an account. */
  signUpAllowed: boolean;
  /** Addresses whose X-Forwarded-For is trusted. Default: none. */
  trustedProxies: string[];
  /** How much one network or client may use. */
  limits: TenantLimits;
}

/**
 * How much one network or client may use, so that enough is left for the others. A network is an IPv4 address or an
 * IPv6 /64; an IPv6 /48 has five times as much. In the embedded tenant, requests from this machine have no limit except
 * `heldPolls` and `mailsPerHour`.
 */
export interface TenantLimits {
  /**
   * Device codes (RFC 8628 §3.2) per network in 10 minutes. A fleet behind one address counts as one network. Default:
   * 3,000.
   */
  deviceCodesByNetwork: number;
  /** Sign-ins that one network starts in 10 minutes, with a code, a page or a program in a browser. Default: 3,000. */
  interactionsByNetwork: number;
  /**
   * Sign-ins that are started in 10 minutes in the whole tenant: each one is a row that waits for a user. Above the
   * limit, each network and each signed-in user can start 20 more. Default: 200,000.
   */
  interactions: number;
  /**
   * Token requests per network in 10 minutes that are rejected because the client is not registered. For a registered
   * client, half as many may be rejected there, and ten times as many for all of them; waiting polls do not count. Per
   * process. Default: 2,000.
   */
  refusedTokenRequestsByNetwork: number;
  /**
   * Device codes that wait for their user at the same time in the whole tenant. Above the limit, each network gets 20
   * in 10 minutes. Default: 100,000.
   */
  pendingDeviceCodes: number;
  /** Device codes of one client that wait for their user at the same time. Default: 50,000. */
  pendingDeviceCodesByClient: number;
  /**
   * Polls that are held at the same time (`Prefer: wait`), per process. Further ones are answered at once. Each one keeps
   * its connection, and costs a few KiB. 0: none. Default: 20,000.
   */
  heldPolls: number;
  /** Polls of one network that are held at the same time, per process. Default: 5,000. */
  heldPollsByNetwork: number;
  /**
   * Waiting device codes that a process keeps in memory, so that their polls do not ask the database. Each takes about
   * 400 bytes. The codes that do not fit are read from the database. 0: none. Default: 100,000.
   */
  pollsInMemory: number;
  /**
   * Mails with codes that anyone can request, per hour in the whole tenant. Codes for second factors and security mails
   * have the same limit each, counted separately, so that they cannot be used up without an account. The first five
   * security mails of a kind to a user in an hour do not count. Default: 2,000.
   */
  mailsPerHour: number;
}

/** The longest wait of a held poll, in seconds (`Prefer: wait`). Proxies often end a request after a minute. */
export const MAX_WAIT_SECONDS = 60;

export const DEFAULT_LIMITS: TenantLimits = {
  deviceCodesByNetwork: 3_000,
  interactionsByNetwork: 3_000,
  interactions: 200_000,
  refusedTokenRequestsByNetwork: 2_000,
  pendingDeviceCodes: 100_000,
  pendingDeviceCodesByClient: 50_000,
  heldPolls: 20_000,
  heldPollsByNetwork: 5_000,
  pollsInMemory: 100_000,
  mailsPerHour: 2_000,
};

/** `https://localhost:8443/<tid>/v2.0`: the `iss` of every token. */
export function issuerOf(config: Pick<TenantConfig, "issuerOrigin" | "tenantId">): string {
  return `${config.issuerOrigin}/${config.tenantId}/v2.0`;
}

/** `https://localhost:8443/graph/v1.0`: the base URL of this tenant's Microsoft Graph. */
export function graphOf(config: Pick<TenantConfig, "issuerOrigin">): string {
  return `${config.issuerOrigin}/graph/v1.0`;
}
