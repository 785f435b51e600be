import { lockDataDir, prepareDataDir } from "../kernel/data-folder.ts";
import type { SealKey } from "../kernel/seal.ts";
import type { Deployment } from "./deployment.ts";
import type { Endings } from "./endings.ts";
import { type LocalCa, loadLocalCa } from "./local-ca.ts";
import { loadSealKey } from "./seal-key.ts";

/** What the data folder holds. */
export interface Installation {
  dir: string;
  sealKey: SealKey;
  /** Null where the operator's certificate or proxy serves TLS. */
  ca: LocalCa | null;
}

/** Makes what is missing, under a lock; an embedded tenant owns its folder as long as it runs. */
export async function openInstallation(
  dataDir: string,
  deployment: Deployment,
  embedded: boolean,
  ending: Endings,
): Promise<Installation> {
  const dir = await prepareDataDir(dataDir);
  const lock = await lockDataDir(dir);
  if (embedded) ending.add(() => lock.release());
  try {
    const sealKey = await loadSealKey(dir);
    if (deployment.kind === "public") return { dir, sealKey, ca: null };
    const host = deployment.kind === "host" ? deployment.host : undefined;
    // Certificates are judged by the peers' clocks, so by the real time, whatever the tenant's clock says.
    return { dir, sealKey, ca: await loadLocalCa(dir, host, Date.now()) };
  } finally {
    // Nodes in front of one database may share a folder.
    if (!embedded) lock.release();
  }
}
