import { isIP } from "node:net";
import { TenantError } from "../kernel/tenant-error.ts";
import { type CertificateFiles, type LoadedCertificate, readCertificateFiles } from "./certificate-files.ts";
import { lanAddress } from "./lan-address.ts";

/** Where a tenant answers and how it is reached, derived from the configuration alone. */
export type Deployment =
  /**
   * Two origins on this machine: https with the local CA, and http for the pages. `lan`: the pages are on an address of the
   * local network, and everything else stays on loopback.
   */
  | { kind: "loopback"; lan: LanPages | null }
  /** One https origin with a host of the local network, with the local CA. */
  | { kind: "host"; host: string }
  /** One https origin with the operator's certificate, or behind a proxy that ends TLS (`certificate` null). */
  | { kind: "public"; origin: string; bind: string; certificate: PublicCertificate | null };

/** The operator's certificate, and what is needed to read it again. */
export interface PublicCertificate {
  files: CertificateFiles;
  /** Whom it must name; undefined if clients see a proxy's certificate instead. */
  host: string | undefined;
  loaded: LoadedCertificate;
}

/** Where the pages answer on the local network. */
export interface LanPages {
  address: string;
  https: boolean;
}

/** Where the tenant listens, and by which address it is reached. */
export interface DeploymentOptions {
  /** The host to listen on. Default: loopback. */
  host?: string;
  /**
   * Puts the pages on an address of the local network, so that a phone in the room can open them. For trying only, with
   * SQLite. Everything else stays on loopback. `address`: an address of this computer in a private range; default: that of
   * its default route. `https`: with the local CA, which the phone must trust; default: http, so that everyone in the
   * network can read what is typed.
   */
  lan?: { address?: string; https?: boolean };
  /** The tenant's public address, for example `https://login.contoso.example`. Default: an address on this machine. */
  publicUrl?: string;
  /**
   * Files with a certificate chain and its private key, in PEM, which are read again when they change. Default: a
   * certificate of the local CA.
   */
  certificate?: { certFile: string; keyFile: string };
  /** Proxies whose X-Forwarded-For header is trusted: IP addresses or CIDR ranges. Default: none. */
  trustedProxies?: string[];
}

export const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

/** @throws TenantError `lan_refused` with `host` or `publicUrl`, and such as `certificate_required` */
export async function deploymentOf(options: DeploymentOptions): Promise<Deployment> {
  if (options.lan && (options.host !== undefined || options.publicUrl !== undefined)) {
    throw new TenantError(
      "lan_refused",
      "A tenant with its own host or public URL cannot also have pages on the local network.",
      "Omit one of the two. --lan is only for trying a tenant out on this computer.",
    );
  }
  const host = options.host?.toLowerCase();
  if (options.publicUrl === undefined) {
    if (host === undefined || LOOPBACK.includes(host)) {
      const { lan } = options;
      return {
        kind: "loopback",
        lan: lan ? { address: await lanAddress(lan.address), https: lan.https ?? false } : null,
      };
    }
    if (host === "0.0.0.0" || host === "::") {
      throw new TenantError(
        "public_url_required",
        `A tenant that listens on every address (${host}) needs a public URL.`,
        "Set publicUrl, for example https://login.contoso.example.",
      );
    }
    return { kind: "host", host };
  }
  const origin = publicOrigin(options.publicUrl);
  const certificate = options.certificate ? publicCertificate(options.certificate, origin, options) : null;
  if (!certificate && !options.trustedProxies?.length) {
    throw new TenantError(
      "certificate_required",
      `TLS for ${origin} is not configured.`,
      "Configure the certificate's files, or list the addresses of the proxy that ends TLS in trustedProxies.",
    );
  }
  return { kind: "public", origin, bind: host ?? "127.0.0.1", certificate };
}

/** The accepted `Host` values of an origin: with its port, and without it if the scheme implies it. Lower case. */
export function hostsOf(origin: string): string[] {
  const { hostname, port, protocol } = new URL(origin);
  const implied = protocol === "https:" ? "443" : "80";
  return port === "" ? [hostname, `${hostname}:${implied}`] : [`${hostname}:${port}`];
}

export const originOf = (scheme: "http" | "https", host: string, port: number) =>
  new URL(`${scheme}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`).origin;

function publicOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url?.protocol === "https:" &&
    url.pathname === "/" &&
    !url.search &&
    !url.hash &&
    !url.username &&
    !url.password
  ) {
    return url.origin;
  }
  throw new TenantError(
    "invalid_public_url",
    "The public URL must be https, with a host and nothing after it.",
    "For example https://login.contoso.example.",
  );
}

function publicCertificate(
  files: CertificateFiles,
  origin: string,
  { trustedProxies }: DeploymentOptions,
): PublicCertificate {
  // A proxy may connect under an internal name.
  const host = trustedProxies?.length ? undefined : hostOf(origin);
  return { files, host, loaded: readCertificateFiles(files, host) };
}

/** Without the brackets of an IPv6 address. */
export const hostOf = (origin: string): string => new URL(origin).hostname.replace(/^\[|\]$/g, "");
