import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { OPERATOR } from "../admin/admin-context.ts";
import { changeBranding, loadLifetimes } from "../admin/administration.ts";
import { loadNames, seedBuiltInTenant } from "../admin/built-in-tenant.ts";
import { registerCommandLine } from "../admin/registered-apps.ts";
import type { ConsoleTools } from "../console/console-request.ts";
import { consoleEvents } from "../console/events.ts";
import { recentRefusals } from "../console/recent-refusals.ts";
import { serveControl } from "../control/server.ts";
import { DEFAULT_LIMITS, issuerOf, type TenantConfig, type TenantLimits } from "../directory/tenant-config.ts";
import { newSecret } from "../kernel/seal.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { type Clock, systemClock } from "../kernel/time.ts";
import { createMailQueue } from "../mail/mail-queue.ts";
import type { Mailer } from "../mail/mailer.ts";
import { createInboxMailer } from "../mail/mailer.ts";
import { signInNotices } from "../mail/security-notifications.ts";
import { HeldPolls } from "../oauth/device-authorization/held-polls.ts";
import { PollPace } from "../oauth/device-authorization/poll-pace.ts";
import { RefusedRequests } from "../oauth/request-limits.ts";
import { loadSigningKeys, type NewKeyPair } from "../oauth/tokens/key-ring.ts";
import type { Store } from "../storage/store.ts";
import { noTesting } from "../testing/testing.ts";
import { type BrandingOptions, loadBranding } from "../ui/branding/branding.ts";
import { endpointTexts } from "../ui/i18n/locale.ts";
import { createActivityLog, type WatchActivity } from "./activity.ts";
import { loopbackApps, singleOriginApp, type TenantContext, type Watched } from "./apps.ts";
import { type DeploymentOptions, deploymentOf } from "./deployment.ts";
import { followStore } from "./follow-store.ts";
import { watchLanAddress } from "./lan-address.ts";
import { createLogger } from "./logger.ts";
import { type MonitoringOptions, openMonitoring } from "./monitoring.ts";
import { refuseMoved } from "./moved.ts";
import { createObservation, reportingLimits } from "./observation.ts";
import { openDataFolder } from "./open-data-folder.ts";
import { openStore } from "./open-store.ts";
import { openOrigins } from "./origins.ts";
import { startPurging } from "./purge.ts";
import { type ReceivedMail, type RunningTenant, runningTenant } from "./running-tenant.ts";
import { firstSealKey, sealKeyIn, sealKeyOfStore } from "./seal-key.ts";
import { compareIssuers } from "./shared-store.ts";
import { startClock, testersPowers } from "./testers-powers.ts";

/** Options of `startTenant`. */
export interface StartOptions extends DeploymentOptions {
  /**
   * Where the tenant keeps its data. SQLite: a file path or `:memory:`. PostgreSQL: a URL. If that URL leads through a
   * pooler in transaction mode (PgBouncer), `direct` is the URL of the same database without it: notifications between
   * nodes are received there. Without it they are lost, and nodes notice changes by their regular checks.
   */
  store: { sqlite: string } | { postgres: string; schema?: string; direct?: string };
  /** The folder for the CA, the seal key and the control socket; created with mode 0700. */
  dataDir: string;
  /** The seal key's file, exactly 32 random bytes. Default: `seal.key` in `dataDir`, created at the first start. */
  sealKeyFile?: string;
  /**
   * How long a start waits for a PostgreSQL store that does not respond, in milliseconds. Each attempt is logged.
   * Default: 0, which means that the start fails at once.
   */
  storeWaitMs?: number;
  /** The port of the issuer; 0 selects a free one. Default: 8443. */
  port?: number;
  /** The port of the pages on loopback. Default: the next one after `port`. */
  pagesPort?: number;
  /** The time. Pass a clock that you control to test expiry. Default: the system's clock. */
  clock?: Clock;
  /** The log (pino). Default: warnings and errors, as JSON lines on stderr. */
  log?: Logger;
  /**
   * False: testers have no powers over this tenant, as `RunningTenant.testing` describes them. Default: true with SQLite
   * on this computer's own addresses, and impossible otherwise.
   */
  testing?: boolean;
  /** Sends mails. Default: the embedded tenant keeps them for `/inbox`; any other deployment requires a mailer. */
  mailer?: Mailer;
  /** Called with each mail that reaches the inbox of the embedded default. It holds codes: show it to its owner alone. */
  onMail?: (mail: ReceivedMail) => void;
  /**
   * False: users cannot create accounts while this tenant runs, whatever user flows and settings say. Default: true. To
   * change it permanently, use `admin.userFlows.changeSettings`.
   */
  signUpAllowed?: boolean;
  /**
   * A listener of its own, over http, for `/metrics`, `/healthz` and `/readyz`. Then, and with a `publicUrl`, the
   * issuer origin has no `/metrics`. Default: none.
   */
  monitoring?: MonitoringOptions;
  /**
   * How long `close` waits, in milliseconds, before the tenant stops listening. Meanwhile `/readyz` answers 503, so that
   * load balancers stop sending requests, and clients are asked to reconnect. Default: 0, and `close` takes a second
   * at most. Otherwise, requests in flight and mails then have ten seconds more.
   */
  drainMs?: number;
  /** How much one network or client may use; omitted members have their defaults (`TenantLimits`). */
  limits?: Partial<TenantLimits>;
  /** The tenant's second name in addresses, set at its first start. */
  domain?: string;
  /**
   * Whether a new tenant gets one app and one API. Default: true. Use false for a tenant that you describe yourself.
   * Later starts keep the first decision.
   */
  builtIn?: boolean;
  /** Changes the tenant's appearance. Omitted members stay unchanged. */
  branding?: BrandingOptions;
  /**
   * Creates the RSA key pairs for signing (2048 bits, extractable, for RS256). Tests that start many tenants save time
   * with pairs that were created before. Two keys of one tenant must never be equal.
   */
  signingKeyPair?: NewKeyPair;
}

