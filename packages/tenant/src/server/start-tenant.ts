import type { Logger } from "pino";
import { OPERATOR } from "../admin/admin-context.ts";
import { changeBranding, loadLifetimes } from "../admin/administration.ts";
import { loadNames, seedBuiltInTenant } from "../admin/built-in-tenant.ts";
import { registerCommandLine } from "../admin/registered-apps.ts";
import { serveControl } from "../control/server.ts";
import { DEFAULT_LIMITS, issuerOf, type TenantConfig, type TenantLimits } from "../directory/tenant-config.ts";
import { naming } from "../kernel/data-folder.ts";
import { newSecret } from "../kernel/seal.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { type Clock, systemClock } from "../kernel/time.ts";
import { createMailQueue } from "../mail/mail-queue.ts";
import type { Mailer } from "../mail/mailer.ts";
import { createInboxMailer } from "../mail/mailer.ts";
import { signInNotices } from "../mail/security-notifications.ts";
import { loadSigningKeys, type NewKeyPair } from "../oauth/tokens/key-ring.ts";
import { openPostgresStore, openSqliteStore } from "../storage/sql/open-store.ts";
import type { Store } from "../storage/store.ts";
import { type BrandingOptions, loadBranding } from "../ui/branding/branding.ts";
import { endpointTexts } from "../ui/i18n/locale.ts";
import { loopbackApps, singleOriginApp, type TenantContext } from "./apps.ts";
import { type DeploymentOptions, deploymentOf } from "./deployment.ts";
import { createLogger } from "./logger.ts";
import { openDataFolder } from "./open-data-folder.ts";
import { openOrigins } from "./origins.ts";
import { startPurging } from "./purge.ts";
import { type RunningTenant, runningTenant } from "./running-tenant.ts";
import { checkSealKey, compareIssuers } from "./shared-store.ts";

export interface StartOptions extends DeploymentOptions {
  /** SQLite: a file path or `:memory:`. PostgreSQL: a URL. */
  store: { sqlite: string } | { postgres: string; schema?: string };
  /** Folder of CA, seal key and control socket (0700). */
  dataDir: string;
  /** Of the issuer origin; 0 takes any that is free. */
  port?: number;
  /** Of the pages origin on loopback: the next one unless set. */
  pagesPort?: number;
  /** Milliseconds since the epoch: hand one in that you can move, to see codes and tokens expire. The system's unless set. */
  clock?: Clock;
  log?: Logger;
  /** The embedded default keeps mails for `/inbox`; elsewhere one is needed. */
  mailer?: Mailer;
  /**
   * False: nobody creates an account while this tenant runs, whatever user flows and the tenant's settings say. True
   * unless set. A setting that lasts: `admin.userFlows.changeSettings`.
   */
  signUpAllowed?: boolean;
  /** What one network or client may ask for; those that are left out have their default (`TenantLimits`). */
  limits?: Partial<TenantLimits>;
  /** The tenant's second name in addresses; chosen at its first start. */
  domain?: string;
  /**
   * Whether a tenant that is empty at its first start gets one program and one API; true unless set. False for one that
   * you describe yourself. Later starts keep what the first one decided.
   */
  builtIn?: boolean;
  /** Changes how the tenant looks from this start on; what is left out stays as it was. */
  branding?: BrandingOptions;
  /**
   * Makes the RSA pairs of the signing keys (2048 bits, extractable, for RS256). A program that starts many tenants for
   * tests saves most of each start by handing out pairs that it made before. No two keys of one tenant may be equal.
   */
  signingKeyPair?: NewKeyPair;
}

export interface StartedTenant extends RunningTenant {
  context: TenantContext;
}

const DEFAULT_PORT = 8443;
/** Leaves the rest of the promised second to the store. */
const DRAIN_MS = 700;

/**
 * Starts a tenant in this process.
 *
 * @throws TenantError such as `port_in_use`, `already_running`, `mailer_required`, with a hint what to do
 * @example
 * const tenant = await startTenant({ store: { sqlite: ":memory:" }, dataDir: "./tenant-data", port: 0 });
 * console.log(tenant.authority, tenant.apps[0].clientId);
 * await tenant.close();
 */
