import type { RequestListener } from "node:http";
import { issueLeaf, LEAF_RENEWAL_MS, type Leaf, leafIsDue } from "./certificates.ts";
import { type Deployment, originOf } from "./deployment.ts";
import { bind, type Listener } from "./listeners.ts";
import type { LocalCa } from "./local-ca.ts";

/** The ports of a tenant, and the origins that follow from them. */
export interface Entrances {
  /** The issuer's, as bound. */
  port: number;
  issuerOrigin: string;
  pagesOrigin: string;
  serve(issuer: RequestListener, pages: RequestListener | null): void;
  close(deadlineMs: number): Promise<void>;
}

const BOTH_STACKS = ["127.0.0.1", "::1"];

export async function openEntrances(
  deployment: Deployment,
  ca: LocalCa | null,
  port: number,
  pagesPort: number | undefined,
): Promise<Entrances> {
  if (deployment.kind === "public") {
    const { bind: address, certificate, origin } = deployment;
    const addresses = address === "localhost" ? BOTH_STACKS : [address];
    return entrances(await bind({ addresses, port, certificate, flag: "--port" }), null, [origin, origin], null);
  }
  if (ca === null) throw new Error("a tenant without a public URL has a local CA");
  const leaf = await issueLeaf(ca, ca.hosts, Date.now());
  if (deployment.kind === "host") {
    const { host } = deployment;
    const issuer = await bind({ addresses: [host], port, certificate: leaf, flag: "--port" });
    const origin = originOf("https", host, issuer.port);
    return entrances(issuer, null, [origin, origin], { ca, leaf });
  }
  const issuer = await bind({ addresses: BOTH_STACKS, port, certificate: leaf, flag: "--port" });
  try {
    // After the last port there is no next one.
    const next = pagesPort ?? (port === 0 || port === 65_535 ? 0 : port + 1);
    const pages = await bind({ addresses: BOTH_STACKS, port: next, certificate: null, flag: "--pages-port" });
    const origins = [originOf("https", "localhost", issuer.port), originOf("http", "localhost", pages.port)] as const;
    return entrances(issuer, pages, origins, { ca, leaf });
  } catch (error) {
    await issuer.close(0);
    throw error;
  }
}

function entrances(
  issuer: Listener,
  pages: Listener | null,
  origins: readonly [issuer: string, pages: string],
  renewed: { ca: LocalCa; leaf: Leaf } | null,
): Entrances {
  const stopRenewing = renewed ? keepRenewed(issuer, renewed.ca, renewed.leaf) : () => undefined;
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

/** A tenant may run for longer than its certificate; a new one replaces it without a restart. */
function keepRenewed(listener: Listener, ca: LocalCa, first: Leaf): () => void {
  let leaf = first;
  const check = async () => {
    if (!leafIsDue(leaf, Date.now())) return;
    leaf = await issueLeaf(ca, ca.hosts, Date.now());
    listener.replaceCertificate(leaf);
  };
  const timer = setInterval(check, LEAF_RENEWAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
