import { resolve } from "node:path";
import { type Clock, systemClock } from "../kernel/time.ts";
import type { SmtpOptions } from "../mail/smtp-mailer.ts";
import { checkLocalCa, checkServedCertificate } from "./check-certificate.ts";
import { checkMailServer, checkPort, checkPublicUrl } from "./check-network.ts";
import { checkDataFolder, checkDisks, checkLock, checkNode, judgeSealKey, sealKeyState } from "./check-place.ts";
import { checkStore } from "./check-store.ts";
import { type Finding, findingsOf } from "./finding.ts";
import { sealKeyFileOf, type TenantLocation } from "./in-store.ts";
import type { StartOptions } from "./start-tenant.ts";

/** What `checkTenant` looks at. */
export interface CheckedTenant extends TenantLocation {
  /**
   * Whether the tenant is about to start: then it may be new, and its signing keys, mails and expired rows are left out.
   * Default: false.
   */
  beforeStart?: boolean;
  /** What a served tenant needs besides. Default: none, for a tenant on loopback. */
  server?: CheckedServer | undefined;
}

/** The addresses of a served tenant, its certificate and its mail server. */
export interface CheckedServer extends Pick<StartOptions, "certificate" | "trustedProxies"> {
  /** The origin that users and programs see. */
  publicUrl: string;
  /** The address to listen on. */
  host: string;
  /** The port to listen on. */
  port: number;
  /** The listener of `/metrics`. Default: none. */
  monitoring?: { host: string; port: number } | undefined;
  /** File with certificates in PEM that the tenant's clients trust besides the system's. Default: none. */
  caFile?: string | undefined;
  /** The mail server. The check signs in to it. */
  mail: SmtpOptions;
}

/** Asks every question about a tenant, whether it runs or not, and changes nothing. */
export async function checkTenant(tenant: CheckedTenant, clock: Clock = systemClock): Promise<Finding[]> {
  const { store, server, beforeStart = false } = tenant;
  const dir = resolve(tenant.data);
  const storeFile = "sqlite" in store ? store.sqlite : undefined;
  const lock = { running: false };
  const known: { fingerprint?: string | undefined; tenantId?: string | undefined } = {};

  const folder = await findingsOf("data_folder", () => checkDataFolder(dir, storeFile, beforeStart));
  const locked = await findingsOf("lock", async () => {
    if (storeFile === undefined) return [];
    const { running, findings } = await checkLock(dir, storeFile);
    lock.running = running;
    return findings;
  });
  const inStore = await findingsOf("store", async () => {
    const { facts, findings } = await checkStore(store, clock, beforeStart);
    Object.assign(known, { fingerprint: facts?.fingerprint, tenantId: facts?.tenantId });
    return findings;
  });
  return [
    checkNode(process.versions.node),
    ...folder,
    ...locked,
    ...(await findingsOf("disk", () => checkDisks(dir, storeFile))),
    ...(await findingsOf("seal_key", async () => {
      const isCreated = beforeStart && tenant.sealKeyFile === undefined && known.fingerprint === undefined;
      const state = await sealKeyState(sealKeyFileOf({ ...tenant, data: dir }), known.fingerprint);
      return [judgeSealKey(state, isCreated)];
    })),
    ...(await findingsOf("certificate", () =>
      server ? checkServedCertificate(server, clock.now()) : checkLocalCa(dir, clock.now()),
    )),
    ...inStore,
    // A tenant on PostgreSQL does not lock its folder: one in its place may be running.
    ...(server
      ? await checkAddresses(
          server,
          lock.running || (storeFile === undefined && (!beforeStart || known.tenantId !== undefined)),
          known.tenantId,
        )
      : []),
  ];
}

async function checkAddresses(
  server: CheckedServer,
  mayRun: boolean,
  tenantId: string | undefined,
): Promise<Finding[]> {
  const { publicUrl, mail, monitoring, certificate, caFile } = server;
  const trusted = [certificate?.certFile, caFile].filter((file) => file !== undefined);
  const [mailServer, { isOurs, finding }] = await Promise.all([
    findingsOf("mail_server", () => checkMailServer(mail)),
    checkPublicUrl(publicUrl, tenantId, trusted),
  ]);
  const running = mayRun || isOurs;
  const ports = [await checkPort("port", server, running)];
  if (monitoring) ports.push(await checkPort("monitoring_port", monitoring, running));
  return [...mailServer, ...ports, finding];
}
