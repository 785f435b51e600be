// A folder with a server file and what it names, for tests of `doorcode tenant serve`.
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { stringify } from "yaml";
import { freePort } from "../../../../tests/fixtures/free-port.ts";
import { createAuthority, issueLeaf } from "../../../tenant/src/server/certificates.ts";

const DAY = 24 * 60 * 60 * 1000;

export interface ServedFolder {
  folder: string;
  /** The server file. */
  file: string;
  data: string;
  /** PEM of the authority, and the file that it is in. */
  ca: string;
  caFile: string;
  /** Writes another certificate, as a renewal does. */
  renew(ageDays?: number): Promise<void>;
  /** Writes the server file again, with these members changed; undefined removes one. */
  change(members: Record<string, unknown>): Promise<void>;
}

/** A mail server that does not exist: nothing is sent in these tests. */
const MAIL = { host: "127.0.0.1", port: 9, security: "none", from: "Contoso <no-reply@contoso.example>" };

/** For `https://localhost`, with a certificate of a private authority, on a free port unless `members` say otherwise. */
export async function servedFolder(t: TestContext, members: Record<string, unknown> = {}): Promise<ServedFolder> {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-served-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  // So that a user without privileges can reach what is in it.
  await chmod(folder, 0o755);
  const authority = await createAuthority(["localhost"], Date.now());
  const at = (name: string) => join(folder, name);
  await writeFile(at("ca.pem"), authority.pem);
  const renew = async (ageDays = 0) => {
    const leaf = await issueLeaf(authority, ["localhost"], Date.now() - ageDays * DAY);
    await writeFile(at("cert.pem"), leaf.cert);
    await writeFile(at("key.pem"), leaf.key, { mode: 0o600 });
  };
  await renew();
  const port = await freePort();
  let current: Record<string, unknown> = {
    publicUrl: `https://localhost:${port}`,
    listen: { port },
    tls: { certFile: "cert.pem", keyFile: "key.pem" },
    data: "data",
    mail: MAIL,
    // No load balancer has to notice a stop.
    drain: "0s",
    log: { level: "warn" },
  };
  const change = async (changed: Record<string, unknown>) => {
    current = { ...current, ...changed };
    await writeFile(at("doorcode.server.yaml"), stringify(current));
  };
  await change(members);
  return {
    ...{ folder, renew, change, file: at("doorcode.server.yaml"), data: at("data") },
    ...{ ca: authority.pem, caFile: at("ca.pem") },
  };
}
