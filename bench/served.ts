import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createAuthority, issueLeaf } from "../packages/tenant/src/server/certificates.ts";

/** What a measured server, which is a separate process, sends to the measuring process. */
export interface Served {
  /** `https://localhost:PORT`. */
  origin: string;
  /** PEM of the CA to trust. */
  ca: string;
  devicecodePath: string;
  tokenPath: string;
  clientId: string;
  /** Whether it can be asked not to sign (`sign`). */
  unsigned?: true;
  /** Of the tenant: what a program signs in with. */
  signIn?: { authority: string; scope: string; person: { email: string; password: string } };
  /** The `grant_type` value for device codes. */
  deviceGrant: string;
  /** Every form gets the same 400, so there is nothing to check in it. */
  fixed?: boolean;
  /** Its token endpoint reads JSON, and no forms. */
  json?: boolean;
}

/** What the servers that do no work of their own answer. */
export const FIXED_ANSWER = { error: "authorization_pending", error_description: "Continue polling." };

export type Question =
  | { ask: "cpu" }
  | { ask: "memory" }
  | { ask: "held" }
  | { ask: "statements" }
  | { ask: "sign"; really: boolean }
  | { ask: "approve"; code: string }
  | { ask: "refresh_tokens"; count: number }
  | { ask: "remember_polls"; count: number }
  | { ask: "end" };

/** Milliseconds since the epoch, with fractions: comparable between processes of one machine. */
export const preciseNow = () => performance.timeOrigin + performance.now();

/**
 * Reports that it is ready, then answers: CPU microseconds so far; resident bytes after a garbage collection; how many
 * polls are held; how many statements were sent to PostgreSQL; nothing, once tokens are signed or no longer signed; when
 * the user of the code said yes; fresh refresh tokens of `count` sign-ins; how many polls are in memory, after those of
 * `count` codes.
 */
export function serve(
  served: Served,
  parts: {
    refreshTokens: (count: number) => Promise<string[]>;
    rememberPolls?: (count: number) => Promise<number>;
    held?: () => number;
    statements?: () => number;
    sign?: (really: boolean) => void;
    approve?: (userCode: string) => Promise<void>;
    close: () => Promise<void>;
  },
): void {
  process.on("message", async (question: Question) => {
    switch (question.ask) {
      case "cpu": {
        const { user, system } = process.cpuUsage();
        process.send?.(user + system);
        return;
      }
      case "memory":
        collectGarbage();
        process.send?.(memory());
        return;
      case "held":
        process.send?.(parts.held?.() ?? 0);
        return;
      case "statements":
        process.send?.(parts.statements?.() ?? 0);
        return;
      case "sign":
        parts.sign?.(question.really);
        process.send?.(null);
        return;
      case "approve": {
        const at = preciseNow();
        await parts.approve?.(question.code);
        process.send?.(at);
        return;
      }
      case "refresh_tokens":
        process.send?.(await parts.refreshTokens(question.count));
        return;
      case "remember_polls":
        process.send?.((await parts.rememberPolls?.(question.count)) ?? 0);
        return;
      case "end":
        await parts.close();
        process.disconnect();
    }
  });
  // The measuring process is gone, so no one else would end this one.
  process.on("disconnect", () => process.exit());
  process.send?.(served);
}

/** Bytes, after a garbage collection: resident in all, and what JavaScript holds of it. */
export interface Memory {
  resident: number;
  heap: number;
}

function memory(): Memory {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, heap: heapUsed + external };
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let times = 0; times < 3; times++) collect();
}

/** The same kind of certificate as the tenant's, for its peers: ECDSA P-256 from their own CA. */
export async function benchCertificate(): Promise<{ key: string; cert: string; ca: string }> {
  const now = Date.now();
  const authority = await createAuthority(["localhost", "127.0.0.1"], now);
  const { key, cert } = await issueLeaf(authority, ["localhost", "127.0.0.1"], now);
  return { key, cert, ca: authority.pem };
}
