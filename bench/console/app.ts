import { randomBytes, randomUUID } from "node:crypto";
import Fastify, { type FastifyInstance } from "fastify";
import pino from "pino";
import { consoleEvents } from "../../packages/tenant/src/console/events.ts";
import { keyAccess } from "../../packages/tenant/src/console/key-access.ts";
import { registerConsole } from "../../packages/tenant/src/console/register.ts";
import { DEFAULT_LIFETIMES } from "../../packages/tenant/src/directory/lifetimes.ts";
import { DEFAULT_LIMITS, type TenantConfig } from "../../packages/tenant/src/directory/tenant-config.ts";
import { reportNothing } from "../../packages/tenant/src/kernel/reported-refusal.ts";
import { noTelemetry } from "../../packages/tenant/src/kernel/telemetry.ts";
import { createMailQueue } from "../../packages/tenant/src/mail/mail-queue.ts";
import { createInboxMailer } from "../../packages/tenant/src/mail/mailer.ts";
import { signInNotices } from "../../packages/tenant/src/mail/security-notifications.ts";
import { HeldPolls } from "../../packages/tenant/src/oauth/device-authorization/held-polls.ts";
import { PollPace } from "../../packages/tenant/src/oauth/device-authorization/poll-pace.ts";
import { RefusedRequests } from "../../packages/tenant/src/oauth/request-limits.ts";
import { loadSigningKeys } from "../../packages/tenant/src/oauth/tokens/key-ring.ts";
import type { TenantContext } from "../../packages/tenant/src/server/apps.ts";
import type { Store } from "../../packages/tenant/src/storage/store.ts";
import { DEFAULT_COLOUR } from "../../packages/tenant/src/ui/branding/branding.ts";
import { palettesOf } from "../../packages/tenant/src/ui/branding/palette.ts";
import { endpointTexts } from "../../packages/tenant/src/ui/i18n/locale.ts";
import { idleTesting } from "../../packages/tenant/test/fixtures/idle-testing.ts";

const KEY = "bench-key";
const ORIGIN = "http://localhost:8444";

export interface BenchConsole {
  app: FastifyInstance;
  /** Of an operator's browser, for the folder. */
  cookie: string;
  /** Where the key led. Pages are below it, in place of `/console`. */
  folder: string;
  /** The patterns of all pages that are read. */
  routes: string[];
  close(): Promise<void>;
}

/** The console of an embedded tenant over this store, at this time, without a listener. */
export async function consoleOver(store: Store, now: number): Promise<BenchConsole> {
  const clock = { now: () => now };
  const config: TenantConfig = {
    ...{ tenantId: randomUUID(), name: "Contoso", domain: "contoso.example", issuerOrigin: "https://localhost:8443" },
    ...{ pagesOrigin: ORIGIN, localPagesOrigin: ORIGIN, embedded: true, signUpAllowed: true, caFile: "" },
    ...{ lifetimes: DEFAULT_LIFETIMES, trustedProxies: [], limits: DEFAULT_LIMITS },
  };
  const [sealKey, log] = [randomBytes(32), pino({ level: "silent" })];
  const ctx: TenantContext = {
    ...{
      config,
      store,
      clock,
      sealKey,
      log,
      telemetry: noTelemetry,
      reportRefusal: reportNothing,
      texts: endpointTexts,
    },
    signingKeys: await loadSigningKeys({ store, sealKey, clock, issuer: config.issuerOrigin }),
    mail: createMailQueue({ store, mailer: createInboxMailer({ store, clock }), sealKey, clock, log }),
    branding: { palettes: palettesOf(DEFAULT_COLOUR), logo: null },
    heldPolls: new HeldPolls({ config, clock, store }),
    pollPace: new PollPace(clock, config.limits.pollsInMemory),
    refusedRequests: new RefusedRequests(config, clock),
    notices: signInNotices(() => ctx),
  };
  const app = Fastify();
  const routes = new Set<string>();
  app.addHook("onRoute", ({ method, url }) => {
    if (method === "GET" && !url.startsWith("/console/:start")) routes.add(url);
  });
  const events = consoleEvents(clock);
  registerConsole(app, ctx, {
    access: keyAccess(ctx, KEY),
    events,
    tools: { testing: idleTesting(clock) },
    refusals: { list: () => [] },
  });
  await app.ready();
  const entered = await app.inject({
    method: "POST",
    url: "/console/enter",
    headers: { origin: ORIGIN, "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams({ key: KEY }).toString(),
  });
  const cookie = entered.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const folder = String(entered.headers.location);
  if (entered.statusCode !== 303 || cookie === "") throw new Error(`The console did not open: ${entered.statusCode}`);
  return {
    ...{ app, cookie, folder, routes: [...routes].sort() },
    async close() {
      events.stop();
      await app.close();
      await ctx.mail.close(1_000);
    },
  };
}
