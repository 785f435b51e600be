/** A browser on the pages origin. Its cookie's value is random (256 bit); only its SHA-256 is stored. */
export interface BrowserSession {
  /** Hash of the cookie's value: the session's identity. */
  id: string;
  userId: string | null;
  amr: string[];
  authTime: number | null;
  createdAt: number;
  expiresAt: number;
}

/** One walk through the pages, within one session: several tabs are several flows. Its id is random and of no use without the session's cookie. */
export interface Flow {
  id: string;
  sessionId: string;
  /** The device grant it is about, if any. */
  grantId: string | null;
  /** During sign-up: the address that was typed; proven once `emailVerifiedAt` is set. */
  email: string | null;
  emailVerifiedAt: number | null;
  /** Password chosen at sign-up (Argon2id PHC) while the name is still being asked. */
  passwordHash: string | null;
  createdAt: number;
  expiresAt: number;
}

export interface SessionStore {
  /** Creates an anonymous session, or leaves the one that exists. */
  ensure(session: Pick<BrowserSession, "id" | "createdAt" | "expiresAt">): Promise<void>;
  /** Undefined when unknown, ended or expired at `now`, or its user is disabled or gone. */
  find(id: string, now: number): Promise<BrowserSession | undefined>;
  /** Sign-in: a new session id takes over user and flows, the old id ends; one transaction. False when the old one is gone. */
  signIn(oldId: string, session: BrowserSession & { userId: string }): Promise<boolean>;
  /** Sign-out: ends it. */
  end(id: string): Promise<void>;
  endAllOf(userId: string): Promise<void>;

  /** False when its session has ended. */
  insertFlow(flow: Flow): Promise<boolean>;
  /** Only within its own session. */
  findFlow(id: string, sessionId: string, now: number): Promise<Flow | undefined>;
  /** Starting sign-up (again) with an address: forgets what was proven for another one. */
  setFlowEmail(id: string, sessionId: string, email: string): Promise<boolean>;
  /** Compare-and-swap: only after the email was verified. */
  setFlowPassword(id: string, sessionId: string, passwordHash: string): Promise<boolean>;
}
