import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { TenantError } from "../kernel/tenant-error.ts";

/** Where a tenant answers and how it is reached; decided from the configuration alone. */
export type Deployment =
  /** Two origins on this machine: https with the local CA, and http for the pages. */
  | { kind: "loopback" }
  /** One https origin under a host of the local network, with the local CA. */
  | { kind: "host"; host: string }
  /** One https origin with the operator's certificate, or behind a proxy that ends TLS (`certificate` null). */
  | { kind: "public"; origin: string; bind: string; certificate: { key: string; cert: string } | null };

export interface DeploymentOptions {
  host?: string;
  publicUrl?: string;
  certificate?: { certFile: string; keyFile: string };
  trustedProxies?: string[];
}

export const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

export function deploymentOf(options: DeploymentOptions): Deployment {
  const host = options.host?.toLowerCase();
  if (options.publicUrl === undefined) {
    if (host === undefined || LOOPBACK.includes(host)) return { kind: "loopback" };
    if (host === "0.0.0.0" || host === "::") {
      throw new TenantError(
        "public_url_required",
        `A tenant that listens on every address (${host}) needs to know the one it is called by.`,
        "Configure publicUrl, for example https://login.contoso.example.",
      );
    }
    return { kind: "host", host };
  }
  const origin = publicOrigin(options.publicUrl);
  const certificate = options.certificate ? readCertificate(options.certificate) : null;
  if (!certificate && !options.trustedProxies?.length) {
    throw new TenantError(
      "certificate_required",
      `Nothing says how TLS for ${origin} is served.`,
      "Configure the certificate's files, or name the addresses of the proxy that ends TLS in trustedProxies.",
    );
  }
  return { kind: "public", origin, bind: host ?? "127.0.0.1", certificate };
}

/** The `Host` values of an origin: with its port, and without where the scheme implies it. Lower case. */
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
    "The public URL has to be https, with a host and nothing after it.",
    "For example https://login.contoso.example.",
  );
}

function readCertificate(files: { certFile: string; keyFile: string }): { key: string; cert: string } {
  try {
    return { key: readFileSync(files.keyFile, "utf8"), cert: readFileSync(files.certFile, "utf8") };
  } catch (error) {
    throw new TenantError(
      "certificate_unreadable",
      `The certificate ${files.certFile} with its key ${files.keyFile} cannot be read.`,
      "Both have to be PEM files that the tenant's user may read.",
      { cause: error },
    );
  }
}