export interface StartedTenant extends RunningTenant {
  context: TenantContext;
  activity: WatchActivity;
  /** What the program that runs the tenant lends to the console. */
  consoleTools: ConsoleTools;
  /** Reads the certificate's files again, as happens when they change. */
  checkCertificate(): void;
  /** Reads what other nodes may have changed, and compares the clocks, as happens every minute. */
  checkStore(): Promise<void>;
}

const DEFAULT_PORT = 8443;
/** How long requests and mails may take. The first leaves the rest of the promised second to the store. */
const STOP = { deadlineMs: 700, idleMs: 0 };
const STOP_AFTER_DRAIN = { deadlineMs: 10_000, idleMs: 1_000 };

/**
 * Starts a tenant in this process.
 * @throws TenantError such as `port_in_use`, `already_running` or `mailer_required`, with a hint
 * @example
 * ```ts
 * import { startTenant } from "@doorcode/tenant";
 *
 * const tenant = await startTenant({ store: { sqlite: ":memory:" }, dataDir: "./tenant-data", port: 0 });
 * console.log(tenant.authority, tenant.apps[0]?.clientId);
 * await tenant.close();
 * ```
 */
export async function startTenant(options: StartOptions): Promise<RunningTenant> {
  const {
    context: _context,
    activity: _activity,
    consoleTools: _tools,
    checkCertificate: _check,
    checkStore: _checkStore,
    ...tenant
  } = await startWithContext(options);
  return tenant;
}

/**
 * Not published: the context contains the store, which bypasses all checks and audit records. For the tests of this
 * repository.
 */
export async function startWithContext(options: StartOptions): Promise<StartedTenant> {
  const stack = new AsyncDisposableStack();
  try {
    return await start(options, stack);
  } catch (error) {
    // The reason for the failed start matters more than errors while closing.
    await stack.disposeAsync().catch(() => undefined);
    throw error;
  }
}

