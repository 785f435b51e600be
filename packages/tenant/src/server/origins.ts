import type { RequestListener } from "node:http";
import type { Logger } from "pino";
import { issueLeaf, LEAF_RENEWAL_MS, type Leaf, leafIsDue } from "./certificates.ts";
import { type Deployment, originOf } from "./deployment.ts";
import { bind, type Listener } from "./listeners.ts";
import type { LocalCa } from "./local-ca.ts";

/** The ports of a tenant, and the origins that follow from them. */
export interface Origins {
  /** The issuer's, as bound. */
  port: number;
  issuerOrigin: string;
  pagesOrigin: string;
  serve(issuer: RequestListener, pages: RequestListener | null): void;
  close(deadlineMs: number): Promise<void>;
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
    return served(await bind({ addresses, port, certificate, flag: "--port" }), null, [origin, origin], null);
  }
  if (ca === null) throw new Error("a tenant without a public URL has a local CA");
  const leaf = await issueLeaf(ca, ca.hosts, Date.now());
  if (deployment.kind === "host") {
    const { host } = deployment;
    const issuer = await bind({ addresses: [host], port, certificate: leaf, flag: "--port" });
    const origin = originOf("https", host, issuer.port);
    return served(issuer, null, [origin, origin], { ca, leaf, log });
  }
  const issuer = await bind({ addresses: BOTH_STACKS, port, certificate: leaf, flag: "--port" });
  try {
    // After the last port there is no next one.
    const next = pagesPort ?? (port === 0 || port === 65_535 ? 0 : port + 1);
    const pages = await bind({ addresses: BOTH_STACKS, port: next, certificate: null, flag: "--pages-port" });
    const origins = [originOf("https", "localhost", issuer.port), originOf("http", "localhost", pages.port)] as const;
    return served(issuer, pages, origins, { ca, leaf, log });
  } catch (error) {
    await issuer.close(0);
    throw error;
  }
}

function served(
  issuer: Listener,
  pages: Listener | null,
  origins: readonly [issuer: string, pages: string],
  renewed: { ca: LocalCa; leaf: Leaf; log: Logger } | null,
): Origins {
  const stopRenewing = renewed ? keepRenewed(issuer, renewed) : () => undefined;
  const [issuerOrigin, pagesOrigin] = origins;
  return {
    port: issuer.port,
    issuerOrigin,
    pagesOrigin,
    serve(issuerHandler, pagesHandler) {
      issuer.serve(issuerHandler);
      if (pages && pagesHandler) pages.serve(pagesHandler);
    },
    async close(deadlineMs) {
      stopRenewing();
      await Promise.all([issuer.close(deadlineMs), pages?.close(deadlineMs)]);
    },
  };
}

/** A tenant may run for longer than its certificate; a new one replaces it without a restart. One that fails is tried again next time. */
function keepRenewed(listener: Listener, renewed: { ca: LocalCa; leaf: Leaf; log: Logger }): () => void {
  const { ca, log } = renewed;
  let { leaf } = renewed;
  const check = async () => {
    if (!leafIsDue(leaf, Date.now())) return;
    const next = await issueLeaf(ca, ca.hosts, Date.now());
    listener.replaceCertificate(next);
    leaf = next;
  };
  const timer = setInterval(() => {
    check().catch((error: unknown) => log.error({ err: error }, "the certificate could not be renewed"));
  }, LEAF_RENEWAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
