import type { User } from "../directory/entities.ts";
import { newSecret } from "../kernel/seal.ts";
import type { BrowserSession, Flow, SignInGround } from "../storage/store.ts";
import { freshCookie, sessionIdOf } from "./browser-cookie.ts";
import { PageProblem } from "./form.ts";
import { ANONYMOUS_MS, FLOW_MS, KEPT_SIGNED_IN_MS, SIGNED_IN_MS } from "./limits.ts";
import type { Visit } from "./page-request.ts";

/** The session of this browser with enough life left for a flow; made when there is none. Called on POST, or where a program sent the person. */
export async function openSession(visit: Visit): Promise<BrowserSession> {
  if (visit.session && visit.session.expiresAt - visit.now >= FLOW_MS) return visit.session;
  // A cookie whose session is known and ends soon is not given a second life: sessions end absolutely.
  if (visit.session) visit.cookie = freshCookie();
  for (let tries = 0; tries < 2; tries++) {
    const id = sessionIdOf(visit.cookie);
    await visit.ctx.store.sessions.ensure({ id, createdAt: visit.now, expiresAt: visit.now + ANONYMOUS_MS });
    visit.session = await visit.ctx.store.sessions.find(id, visit.now);
    visit.user = undefined;
    if (visit.session) return visit.session;
    visit.cookie = freshCookie();
  }
  throw new PageProblem({ page: "stale_form" });
}

/** A walk through the pages about a device's grant or a program's request, or about none yet; with an address to begin with. */
export async function openFlow(
  visit: Visit,
  grantId: string | null,
  intent: Flow["intent"] = "device",
  email: string | null = null,
): Promise<Flow> {
  const session = await openSession(visit);
  const flow: Flow = {
    id: newSecret(16),
    sessionId: session.id,
    grantId,
    intent,
    email,
    emailPurpose: null,
    emailVerifiedAt: null,
    passwordHash: null,
    userId: null,
    amr: [],
    firstFactorAt: null,
    keepSignedIn: false,
    challengeNumber: 0,
    totpSecretSealed: null,
    createdAt: visit.now,
    expiresAt: visit.now + FLOW_MS,
  };
  // The session may have ended this moment: signed in or out in another tab.
  if (!(await visit.ctx.store.sessions.insertFlow(flow))) throw new PageProblem({ page: "stale_form" });
  return flow;
}

/**
 * Signs this browser in under a new session id; the one before it ends, so a planted cookie gains nothing (ASVS 7.2.4).
 * Its life counts from `authTime`, that of the first factor: a second one later prolongs nothing.
 */
export async function signInAs(
  visit: Visit,
  user: User,
  by: { amr: string[]; keepSignedIn: boolean; authTime?: number; standsOn?: SignInGround | undefined },
): Promise<void> {
  const { amr, keepSignedIn, authTime = visit.now, standsOn } = by;
  if (!visit.session) throw new PageProblem({ page: "stale_form" });
  const expiresAt = authTime + (keepSignedIn ? KEPT_SIGNED_IN_MS : SIGNED_IN_MS);
  const cookie = keepSignedIn ? { ...freshCookie(), maxAgeMs: expiresAt - visit.now } : freshCookie();
  const session = {
    id: sessionIdOf(cookie),
    userId: user.id,
    amr,
    authTime,
    createdAt: visit.now,
    expiresAt,
  };
  const signIn = { ...session, ...(standsOn && { standsOn }) };
  if (!(await visit.ctx.store.sessions.signIn(visit.session.id, signIn))) {
    throw new PageProblem({ page: "stale_form" });
  }
  visit.cookie = cookie;
  visit.session = session;
  visit.user = user;
}

/** "Keep me signed in" was ticked when it began. */
export function isKeptSignedIn({ authTime, expiresAt }: BrowserSession): boolean {
  return authTime !== null && expiresAt - authTime > SIGNED_IN_MS;
}

/** Ends the session on the server; the browser goes on with a new cookie. */
export async function signOut(visit: Visit): Promise<void> {
  const { session, user } = visit;
  if (session) await visit.ctx.store.sessions.end(session.id);
  visit.cookie = freshCookie();
  visit.session = undefined;
  visit.user = undefined;
  if (!user) return;
  await visit.ctx.store.audit.write({
    at: visit.now,
    event: "user.signed_out",
    actor: "user",
    userId: user.id,
    clientId: null,
    grantId: null,
    ip: visit.ip,
    detail: {},
  });
}
