import { randomUUID } from "node:crypto";
import type { TestContext } from "node:test";
import Fastify from "fastify";
import { consoleEvents } from "../../src/console/events.ts";
import { keyAccess } from "../../src/console/key-access.ts";
import { registerConsole } from "../../src/console/register.ts";
import type { User } from "../../src/directory/entities.ts";
import type { SignInMethod } from "../../src/directory/sign-in-methods.ts";
import { cookieName, freshCookie, sessionIdOf } from "../../src/interaction/cookies.ts";
import type { TenantContext } from "../../src/server/apps.ts";
import { idleTesting } from "../fixtures/idle-testing.ts";
import { seed } from "../fixtures/seed.ts";
import type { Browser, Page } from "../interaction/browser.ts";
import { CONSOLE_KEY, type PagesUnderTest, pagesUnderTest } from "../interaction/pages-under-test.ts";

/** The console of an embedded tenant, opened with the key of its start. */
export async function embeddedConsole(t: TestContext): Promise<PagesUnderTest & { operator: Browser; page: Page }> {
  const under = await pagesUnderTest(t);
  const operator = under.browser();
  const page = await operator.send(await operator.get("/console"), "/console/enter", { key: CONSOLE_KEY });
  return { ...under, operator, page };
}

export interface SignedInAs {
  administrator?: boolean;
  methods?: SignInMethod[];
  /** How long ago the sign-in was, in milliseconds. */
  ago?: number;
}

/** A served tenant. `signedIn` returns a browser that is signed in at it. */
export async function servedConsole(t: TestContext) {
  const under = await pagesUnderTest(t, { config: { embedded: false } });
  const { ctx } = under;

  async function signedIn(of: SignedInAs = {}): Promise<{ browser: Browser; user: User; sessionId: string }> {
    const { administrator = true, methods = ["password", "totp"], ago = 0 } = of;
    const user = await under.person(`${randomUUID()}@contoso.example`);
    if (administrator) await seed(ctx.store).setUserAdministrator(user.id, true);
    const cookie = freshCookie();
    const [id, anonymous] = [sessionIdOf(cookie), randomUUID()];
    const now = ctx.clock.now();
    const session = { createdAt: now, expiresAt: now + 86_400_000 };
    await ctx.store.sessions.ensure({ ...session, id: anonymous });
    const { credentialsVersion } = user;
    const by = { userId: user.id, methods, authTime: now - ago, credentialsVersion };
    if (!(await ctx.store.sessions.signIn(anonymous, { ...session, id, ...by }))) throw new Error("not signed in");
    const browser = under.browser();
    browser.cookies.set(cookieName("session", ctx.config.pagesOrigin), cookie.value);
    return { browser, user: { ...user, administrator }, sessionId: id };
  }

  return { ...under, signedIn };
}

/**
 * Every route of the console, as it was registered, so that a test of all routes omits none. Variable parts of a path have
 * an ID that nothing has.
 */
export async function consolePaths(ctx: TenantContext): Promise<{ get: string[]; post: string[] }> {
  const app = Fastify();
  const found = { get: new Set<string>(), post: new Set<string>() };
  app.addHook("onRoute", ({ method, url }) => {
    // Each page is registered at its own address, and in the folder of a start.
    const path = url.replace(/^\/console\/:start/, "/console").replace(/:\w+/g, "00000000-0000-4000-8000-000000000000");
    if (method === "GET") found.get.add(path);
    if (method === "POST") found.post.add(path);
  });
  const access = keyAccess(ctx, CONSOLE_KEY);
  const [events, refusals] = [consoleEvents(ctx.clock), { list: () => [] }];
  registerConsole(app, ctx, { access, events, refusals, tools: { testing: idleTesting(ctx.clock) } });
  await app.ready();
  await app.close();
  return { get: [...found.get], post: [...found.post] };
}
