import type { User } from "../directory/entities.ts";
import { endsOfSession } from "../directory/lifetimes.ts";
import { isRecent } from "../directory/recent-sign-in.ts";
import type { SignInMethod } from "../directory/sign-in-methods.ts";
import { newSecret } from "../kernel/seal.ts";
import type { Approver } from "../oauth/approval.ts";
import { takeRequest } from "../oauth/request-limits.ts";
import type { BrowserSession, Interaction, InteractionSubject } from "../storage/store.ts";
import { freshCookie, sessionIdOf } from "./cookies.ts";
import { type Answer, PageProblem, type PageRequest, tooMany } from "./page-request.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How long after a sign-in users may change their sign-in methods (ASVS 7.5.1). */
export const RECENT_SIGN_IN_MS = 10 * MINUTE;
export const ANONYMOUS_MS = HOUR;
export const INTERACTION_MS = 15 * MINUTE;

/**
 * The session of this browser, with enough remaining lifetime for an interaction; created if there is none. Called on
 * POST, or if a program sent the user.
 */
export async function openSession(request: PageRequest): Promise<BrowserSession> {
  const { session, now, ctx } = request;
  if (session && session.expiresAt - now >= INTERACTION_MS) return session;
  // A known session that ends soon is not extended: sessions have an absolute end.
  if (session) request.cookie = freshCookie();
  for (let tries = 0; tries < 2; tries++) {
    const id = sessionIdOf(request.cookie);
    await ctx.store.sessions.ensure({ id, createdAt: now, expiresAt: now + ANONYMOUS_MS });
    request.session = await ctx.store.sessions.find(id, now);
    request.user = undefined;
    if (request.session) return request.session;
    request.cookie = freshCookie();
  }
  throw new PageProblem({ page: "stale_form" });
}

/**
 * Starts an interaction, optionally with a prefilled address.
 *
 * @throws PageProblem if this network has started too many
 */
export async function openInteraction(
  request: PageRequest,
  subject: InteractionSubject | null,
  address: string | null = null,
): Promise<Interaction> {
  await takeInteraction(request, subject);
  return newInteraction(request, subject, address);
}

async function takeInteraction(request: PageRequest, subject: InteractionSubject | null): Promise<void> {
  const retryAt = await takeRequest(request.ctx, "interactionByIp", request, request.now);
  if (retryAt !== undefined) throw tooMany(retryAt, subject);
}

async function newInteraction(
  request: PageRequest,
  subject: InteractionSubject | null,
  address: string | null,
): Promise<Interaction> {
  const session = await openSession(request);
  const interaction: Interaction = {
    id: newSecret(16),
    sessionId: session.id,
    subject,
    email: address === null ? null : { address, purpose: null, verifiedAt: null },
    newPasswordHash: null,
    firstFactor: null,
    keepSignedIn: false,
    challengeNumber: 0,
    totpSecretSealed: null,
    createdAt: request.now,
    expiresAt: request.now + INTERACTION_MS,
  };
  // The session may have just ended: signed in or out in another tab.
  if (!(await request.ctx.store.sessions.insertInteraction(interaction))) throw new PageProblem({ page: "stale_form" });
  return interaction;
}

/**
 * Signs this browser in with a new session ID and ends the old one, so a planted cookie is useless (ASVS 7.2.4). Its
 * lifetime starts at `authTime`, the time of the first factor: a later second factor does not extend it.
 *
 * @param user as read before the factor was verified, so that a change since then is noticed
 */
export async function signInAs(
  request: PageRequest & { interaction: Interaction },
  user: User,
  by: { methods: SignInMethod[]; keepSignedIn: boolean; authTime?: number; interactionId?: string },
): Promise<void> {
  const { ctx, now } = request;
  const { methods, keepSignedIn, authTime = now, ...after } = by;
  if (!request.session) throw new PageProblem({ page: "stale_form" });
  const ends = endsOfSession(ctx.config.lifetimes, { authTime, keepSignedIn, now });
  const cookie = keepSignedIn ? { ...freshCookie(), maxAgeMs: ends.expiresAt - now } : freshCookie();
  const session = {
    id: sessionIdOf(cookie),
    userId: user.id,
    methods,
    authTime,
    createdAt: now,
    keepSignedIn,
    ...ends,
  };
  const signIn = { ...session, ...after, credentialsVersion: user.credentialsVersion };
  if (!(await ctx.store.sessions.signIn(request.session.id, signIn))) throw new PageProblem({ page: "stale_form" });
  request.cookie = cookie;
  request.session = session;
  request.user = user;
  // The store moved it to the new session.
  request.interaction = { ...request.interaction, sessionId: session.id };
}

/** Minimum interval of updates, so that an active browser does not cause a write for each form. */
const TOUCH_MS = 5 * MINUTE;

/**
 * Records that the browser is in use: it sent one of our forms, or a program sent it. Viewing pages changes nothing
 * (ASVS 3.5.3).
 */
export async function touchSession({ ctx, session, now }: PageRequest): Promise<void> {
  if (!session || session.authTime === null || session.idleExpiresAt === null) return;
  const { authTime, keepSignedIn } = session;
  const next = Math.min(
    endsOfSession(ctx.config.lifetimes, { authTime, keepSignedIn, now }).idleExpiresAt,
    session.expiresAt,
  );
  if (next - session.idleExpiresAt < TOUCH_MS) return;
  await ctx.store.sessions.touch(session.id, next);
}

/** The user who decides in this browser. Undefined while it is signed out. */
export function approverOf({ session, user, ip }: PageRequest): Approver | undefined {
  if (!session || !user) return undefined;
  const { id: sessionId, methods, authTime, createdAt } = session;
  return { sessionId, user, methods, authTime: authTime ?? createdAt, by: "user", ip };
}

/** Whether the user just proved their identity. */
export function isRecentSignIn({ session, user, now }: PageRequest): boolean {
  return user !== undefined && isRecent(session?.authTime ?? 0, { after: now - RECENT_SIGN_IN_MS, now });
}

/** Ends the session on the server. The browser gets a new cookie. */
export async function signOut(request: PageRequest): Promise<void> {
  const { session, user } = request;
  if (session) await request.ctx.store.sessions.end(session.id);
  forgetSession(request);
  if (!user) return;
  await request.ctx.store.audit.write({
    at: request.now,
    event: "user.signed_out",
    actor: "user",
    userId: user.id,
    clientId: null,
    grantId: null,
    ip: request.ip,
    detail: {},
  });
}

/** The session has ended in the store: this browser continues signed out, with a new cookie. */
export function forgetSession(request: PageRequest): void {
  request.cookie = freshCookie();
  request.session = undefined;
  request.user = undefined;
}

/** "Not you?": this browser forgets the user and signs in again, about the same device or program. */
export async function startOver(request: PageRequest & { interaction: Interaction }): Promise<Answer> {
  const { subject } = request.interaction;
  // Taken while the user is still known, so that no one is signed out who could not start again.
  await takeInteraction(request, subject);
  await signOut(request);
  const { id } = await newInteraction(request, subject, null);
  return { to: `/sign-in?flow=${id}` };
}
