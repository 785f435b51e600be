import { randomBytes, randomUUID } from "node:crypto";
import type { TestContext } from "node:test";
import Fastify, { type FastifyInstance } from "fastify";
import pino from "pino";
import { administratorAccess } from "../../src/console/administrator-access.ts";
import type { ConsoleTools } from "../../src/console/console-request.ts";
import { consoleEvents } from "../../src/console/events.ts";
import { keyAccess } from "../../src/console/key-access.ts";
import { recentRefusals } from "../../src/console/recent-refusals.ts";
import { registerConsole } from "../../src/console/register.ts";
import type { ConsoleAccess } from "../../src/console/routes.ts";
import type { App, User } from "../../src/directory/entities.ts";
import { ADMINISTRATIVE_SCOPES } from "../../src/directory/graph-scopes.ts";
import { DEFAULT_LIFETIMES } from "../../src/directory/lifetimes.ts";
import { hashPassword } from "../../src/directory/password.ts";
import type { ScopeSet } from "../../src/directory/scopes.ts";
import { DEFAULT_LIMITS, type TenantConfig } from "../../src/directory/tenant-config.ts";
import { registerInbox } from "../../src/interaction/inbox/inbox.ts";
import { registerPages } from "../../src/interaction/register.ts";
import type { ReportRefusal } from "../../src/kernel/reported-refusal.ts";
import { noTelemetry } from "../../src/kernel/telemetry.ts";
import { createMailQueue } from "../../src/mail/mail-queue.ts";
import type { Mailer } from "../../src/mail/mailer.ts";
import { createInboxMailer } from "../../src/mail/mailer.ts";
import { signInNotices } from "../../src/mail/security-notifications.ts";
import { HeldPolls } from "../../src/oauth/device-authorization/held-polls.ts";
import { PollPace } from "../../src/oauth/device-authorization/poll-pace.ts";
import { RefusedRequests } from "../../src/oauth/request-limits.ts";
import type { SigningKeys } from "../../src/oauth/tokens/key-ring.ts";
import type { TenantContext } from "../../src/server/apps.ts";
import { openPostgresStore, openSqliteStore } from "../../src/storage/sql/open-store.ts";
import type { Mail, Store } from "../../src/storage/store.ts";
import { DEFAULT_COLOUR } from "../../src/ui/branding/branding.ts";
import { palettesOf } from "../../src/ui/branding/palette.ts";
import { endpointTexts } from "../../src/ui/i18n/locale.ts";
import { idleTesting } from "../fixtures/idle-testing.ts";
import { contextOver, nodePicker, place, storeUrls } from "../fixtures/place.ts";
import { freshSchema } from "../fixtures/postgres.ts";
import { createUser, seed } from "../fixtures/seed.ts";
import { Browser } from "./browser.ts";

export const PASSWORD = "seven slow herons";
export const BEARER = "inbox-bearer";
/** Of the console of an embedded tenant. */
export const CONSOLE_KEY = "k".repeat(43);

export interface PagesUnderTest {
  app: FastifyInstance;
  ctx: TenantContext;
  /** Moves time; nothing sleeps. */
  advance(ms: number): void;
  /** A new browser without cookies. Its IP address can be set. */
  browser(ip?: string): Browser;
  /** A grant that a device just requested. */
  grant(input?: {
    userCode?: string;
    deviceName?: string;
    expiresInMs?: number;
    clientId?: string;
    requested?: ScopeSet;
  }): Promise<TestGrant>;
  person(email?: string): Promise<User>;
  /** Every mail to an address, newest first, after all due mails were sent. */
  mailsTo(email: string): Promise<Mail[]>;
  /** The code in the newest mail to an address. */
  mailedCode(email: string): Promise<string>;
  device: App;
  /** What the program that runs the tenant lends to the console. */
  tools: ConsoleTools;
}

export interface TestGrant {
  id: string;
  userCode: string;
}

let passwordHash: Promise<string> | undefined;

