import type { Logger } from "pino";
import { loadNames, seedBuiltInTenant } from "../admin/built-in-tenant.ts";
import { registerCommandLine } from "../admin/command-line-app.ts";
import { issueOperatorToken } from "../admin/operator-token.ts";
import { type Registrations, registrationsOf } from "../admin/registrations.ts";
import { serveControl } from "../control/server.ts";
import { graphOf, issuerOf, type TenantConfig } from "../directory/tenant-config.ts";
import { newSecret } from "../kernel/seal.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { type Clock, systemClock } from "../kernel/time.ts";
import { createMailQueue } from "../mail/mail-queue.ts";
import type { Mailer } from "../mail/mailer.ts";
import { createInboxMailer } from "../mail/mailer.ts";
import { loadSigningKeys, type NewKeyPair } from "../oauth/tokens/key-ring.ts";
import { openPostgresStore, openSqliteStore } from "../storage/sql/open-store.ts";
import type { Store } from "../storage/store.ts";
import { type BrandingOptions, keepBranding, loadBranding } from "../ui/branding/branding.ts";
import { endpointTexts } from "../ui/i18n/locale.ts";
import { loopbackApps, singleOriginApp, type TenantContext } from "./apps.ts";
import { type DeploymentOptions, deploymentOf } from "./deployment.ts";
import { createLogger } from "./logger.ts";
import { openDataFolder } from "./open-data-folder.ts";
import { openOrigins } from "./origins.ts";
import { startPurging } from "./purge.ts";
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
  clock?: Clock;
  log?: Logger;
  /** The embedded default keeps mails for `/inbox`; elsewhere one is needed. */
  mailer?: Mailer;
  signUpAllowed?: boolean;
  /** The tenant's second name in addresses; chosen at its first start. */
  domain?: string;
  /** A tenant that nobody described yet serves one program and one API; false for one that will be. */
  builtIn?: boolean;
  /** Changes how the tenant looks from this start on; what is left out stays as it was. */
  branding?: BrandingOptions;
  /**
   * Makes the RSA pairs of the signing keys (2048 bits, extractable, for RS256). A program that starts many tenants for
   * tests saves most of each start by handing out pairs that it made before. No two keys of one tenant may be equal.
   */
  signingKeyPair?: NewKeyPair;
}

export interface RunningTenant {
  /** `https://localhost:PORT/<tid>`: what a client is configured with. */
  authority: string;
  tenantId: string;
  /** The `iss` of its tokens. */
  issuer: string;
  /** Origin of the pages. */
  pages: string;
  /** The local CA's file; empty where the operator's certificate or proxy serves TLS. */
  caFile: string;
  /** Its PEM, likewise. */
  ca: string;
  verificationUri: string;
  /** The port it listens on, which is not the public URL's behind a proxy. */
  port: number;
  /** Without the command line's own, which every tenant has. */
  apps: Registrations["apps"];
  apis: Registrations["apis"];
  /** Base URL of Graph: `https://localhost:PORT/graph/v1.0`. */
  graph: string;
  /**
   * A token for Graph alone, with all its scopes, for ten minutes: whoever runs the tenant may administer it. Each one is
   * in the audit log.
   */
  operatorToken(): Promise<string>;
  /** For the inbox's REST fetch; null where there is no inbox. */
  inboxToken: string | null;
  context: TenantContext;
  /** Ends within a second; requests in flight are answered. */
  close(): Promise<void>;
}

const DEFAULT_PORT = 8443;
/** Leaves the rest of the promised second to the store. */
const DRAIN_MS = 700;

export async function startTenant(options: StartOptions): Promise<RunningTenant> {
  const stack = new AsyncDisposableStack();
  try {
    return await start(options, stack);
  } catch (error) {
    // The reason that it could not start matters more than what could not be closed.
    await stack.disposeAsync().catch(() => undefined);
    throw error;
  }
}

async function start(options: StartOptions, stack: AsyncDisposableStack): Promise<RunningTenant> {
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

  if (options.branding) await keepBranding(store, options.branding);
  const config: TenantConfig = {
    ...(await loadNames(store, options)),
    issuerOrigin: origins.issuerOrigin,
    pagesOrigin: origins.pagesOrigin,
    caFile: ca?.file ?? "",
    embedded,
    signUpAllowed: options.signUpAllowed ?? true,
    trustedProxies: options.trustedProxies ?? [],
  };
  const issuer = issuerOf(config);
  if (store.kind === "postgres") await compareIssuers(store, issuer, log);
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
    log,
  };
  if (options.builtIn !== false) await seedBuiltInTenant(store, clock.now());
  await registerCommandLine(store, clock.now());

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
  return {
    authority: `${config.issuerOrigin}/${config.tenantId}`,
    tenantId: config.tenantId,
    issuer,
    pages: config.pagesOrigin,
    caFile: config.caFile,
    ca: ca?.pem ?? "",
    verificationUri: `${config.pagesOrigin}/device`,
    port: origins.port,
    ...(await registrationsOf(store)),
    graph: graphOf(config),
    operatorToken: async () => (await issueOperatorToken(ctx)).token,
    inboxToken,
    context: ctx,
    close: () => (closed ??= stack.disposeAsync()),
  };
}

function openStore(where: StartOptions["store"], log: Logger): Promise<Store> {
  if ("sqlite" in where) return openSqliteStore(where.sqlite, { log });
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