export async function startTenant(options: StartOptions): Promise<RunningTenant> {
  const { context: _context, ...tenant } = await startWithContext(options);
  return tenant;
}

/** Not published: the context has the store, past which nothing is checked or recorded. For the tests of this repository. */
export async function startWithContext(options: StartOptions): Promise<StartedTenant> {
  const stack = new AsyncDisposableStack();
  try {
    return await start(options, stack);
  } catch (error) {
    // The reason that it could not start matters more than what could not be closed.
    await stack.disposeAsync().catch(() => undefined);
    throw error;
  }
}

async function start(options: StartOptions, stack: AsyncDisposableStack): Promise<StartedTenant> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? createLogger();
  const deployment = deploymentOf(options);
  const embedded = "sqlite" in options.store && deployment.kind === "loopback";
  const { dir, sealKey, ca } = await openDataFolder(options.dataDir, deployment, embedded, stack);

  const store = await openStore(options.store, log);
  stack.defer(() => store.close());
  await checkSealKey(store, sealKey, dir);
  const mailer = options.mailer ?? defaultMailer(embedded, store, clock);
  stack.defer(() => mailer.close());
  const mail = createMailQueue({ store, mailer, sealKey, clock, log });

  const origins = await openOrigins(deployment, ca, options.port ?? DEFAULT_PORT, options.pagesPort, log);
  stack.defer(async () => {
    await Promise.all([origins.close(DRAIN_MS), mail.close(DRAIN_MS)]);
  });

  if (options.branding) await changeBranding({ store, clock }, OPERATOR, options.branding);
  const config: TenantConfig = {
    ...(await loadNames(store, options)),
    issuerOrigin: origins.issuerOrigin,
    pagesOrigin: origins.pagesOrigin,
    caFile: ca?.file ?? "",
    embedded,
    signUpAllowed: options.signUpAllowed ?? true,
    trustedProxies: options.trustedProxies ?? [],
    lifetimes: await loadLifetimes(store),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  };
  const issuer = issuerOf(config);
  if (store.kind === "postgres") await compareIssuers(store, issuer, log, clock.now());
  const signingKeys = await loadSigningKeys({ store, sealKey, clock, issuer, newKeyPair: options.signingKeyPair });
  const ctx: TenantContext = {
    config,
    store,
    clock,
    signingKeys,
    sealKey,
    mail,
    branding: await loadBranding(store),
    texts: endpointTexts,
    notices: signInNotices(() => ctx),
    log,
  };
  await seedBuiltInTenant(ctx, { describe: options.builtIn !== false });
  await registerCommandLine(ctx);

  const inboxToken = embedded ? newSecret() : null;
  const behindProxy = deployment.kind === "public" && deployment.certificate === null;
  const apps =
    deployment.kind === "loopback" ? await loopbackApps(ctx, inboxToken) : await singleOriginApp(ctx, behindProxy);
  stack.defer(() => apps.close());
  stack.defer(startPurging(ctx));
  mail.start();
  if (embedded) {
    const control = await serveControl(ctx, dir);
    stack.defer(() => control.close());
  }
  origins.serve(apps.issuer, apps.pages);

  let closed: Promise<void> | undefined;
  const close = () => (closed ??= stack.disposeAsync());
  const parts = { port: origins.port, ca: ca?.pem ?? "", inboxToken, close };
  return { ...(await runningTenant(ctx, parts)), context: ctx };
}

function openStore(where: StartOptions["store"], log: Logger): Promise<Store> {
  if ("sqlite" in where) return naming(where.sqlite, () => openSqliteStore(where.sqlite, { log }));
  return openPostgresStore(where.postgres, { log, ...(where.schema === undefined ? {} : { schema: where.schema }) });
}

function defaultMailer(embedded: boolean, store: Store, clock: Clock): Mailer {
  if (embedded) return createInboxMailer({ store, clock });
  throw new TenantError(
    "mailer_required",
    "This tenant has no way to send mail, which sign-up needs.",
    "Name the mail server and the sender (DOORCODE_SMTP, DOORCODE_MAIL_FROM); only the embedded tenant has an inbox of its own.",
  );
}