/** The pages on a real store (SQLite, or PostgreSQL with two nodes) and the real rendering, without a listener. */
export async function pagesUnderTest(
  t: TestContext,
  options: { config?: Partial<TenantConfig>; mailer?: Mailer; trustProxy?: string; reportRefusal?: ReportRefusal } = {},
): Promise<PagesUnderTest> {
  let now = Date.UTC(2026, 0, 15, 12);
  const clock = { now: () => now };
  const config: TenantConfig = {
    tenantId: randomUUID(),
    name: "Contoso",
    domain: "contoso.example",
    issuerOrigin: "https://localhost:8443",
    pagesOrigin: "http://localhost:8444",
    localPagesOrigin: "http://localhost:8444",
    embedded: true,
    signUpAllowed: true,
    lifetimes: DEFAULT_LIFETIMES,
    caFile: "",
    trustedProxies: [],
    limits: DEFAULT_LIMITS,
    ...options.config,
  };
  const sealKey = randomBytes(32);
  const log = pino({ level: "silent" });
  const tools: ConsoleTools = {};
  let access: ConsoleAccess | undefined;
  const startNode = async (opened: Store) => {
    const events = consoleEvents(clock);
    const refusals = recentRefusals(clock);
    const store = events.reporting(opened);
    const mailer = options.mailer ?? createInboxMailer({ store, clock });
    const ctx: TenantContext = {
      config,
      store,
      clock,
      signingKeys: undefined as unknown as SigningKeys,
      sealKey,
      mail: createMailQueue({ store, mailer, sealKey, clock, log }),
      branding: { palettes: palettesOf(DEFAULT_COLOUR), logo: null },
      heldPolls: new HeldPolls({ config, clock, store }),
      pollPace: new PollPace(clock, config.limits.pollsInMemory),
      refusedRequests: new RefusedRequests(config, clock),
      texts: endpointTexts,
      notices: signInNotices(() => ctx),
      telemetry: noTelemetry,
      reportRefusal: options.reportRefusal ?? refusals.note,
      log,
    };
    const app = Fastify({ trustProxy: options.trustProxy ?? false });
    registerPages(app, ctx);
    registerInbox(app, ctx, { bearer: BEARER });
    // Its browsers are in memory, so two nodes share it.
    access ??= config.embedded ? keyAccess(ctx, CONSOLE_KEY) : administratorAccess(ctx);
    tools.testing ??= idleTesting(clock);
    registerConsole(app, ctx, { access, events, refusals, tools });
    await app.ready();
    t.after(async () => {
      await app.close();
      await ctx.mail.close(1_000);
      await store.close();
    });
    return { app, ctx };
  };
  const nodes: Node[] = [];
  if (place.nodes === 1) nodes.push(await startNode(await openSqliteStore(":memory:", { embedded: config.embedded })));
  else {
    const { url, schema, drop } = await freshSchema();
    const urls = storeUrls(url);
    const open = () => openPostgresStore(urls.url, { schema, direct: urls.direct, poolSize: 4 });
    for (const store of [await open(), await open()]) nodes.push(await startNode(store));
    t.after(drop);
  }
  const [one, two] = nodes;
  const { app, ctx } = two === undefined ? one! : asOneNode(one!, two);
  const { store } = ctx;

  const device: App = {
    clientId: randomUUID(),
    name: "Contoso Player",
    publicClient: true,
    grantTypes: null,
    administrativeScopes: [...ADMINISTRATIVE_SCOPES],
    administrationByDeviceCode: true,
    redirectUris: [],
    postLogoutRedirectUris: ["https://player.contoso.example/bye"],
    userFlowId: null,
    requireMfa: false,
    assignmentRequired: false,
    groupClaims: false,
    idTokenSignedResponseAlg: "RS256",
    createdAt: now,
    disabledAt: null,
  };
  await seed(store).putApp(device);
  const deliverDue = () => Promise.all(nodes.map((node) => node.ctx.mail.deliverDue()));

  return {
    app,
    ctx,
    device,
    tools,
    advance: (ms) => {
      now += ms;
    },
    browser: (ip = "127.0.0.1") => new Browser(app, config.pagesOrigin, ip),
    async grant(input = {}) {
      const id = randomUUID();
      const userCode = input.userCode ?? letters(9);
      await store.grants.insert({
        id,
        deviceCodeHash: randomUUID(),
        userCode,
        clientId: input.clientId ?? device.clientId,
        requested: input.requested ?? {
          oidc: ["openid", "profile", "offline_access"],
          resourceId: "00000003-0000-0000-c000-000000000000",
          resourceScopes: [],
          isDefault: false,
          asked: ["openid", "profile", "offline_access"],
        },
        deviceName: input.deviceName ?? null,
        devicePlatform: null,
        initiatedIp: "127.0.0.1",
        createdAt: now,
        expiresAt: now + (input.expiresInMs ?? 900_000),
      });
      return { id, userCode };
    },
    async person(email = "ada@contoso.example") {
      passwordHash ??= hashPassword(PASSWORD);
      const user = await createUser(ctx, { email, displayName: "Ada", passwordHash: await passwordHash });
      if (user === "taken") throw new Error(`${email} is taken`);
      return user;
    },
    async mailsTo(email) {
      await deliverDue();
      return store.mail.listMails(email);
    },
    async mailedCode(email) {
      await deliverDue();
      const [mail] = await store.mail.listMails(email);
      const code = /^\d{8}$/m.exec(mail?.text ?? "")?.[0];
      if (code === undefined) throw new Error(`No code was mailed to ${email}`);
      return code;
    },
  };
}

function letters(count: number): string {
  return [...randomBytes(count)].map((byte) => "BCDFGHJKLMNPQRSTVWXZ"[byte % 20]).join("");
}

type Node = Pick<PagesUnderTest, "app" | "ctx">;

/** Each request goes to one of the nodes. */
function asOneNode(one: Node, two: Node): Node {
  const apps = [one.app, two.app] as const;
  const pick = nodePicker();
  const inject = (...args: Parameters<FastifyInstance["inject"]>) => apps[pick()].inject(...args);
  return {
    app: new Proxy(one.app, { get: (app, name) => (name === "inject" ? inject : Reflect.get(app, name)) }),
    ctx: contextOver([one.ctx, two.ctx]),
  };
}