async function start(options: StartOptions, stack: AsyncDisposableStack): Promise<StartedTenant> {
  const log = options.log ?? createLogger();
  const deployment = await deploymentOf(options);
  const embedded = "sqlite" in options.store && deployment.kind === "loopback";
  const powers = embedded && options.testing !== false ? testersPowers(options.clock ?? systemClock) : undefined;
  const clock = powers?.clock ?? options.clock ?? systemClock;
  const lan = deployment.kind === "loopback" ? deployment.lan : null;
  if (lan && !embedded) {
    throw new TenantError(
      "lan_refused",
      "Pages on the local network work only with SQLite on this computer; the store is PostgreSQL.",
      "Omit --lan, or unset DOORCODE_STORE.",
    );
  }
  const observation = createObservation();
  const { health, metrics } = observation;
  // Before the store, which may take long to open: the process is alive, and not ready.
  const monitoring = options.monitoring && (await openMonitoring(options.monitoring, observation));
  if (monitoring) stack.defer(() => monitoring.close(0));
  const { store: where, sealKeyFile, storeWaitMs = 0 } = options;
  const sqliteFile = "sqlite" in where ? where.sqlite : undefined;
  const folder = await openDataFolder(options.dataDir, deployment, { sqliteFile, sealKeyFile }, stack);
  const { dir, ca } = folder;

  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const opened = await openStore(where, log, storeWaitMs, observation.store, { ...limits, embedded });
  stack.defer(() => opened.close());
  const activity = createActivityLog(clock, log);
  const events = consoleEvents(clock);
  const refusals = recentRefusals(clock);
  const store = events.reporting(activity.reporting(reportingLimits(opened, metrics)));
  stack.defer(() => activity.stop());
  await refuseMoved(store);
  await startClock(store, powers?.clock, log);
  const foundKey = folder.sealKey ?? (await firstSealKey(store, dir));
  const sealKey = await sealKeyOfStore(store, foundKey, sealKeyFile ?? sealKeyIn(dir));
  const inbox = embedded && options.mailer === undefined;
  const ownMailer = options.mailer ?? defaultMailer(embedded, store, clock, options.onMail);
  const mailer = activity.reportingMails(ownMailer, inbox);
  stack.defer(() => mailer.close());
  const mail = createMailQueue({ store, mailer, sealKey, clock, log, observer: observation.mail });

  const origins = await openOrigins(deployment, ca, options.port ?? DEFAULT_PORT, options.pagesPort, log);
  stack.defer(async () => {
    const { deadlineMs, idleMs } = options.drainMs ? STOP_AFTER_DRAIN : STOP;
    await Promise.all([origins.close(deadlineMs, idleMs), mail.close(deadlineMs)]);
  });

  if (options.branding) await changeBranding({ store, clock }, OPERATOR, options.branding);
  const config: TenantConfig = {
    ...(await loadNames(store, options)),
    issuerOrigin: origins.issuerOrigin,
    pagesOrigin: origins.pagesOrigin,
    localPagesOrigin: origins.localPagesOrigin,
    caFile: ca?.file ?? "",
    embedded,
    signUpAllowed: options.signUpAllowed ?? true,
    trustedProxies: options.trustedProxies ?? [],
    lifetimes: await loadLifetimes(store),
    limits,
  };
  const issuer = issuerOf(config);
  await compareIssuers(store, issuer, { log, now: clock.now(), embedded });
  const signingKeys = observation.signing(
    await loadSigningKeys({ store, sealKey, clock, issuer, log, newKeyPair: options.signingKeyPair }),
  );
  const ctx: TenantContext = {
    config,
    store,
    clock,
    signingKeys,
    sealKey,
    mail,
    branding: await loadBranding(store),
    heldPolls: new HeldPolls({ config, clock, store }),
    pollPace: new PollPace(clock, limits.pollsInMemory),
    refusedRequests: new RefusedRequests(config, clock, metrics.telemetry),
    texts: endpointTexts,
    notices: signInNotices(() => ctx),
    telemetry: metrics.telemetry,
    reportRefusal: (refusal) => {
      activity.refused(refusal);
      refusals.note(refusal);
      events.changed();
    },
    log,
  };
  await seedBuiltInTenant(ctx, { describe: options.builtIn !== false });
  await registerCommandLine(ctx);

  const inboxToken = embedded ? newSecret() : null;
  const consoleKey = embedded ? newSecret() : null;
  const purging = startPurging(ctx);
  stack.defer(purging);
  const testing = powers ? powers.over(ctx, { dir, purging }) : noTesting(clock);
  const consoleTools: ConsoleTools = powers ? { testing } : {};
  const console = { key: consoleKey, events, refusals, tools: consoleTools };
  const behindProxy = deployment.kind === "public" && deployment.certificate === null;
  const watched: Watched = {
    observation,
    metrics: monitoring || deployment.kind === "public" ? "elsewhere" : "loopback",
  };
  const apps =
    deployment.kind === "loopback"
      ? await loopbackApps(ctx, watched, { inboxToken, faults: powers?.faults }, console)
      : await singleOriginApp(ctx, watched, behindProxy, console);
  stack.defer(() => apps.close());
  const follower = await followStore(ctx, observation);
  stack.defer(() => follower.stop());
  mail.start();
  if ("sqlite" in where) {
    const control = await serveControl(ctx, dir, testing);
    stack.defer(() => control.close());
  }
  origins.serve(apps);
  health.started(ctx);
  metrics.started(ctx);
  if (lan) stack.defer(watchLanAddress(lan.address, (present) => log.warn(lanChange(lan.address, present))));

  const close = stopOnce(async (hurry) => {
    health.drain();
    // First, so that the answers to held polls ask their clients to reconnect.
    origins.drain();
    ctx.heldPolls.stop();
    powers?.faults.stop();
    events.stop();
    if (options.drainMs) await sleep(options.drainMs, undefined, { signal: hurry }).catch(() => undefined);
    await stack.disposeAsync();
  });
  const { port } = origins;
  const monitoringPort = monitoring?.port ?? null;
  const parts = { port, monitoringPort, ca: ca?.pem ?? "", inboxToken, consoleKey, testing, close };
  return {
    ...(await runningTenant(ctx, parts)),
    context: ctx,
    activity: activity.watch,
    consoleTools,
    checkCertificate: origins.checkCertificate,
    checkStore: follower.check,
  };
}

const lanChange = (address: string, present: boolean) =>
  present
    ? `${address} is back: the pages can be reached from the local network again`
    : `${address} is gone: other devices cannot reach the pages until this computer has that address again, or restart with --lan`;

/** Called again, it ends the wait of the first call. */
function stopOnce(stop: (hurry: AbortSignal) => Promise<void>): () => Promise<void> {
  const hurry = new AbortController();
  let stopped: Promise<void> | undefined;
  return () => {
    if (stopped) hurry.abort();
    stopped ??= stop(hurry.signal);
    return stopped;
  };
}

function defaultMailer(embedded: boolean, store: Store, clock: Clock, arrived: StartOptions["onMail"]): Mailer {
  if (embedded) return createInboxMailer({ store, clock, ...(arrived && { arrived }) });
  throw new TenantError(
    "mailer_required",
    "This tenant cannot send mail, which sign-up requires.",
    "Set the mail server and the sender (DOORCODE_SMTP, DOORCODE_MAIL_FROM). Only the embedded tenant has its own inbox.",
  );
}
