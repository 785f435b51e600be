import { createAuthority, issueLeaf } from "../packages/tenant/src/server/certificates.ts";

/** The kind of certificate that the tenant serves with, for its peers: ECDSA P-256 from a CA of their own. */
export async function benchCertificate(): Promise<{ key: string; cert: string; ca: string }> {
  const now = Date.now();
  const authority = await createAuthority(["localhost", "127.0.0.1"], now);
  const { key, cert } = await issueLeaf(authority, ["localhost", "127.0.0.1"], now);
  return { key, cert, ca: authority.pem };
}
