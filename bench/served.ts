import { createAuthority, issueLeaf } from "../packages/tenant/src/server/certificates.ts";

/** What a measured server, a process of its own, tells the process that measures it. */
export interface Served {
  /** `https://localhost:PORT`. */
  origin: string;
  /** PEM of the CA to trust. */
  ca: string;
  devicecodePath: string;
  tokenPath: string;
  clientId: string;
  /** How a device code is spelled in `grant_type`. */
  deviceGrant: string;
}

export type Question = { ask: "cpu" } | { ask: "refresh_tokens"; count: number } | { ask: "end" };

/** Says that it is ready, then answers: CPU microseconds so far; fresh refresh tokens of `count` sign-ins. */
export function serve(
  served: Served,
  parts: { refreshTokens: (count: number) => Promise<string[]>; close: () => Promise<void> },
): void {
  process.on("message", async (question: Question) => {
    switch (question.ask) {
      case "cpu": {
        const { user, system } = process.cpuUsage();
        process.send?.(user + system);
        return;
      }
      case "refresh_tokens":
        process.send?.(await parts.refreshTokens(question.count));
        return;
      case "end":
        await parts.close();
        process.disconnect();
    }
  });
  // The one that measures is gone: nobody is left to end this process.
  process.on("disconnect", () => process.exit());
  process.send?.(served);
}

/** The kind of certificate that the tenant serves with, for its peers: ECDSA P-256 from a CA of their own. */
export async function benchCertificate(): Promise<{ key: string; cert: string; ca: string }> {
  const now = Date.now();
  const authority = await createAuthority(["localhost", "127.0.0.1"], now);
  const { key, cert } = await issueLeaf(authority, ["localhost", "127.0.0.1"], now);
  return { key, cert, ca: authority.pem };
}
