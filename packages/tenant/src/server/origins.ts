import type { RequestListener } from "node:http";
import type { Logger } from "pino";
import { TenantError } from "../kernel/tenant-error.ts";
import { type FollowedCertificate, followCertificate } from "./certificate-files.ts";
import { issueLeaf, LEAF_RENEWAL_MS, type Leaf, leafIsDue } from "./certificates.ts";
import { type Deployment, type LanPages, originOf } from "./deployment.ts";
import { type Binding, bind, type Listener } from "./listeners.ts";
import type { LocalCa } from "./local-ca.ts";

/** The ports of a tenant, and the origins derived from them. */
export interface Origins {
  /** The issuer's port, as bound. */
  port: number;
  issuerOrigin: string;
  pagesOrigin: string;
  /** What stays on this computer where the pages are on the local network; else equal to `pagesOrigin`. */
  localPagesOrigin: string;
  serve(handlers: OriginHandlers): void;
  /** Reads the operator's certificate again, without waiting until its files' changes are noticed. */
  checkCertificate(): void;
  drain(): void;
  close(deadlineMs: number, idleMs?: number): Promise<void>;
}

/** What answers on each listener; null where there is none. */
export interface OriginHandlers {
  issuer: RequestListener;
  pages: RequestListener | null;
  lanPages: RequestListener | null;
}

const BOTH_STACKS = ["127.0.0.1", "::1"];

export async function openOrigins(
  deployment: Deployment,
  ca: LocalCa | null,
  port: number,
  pagesPort: number | undefined,
  log: Logger,
): Promise<Origins> {
  if (deployment.kind === "public") {
    const { bind: address, certificate, origin } = deployment;
    const addresses = address === "localhost" ? BOTH_STACKS : [address];
    const issuer = await bind({ addresses, port, certificate: certificate?.loaded ?? null, flag: "listen.port:" });
    const followed = certificate
      ? followCertificate(certificate.files, certificate.host, certificate.loaded, log, issuer.replaceCertificate)
      : null;
    return served({ issuer }, { issuer: origin, pages: origin }, followed);
  }
  if (ca === null) throw new Error("a tenant without a public URL has a local CA");
  const leaf = await issueLeaf(ca, ca.hosts, Date.now());
  if (deployment.kind === "host") {
    const { host } = deployment;
    const issuer = await bind({ addresses: [host], port, certificate: leaf, flag: "--port" });
    const origin = originOf("https", host, issuer.port);
    return served({ issuer }, { issuer: origin, pages: origin }, keepRenewed([issuer], { ca, leaf, log }));
  }
  const listeners: Listeners = {
    issuer: await bind({ addresses: BOTH_STACKS, port, certificate: leaf, flag: "--port" }),
  };
  try {
    // The last port has no next one.
    const next = pagesPort ?? (port === 0 || port === 65_535 ? 0 : port + 1);
    const pages = await bind({ addresses: BOTH_STACKS, port: next, certificate: null, flag: "--pages-port" });
    listeners.pages = pages;
    const local = originOf("http", "localhost", pages.port);
    const origins = { issuer: originOf("https", "localhost", listeners.issuer.port), pages: local, localPages: local };
    const { lan } = deployment;
    if (lan === null) return served(listeners, origins, keepRenewed(Object.values(listeners), { ca, leaf, log }));
    listeners.lanPages = await bindLan(lan, pages.port, next === 0, leaf);
    const scheme = lan.https ? "https" : "http";
    const inNetwork = { ...origins, pages: originOf(scheme, lan.address, listeners.lanPages.port) };
    return served(listeners, inNetwork, keepRenewed(Object.values(listeners), { ca, leaf, log }));
  } catch (error) {
    await Promise.all(Object.values(listeners).map((each) => each.close(0)));
    throw error;
  }
}

/** Under the same number as the pages on loopback; where any number will do and that one is taken, under another. */
async function bindLan({ address, https }: LanPages, port: number, any: boolean, leaf: Leaf): Promise<Listener> {
  const binding: Omit<Binding, "port"> = {
    addresses: [address],
    certificate: https ? leaf : null,
    flag: "--pages-port",
  };
  try {
    return await bind({ ...binding, port });
  } catch (error) {
    if (any && error instanceof TenantError && error.code === "port_in_use") return bind({ ...binding, port: 0 });
    throw error;
  }
}

interface Listeners {
  issuer: Listener;
  pages?: Listener;
  lanPages?: Listener;
}

function served(
  { issuer, pages, lanPages }: Listeners,
  origins: { issuer: string; pages: string; localPages?: string },
  certificate: FollowedCertificate | null,
): Origins {
  const all = [issuer, pages, lanPages].filter((each) => each !== undefined);
  return {
    port: issuer.port,
    issuerOrigin: origins.issuer,
    pagesOrigin: origins.pages,
    localPagesOrigin: origins.localPages ?? origins.pages,
    serve(handlers) {
      issuer.serve(handlers.issuer);
      if (handlers.pages) pages?.serve(handlers.pages);
      if (handlers.lanPages) lanPages?.serve(handlers.lanPages);
    },
    checkCertificate: () => certificate?.check(),
    drain() {
      for (const each of all) each.drain();
    },
    async close(deadlineMs, idleMs) {
      certificate?.stop();
      await Promise.all(all.map((each) => each.close(deadlineMs, idleMs)));
    },
  };
}

/**
 * A tenant may run longer than its certificate is valid. A new one replaces it without a restart. A failed renewal is
 * tried again at the next check.
 */
function keepRenewed(listeners: Listener[], renewed: { ca: LocalCa; leaf: Leaf; log: Logger }): FollowedCertificate {
  const { ca, log } = renewed;
  let { leaf } = renewed;
  const check = async () => {
    if (!leafIsDue(leaf, Date.now())) return;
    const next = await issueLeaf(ca, ca.hosts, Date.now());
    for (const listener of listeners) listener.replaceCertificate(next);
    leaf = next;
  };
  const checkNow = () => {
    check().catch((error: unknown) => log.error({ err: error }, "the certificate could not be renewed"));
  };
  const timer = setInterval(checkNow, LEAF_RENEWAL_MS).unref();
  return { check: checkNow, stop: () => clearInterval(timer) };
}
